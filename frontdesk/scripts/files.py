"""The small private files of an installation in its data folder: id, colours, a token for each database."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from pathlib import Path
from uuid import UUID, uuid4

from db.errors import BadInput


def installation(home: Path) -> UUID:
    """The id of this installation, made when first asked for."""
    path = home / "installation"
    if not path.exists():
        # Of two desks that start together for the first time, the later one takes the id of the earlier.
        fresh = _write_beside(path, str(uuid4()))
        with contextlib.suppress(FileExistsError):
            os.link(fresh, path)
        fresh.unlink()
    try:
        return UUID(_read(path))
    except ValueError:
        raise BadInput(f"{path} holds no installation id. Delete it; a new one is made.") from None


def token(home: Path, database: str) -> str | None:
    """The token kept for that database, see `keep_token`."""
    path = _token_path(home, database)
    return _read(path) if path.exists() else None


def keep_token(home: Path, database: str, token: str) -> None:
    """Keep the token for that database only: no other server is ever shown it.

    `database` names a place (host, port, name), and stands in the file's name as a digest.
    """
    path = _token_path(home, database)
    _write_beside(path, token).replace(path)


def forget_token(home: Path, database: str) -> None:
    """Delete the token kept for that database."""
    _token_path(home, database).unlink(missing_ok=True)


def theme(home: Path) -> str | None:
    """The name of the colours that were chosen at this desk last; None before that."""
    path = home / "theme"
    return _read(path) if path.exists() else None


def keep_theme(home: Path, name: str) -> None:
    """Remember the colours; the configuration file is the user's own and never written."""
    path = home / "theme"
    _write_beside(path, name).replace(path)


def _token_path(home: Path, database: str) -> Path:
    return home / "tokens" / hashlib.sha256(database.encode()).hexdigest()[:32]


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        raise BadInput(f"{path} cannot be read. Check whose it is, or delete it.") from None


def _write_beside(path: Path, text: str) -> Path:
    """A new file of mode 0600 beside `path`, complete on disk, to be renamed or linked to it."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        for folder in (path.parent.parent, path.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise BadInput(f"{path.parent} cannot be written: {error.strerror}. Set FRONTDESK_HOME.") from None
    return fresh
