"""Where everything of one embedded cluster lies, and which user its server runs as.

The home (mode 0700) keeps the locks, the passwords and the log. The server's own files lie in the *place*:
the home itself, except for root, whose home no other user can enter while the server refuses to run as root.
Then the home keeps a file `place` that names the folder, which belongs to the server's user.
"""

import os
import pwd
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from db.embedded.errors import EmbeddedError, told

SOCKET_PATH_LIMIT = 90


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
        """Held by the one supervisor, so its being taken says that one is alive."""
        return self.home / "supervisor.lock"

    @property
    def server_lock(self) -> Path:
        """Inherited by every server process, so its being free says that none is left."""
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
    def place(self) -> Path | None:
        """The folder of the server's files; None while root has not chosen one."""
        if os.geteuid() != 0 or self.home.stat().st_uid != 0:
            return self.home
        return _pointed(self.home / "place")

    @property
    def data(self) -> Path | None:
        """The data directory; None while there is no place for it."""
        return self.place / "pgdata" if self.place else None

    @property
    def prepared(self) -> bool:
        """Whether role and database were made in a data directory that exists."""
        return self.data is not None and (self.data / "frontdesk.prepared").exists()

    @property
    def socket_folder(self) -> Path | None:
        """The running server's socket folder; None when nobody but the server's user can be trusted there."""
        folder = _pointed(self.home / "socket-folder")
        return folder if folder and self.place and _is_private(folder, self.account()) else None

    def account(self) -> Account:
        """The server's user: the owner of the place, or for a place to come `postgres`, else `nobody`.

        Raises `EmbeddedError` when root finds neither.
        """
        if self.place:
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

    def write(self, path: Path, text: str, owner: Account | None = None) -> None:
        """Replaces `path` by `text` in one step, mode 0600, owned by `owner` or by the home's owner."""
        keeper = self.home.stat()
        draft = path.with_name(f".{path.name}.new")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        (owner or Account(keeper.st_uid, keeper.st_gid)).own(draft)
        draft.replace(path)


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


def make_place(layout: Layout) -> Path:
    """Gives the folder of the server's files; for root it is made once and belongs to the server's user.

    A home in the temporary folder gets its place there as well, any other one in /var/lib.
    """
    if layout.place:
        return layout.place
    temporary = Path(tempfile.gettempdir()).resolve()
    parent = temporary if layout.home.is_relative_to(temporary) else Path("/var/lib")
    account = layout.account()
    with told(parent):
        place = Path(tempfile.mkdtemp(prefix="frontdesk-", dir=parent))
        account.own(place)
        layout.write(layout.home / "place", f"{place}\n")
    return place


def make_socket_folder(layout: Layout) -> Path:
    """Makes the 0700 socket folder: in the place, or in the temporary folder if a socket's path has no room.

    Its path is noted in the home, because desks with another TMPDIR must find it too.
    """
    place = make_place(layout)
    folder = place / "socket"
    if len(os.fsencode(folder)) > SOCKET_PATH_LIMIT or "," in str(folder):
        noted = layout.socket_folder
        folder = noted if noted and noted != folder else Path(tempfile.mkdtemp(prefix="frontdesk-"))
    folder.mkdir(mode=0o700, exist_ok=True)
    layout.account().own(folder)
    layout.write(layout.home / "socket-folder", f"{folder}\n")
    return folder


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
