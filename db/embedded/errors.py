"""What the embedded server can fail at, as one sentence each for whoever stands at the desk."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from db.errors import NoDatabase


class EmbeddedError(NoDatabase):
    """One plain sentence: what happened to the embedded server and what to do now."""


def no_room(folder: Path) -> EmbeddedError:
    """Says that the disk below `folder` is full."""
    return EmbeddedError(f"The disk that holds {folder} is full: free at least 200 MB and start again.")


@contextmanager
def told(folder: Path) -> Iterator[None]:
    """Turns the operating system's refusals below `folder` into an `EmbeddedError`."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise no_room(folder) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise EmbeddedError(
                f"{error.filename or folder} cannot be written or read by this user: change its owner or "
                "permissions, or let FRONTDESK_HOME name a folder of your own."
            ) from error
        raise EmbeddedError(
            f"The gym's folder {folder} cannot be used ({error.strerror or error}): "
            "let FRONTDESK_HOME name another one."
        ) from error
