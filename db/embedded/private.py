"""Files of mode 0600 in the home, which belong to the home's owner also when root makes them."""

import os
from pathlib import Path


def opened(path: Path, flags: int = os.O_RDWR) -> int:
    """Opens `path` with `flags`, making it where it is missing, and gives its descriptor."""
    descriptor = os.open(path, flags | os.O_CREAT, 0o600)
    if os.geteuid() == 0:
        keeper = path.parent.stat()
        os.fchown(descriptor, keeper.st_uid, keeper.st_gid)
    return descriptor


def write(path: Path, text: str) -> None:
    """Replaces `path` by `text` in one step that a crash cannot halve; it gets its folder's owner."""
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(opened(draft, os.O_WRONLY | os.O_EXCL), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync(path.parent)


def sync(folder: Path) -> None:
    """Sees to it that what was renamed in `folder` is on disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
