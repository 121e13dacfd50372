"""Where everything of one embedded cluster lies, and which user its server runs as.

The home (mode 0700) keeps the locks, the passwords and the log. The server's own files lie in the *place*:
the home itself, except for root, whose home no other user can enter while the server refuses to run as root.
Then the home keeps a file `place` that names the folder, which belongs to the server's user.
"""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from db.embedded.errors import EmbeddedError, told


@dataclass(frozen=True)
class Account:
    """The operating-system user that the server runs as and that owns its files."""

    uid: int
    gid: int

    def for_popen(self) -> dict[str, Any]:
        """Gives the arguments that make `subprocess.Popen` drop root's rights; none for ordinary users."""
        if os.geteuid() != 0:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Hands `path` to this user, as only root can and needs to."""
        if os.geteuid() == 0:
            os.chown(path, self.uid, self.gid)


@dataclass(frozen=True)
class Layout:
    """The paths of one cluster, derived from its home."""

    home: Path

    @property
    def desks_lock(self) -> Path:
        """Shared by every desk for as long as it lives; the supervisor takes it alone to stop the server."""
        return self.home / "desks.lock"

    @property
    def start_lock(self) -> Path:
        """Held by the one desk that brings the server up."""
        return self.home / "start.lock"

    @property
    def supervisor_lock(self) -> Path:
        """Held by the one supervisor, so its being taken says that one is alive; its pid stands in it."""
        return self.home / "supervisor.lock"

    @property
    def server_lock(self) -> Path:
        """Inherited by initdb and every server process, so its being free says that none is left."""
        return self.home / "server.lock"

    @property
    def passwords(self) -> Path:
        """The 0600 file with the secrets, in libpq's passfile format."""
        return self.home / "pgpass"

    @property
    def log(self) -> Path:
        """What server and supervisor report; no statement and no value stands in it."""
        return self.home / "server.log"

    @property
    def place_pointer(self) -> Path:
        """Names root's place."""
        return self.home / "place"

    @property
    def socket_pointer(self) -> Path:
        """Names the socket folder, which desks with another TMPDIR must find too."""
        return self.home / "socket-folder"

    @property
    def place(self) -> Path | None:
        """The folder of the server's files; None while root has not chosen one."""
        if os.geteuid() != 0 or self.home.stat().st_uid != 0:
            return self.home
        return _pointed(self.place_pointer)

    @property
    def data(self) -> Path | None:
        """The data directory; None while there is no place for it."""
        return self.place / "pgdata" if self.place else None

    @property
    def prepared(self) -> Path | None:
        """The mark in the data directory that role and database were made in it."""
        return self.data / "frontdesk.prepared" if self.data else None

    @property
    def is_prepared(self) -> bool:
        """Whether there is a complete cluster with role and database."""
        return self.prepared is not None and self.prepared.exists()

    @property
    def socket_folder(self) -> Path | None:
        """The server's socket folder; None before the first start.

        None also when anyone but the server's user could put a socket of his own there: a temporary folder
        may have been emptied and filled by somebody else.
        """
        folder = _pointed(self.socket_pointer)
        return folder if folder and self.place and _is_private(folder, self.account()) else None

    def account(self) -> Account:
        """The server's user: the owner of the place, or for a place to come `postgres`, else `nobody`.

        Raises `EmbeddedError` when root finds neither, and when the place is gone.
        """
        if self.place:
            if not self.place.is_dir():
                raise EmbeddedError(
                    f"The gym's data in {self.place} is gone: put it back from a backup, or remove "
                    f"{self.home} to begin an empty one."
                )
            owner = self.place.stat()
            return Account(owner.st_uid, owner.st_gid)
        for name in ("postgres", "nobody"):
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                continue
            return Account(entry.pw_uid, entry.pw_gid)
        raise EmbeddedError(
            "The database server refuses to run as root and there is no user postgres or nobody: "
            "start frontdesk as an ordinary user."
        )


def open_home(home: Path | None) -> Layout:
    """Makes the home where it is missing: the given one, else FRONTDESK_HOME, else the user's data folder.

    Raises `EmbeddedError` when it cannot be made or written.
    """
    chosen = (home or _default_home()).expanduser().absolute()
    with told(chosen):
        chosen.mkdir(mode=0o700, parents=True, exist_ok=True)
        chosen = chosen.resolve()
        if chosen.stat().st_uid == os.geteuid() and not any(chosen.iterdir()):
            chosen.chmod(0o700)
    return Layout(chosen)


def _default_home() -> Path:
    named = os.environ.get("FRONTDESK_HOME")
    if named:
        return Path(named)
    from platformdirs import user_data_dir

    return Path(user_data_dir("frontdesk"))


def _pointed(pointer: Path) -> Path | None:
    try:
        return Path(pointer.read_text().rstrip("\n"))
    except FileNotFoundError:
        return None


def _is_private(folder: Path, account: Account) -> bool:
    try:
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == account.uid and not found.st_mode & 0o077
