"""Advisory locks that the kernel gives back whatever way a process ends, kill -9 included.

They are `flock` locks: each belongs to an open file, so closing the last descriptor releases it, and a
child that inherits the descriptor keeps it.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from db.embedded import private

_RETRY_SECONDS = 0.02


def take(path: Path, kind: int, seconds: float = 0.0) -> int | None:
    """Locks `path` as `kind` (fcntl.LOCK_SH or LOCK_EX) and gives its descriptor, None after `seconds`."""
    descriptor = private.opened(path)
    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                os.close(descriptor)
                return None
            time.sleep(_RETRY_SECONDS)
        else:
            return descriptor


def exclusive(path: Path, seconds: float = 0.0) -> int | None:
    """Takes `path` for one process alone; None when it is not free within `seconds`."""
    return take(path, fcntl.LOCK_EX, seconds)


def shared(path: Path, seconds: float = 0.0) -> int | None:
    """Takes `path` beside other sharers; None when somebody keeps it alone for `seconds`."""
    return take(path, fcntl.LOCK_SH, seconds)


def is_taken(path: Path) -> bool:
    """Whether a process holds `path` alone at this moment."""
    descriptor = shared(path)
    if descriptor is not None:
        os.close(descriptor)
    return descriptor is None


@contextmanager
def alone(path: Path, seconds: float) -> Iterator[bool]:
    """Holds `path` for the block; yields False, holding nothing, when it is not free within `seconds`."""
    descriptor = exclusive(path, seconds)
    try:
        yield descriptor is not None
    finally:
        if descriptor is not None:
            os.close(descriptor)


def is_deleted(descriptor: int) -> bool:
    """Whether the locked file was removed meanwhile, so that whoever comes now locks another one."""
    return os.fstat(descriptor).st_nlink == 0
