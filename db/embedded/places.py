"""Makes the folders that the server's user must be able to enter: for its files and for its socket."""

import os
import tempfile
from pathlib import Path

from db.embedded import private
from db.embedded.errors import EmbeddedError, told
from db.embedded.layout import Layout

_SOCKET_PATH_LIMIT = 90
_LASTING = Path("/var/lib")


def make_place(layout: Layout) -> Path:
    """Gives the folder of the server's files; for root it is made once and belongs to the server's user.

    A home in the temporary folder gets its place there as well, any other one in /var/lib. Raises
    `EmbeddedError` when it cannot be made or is gone.
    """
    account = layout.account()
    if layout.place:
        return layout.place
    temporary = Path(tempfile.gettempdir()).resolve()
    parent = temporary if layout.home.is_relative_to(temporary) and _is_open(temporary) else _LASTING
    with told(parent):
        place = Path(tempfile.mkdtemp(prefix="frontdesk-", dir=parent))
        # For whoever finds the folder and wonders whose it is.
        private.write(place / "home", f"{layout.home}\n")
        account.own(place)
        private.write(layout.place_pointer, f"{place}\n")
    return place


def make_socket_folder(layout: Layout) -> Path:
    """Makes the 0700 socket folder: in the place, or in a temporary folder if the socket's path is too long.

    Raises `EmbeddedError` when it cannot be made.
    """
    folder = make_place(layout) / "socket"
    # libpq reads a comma in a host as the start of a second one.
    if len(os.fsencode(folder)) > _SOCKET_PATH_LIMIT or "," in str(folder):
        noted = layout.socket_folder
        folder = noted if noted and noted != folder else _temporary_folder()
    with told(folder):
        folder.mkdir(mode=0o700, exist_ok=True)
        layout.account().own(folder)
        private.write(layout.socket_pointer, f"{folder}\n")
    return folder


def _temporary_folder() -> Path:
    for parent in (Path(tempfile.gettempdir()), Path("/tmp")):  # noqa: S108
        room = _SOCKET_PATH_LIMIT - len("/frontdesk-12345678")
        if len(os.fsencode(parent)) <= room and "," not in str(parent) and _is_open(parent):
            return Path(tempfile.mkdtemp(prefix="frontdesk-", dir=parent))
    raise EmbeddedError(
        "No temporary folder can hold the server's socket: let TMPDIR name one with a short path."
    )


def _is_open(folder: Path) -> bool:
    """Whether the server's user can get into `folder`; an ordinary user's server is that user itself."""
    if os.geteuid() != 0:
        return os.access(folder, os.W_OK | os.X_OK)
    return folder.is_dir() and all(part.stat().st_mode & 0o001 for part in (folder, *folder.parents))
