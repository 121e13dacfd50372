"""Where the desk finds its database and keeps its files: environment, then configuration file, then built in.

Secrets are fields that no `repr` shows, and no error repeats a value.
"""

from __future__ import annotations

import os
import re
import stat
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from db.errors import BadInput

LIBPQ = ("PGHOST", "PGSERVICE", "PGDATABASE")
SETTINGS = ("admin_url", "database_url", "desk_name", "theme")
KEYS = "keys"
PASSWORD = re.compile(r"password\s*=|://[^/@]*:[^/]*@", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Configuration:
    """What was set, wherever it was set; read once by `load`."""

    home: Path
    """The data folder: the bundled server, the installation's id and the tokens of signed-in scripts."""

    database_url: str | None = field(default=None, repr=False)
    """The server of the desk, as a URL or a libpq string, for the login frontdesk_app; None: see `libpq`."""

    libpq: bool = False
    """Whether libpq's own variables (PGHOST, PGSERVICE, PGDATABASE) choose the server."""

    admin_url: str | None = field(default=None, repr=False)
    """The same database for its owner, who upgrades it and adds organizations; no desk needs it."""

    desk_name: str = "desk 1"
    """The name of this desk, which the screen and the history of changes show."""

    app_password: str | None = field(default=None, repr=False)
    """The password that an upgrade gives the login frontdesk_app; None leaves it as it is."""

    widget_password: str | None = field(default=None, repr=False)
    """The password that an upgrade gives the login frontdesk_widget; None leaves it as it is."""

    file: Path = Path()
    """The configuration file, whether it is there or not."""

    theme: str | None = None
    """The colours that the desk begins with, until others are chosen there."""

    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The keys of the table [keys], by the ids of their commands; not checked yet, see `preferences`."""

    @property
    def embedded(self) -> bool:
        """Whether nothing chooses a server, so that the bundled one is used."""
        return self.database_url is None and not self.libpq


def load(environment: Mapping[str, str] = os.environ) -> Configuration:
    """The configuration of this process; `BadInput` for a file that is malformed or that others can read."""
    file = _file(environment)
    settings, keys = _read(file)
    libpq = any(environment.get(name) for name in LIBPQ)
    database_url = environment.get("DATABASE_URL")
    if not database_url and not libpq:
        database_url = settings.get("database_url")
    return Configuration(
        home=_home(environment),
        database_url=database_url or None,
        libpq=libpq and not database_url,
        admin_url=environment.get("FRONTDESK_ADMIN_URL") or settings.get("admin_url"),
        desk_name=settings.get("desk_name", "desk 1"),
        app_password=environment.get("FRONTDESK_APP_PASSWORD") or None,
        widget_password=environment.get("FRONTDESK_WIDGET_PASSWORD") or None,
        file=file,
        theme=settings.get("theme"),
        keys=keys,
    )


def _home(environment: Mapping[str, str]) -> Path:
    if home := environment.get("FRONTDESK_HOME"):
        return Path(home).expanduser().absolute()
    import platformdirs

    return platformdirs.user_data_path("frontdesk", appauthor=False)


def _file(environment: Mapping[str, str]) -> Path:
    if path := environment.get("FRONTDESK_CONFIG"):
        return Path(path).expanduser()
    import platformdirs

    return platformdirs.user_config_path("frontdesk", appauthor=False) / "config.toml"


def _read(path: Path) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """The settings of the file and its table of keys; none without a file."""
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            settings = tomllib.load(file)
    except FileNotFoundError:
        return {}, {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        # The parser's own words may repeat what stands in the file.
        line = re.search(r"at line \d+", str(error))
        raise BadInput(f"{path} is no TOML{f' ({line[0]})' if line else ''}. Correct it.") from None
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}. Set FRONTDESK_CONFIG.") from None
    keys = dict(_keys(path, settings.pop(KEYS, {})))
    _check_settings(path, settings)
    _check_mode(path, mode, settings)
    return settings, keys


def _keys(path: Path, table: object, under: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:
    """Command ids and keys; without quotes around an id, TOML makes a table of what stands before its dot."""
    if isinstance(table, dict):
        for name, inner in table.items():
            yield from _keys(path, inner, f"{under}.{name}" if under else name)
        return
    keys = [table] if isinstance(table, str) else table
    if not under or not isinstance(keys, list) or not keys or not all(isinstance(each, str) for each in keys):
        raise BadInput(f'{under or KEYS} in {path} is no key. Write "desk.roster" = "f2" under [keys].')
    yield under, tuple(keys)


def _check_settings(path: Path, settings: Mapping[str, object]) -> None:
    if unknown := sorted(set(settings) - set(SETTINGS)):
        known = ", ".join((*SETTINGS, KEYS))
        raise BadInput(f"{path} has keys unknown here: {', '.join(unknown)}. Known are {known}.")
    for key, value in settings.items():
        if not isinstance(value, str) or not value.strip() or "\0" in value:
            raise BadInput(f"{key} in {path} is no text. Put it in quotes.")


def _check_mode(path: Path, mode: int, settings: Mapping[str, str]) -> None:
    secret = "admin_url" in settings or PASSWORD.search(settings.get("database_url", ""))
    if secret and mode & 0o077:
        raise BadInput(f"{path} holds a password and others may read it. Run: chmod 600 {path}")
