"""Takes an embedded cluster away for good, wherever its parts lie."""

import contextlib
import os
import shutil
import signal
import time
from pathlib import Path

from db.embedded import locks, postmaster
from db.embedded.errors import EmbeddedError, told
from db.embedded.layout import Layout

_STOP_SECONDS = 90.0


def remove(home: Path) -> None:
    """Does what `db.embedded.remove` says."""
    layout = Layout(home.resolve())
    if not layout.desks_lock.exists():
        return
    with told(layout.home):
        desks = locks.exclusive(layout.desks_lock, 0.3)
        if desks is None:
            raise EmbeddedError(f"A desk still uses the gym in {home}: close every frontdesk first.")
        try:
            stop(layout)
            for folder in (layout.socket_folder, layout.place, layout.home):
                if folder and folder.exists():
                    shutil.rmtree(folder)
        finally:
            os.close(desks)


def stop(layout: Layout) -> None:
    """Stops server and supervisor at once, desks or not; `EmbeddedError` when they do not end."""
    deadline = time.monotonic() + _STOP_SECONDS
    while locks.is_taken(layout.supervisor_lock):
        with contextlib.suppress(ValueError, ProcessLookupError):
            os.kill(int(layout.supervisor_lock.read_text()), signal.SIGTERM)
        if time.monotonic() > deadline:
            raise EmbeddedError(f"The database server does not stop: see the end of {layout.log}.")
        time.sleep(0.02)
    if layout.data and (pid := postmaster.pid_of(layout.data)):
        postmaster.Postmaster(layout.data, pid).stop()
