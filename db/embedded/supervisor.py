"""The process that owns the server: starts or adopts it and stops it once no desk is left.

Run as `python -m db.embedded.supervisor HOME` by a desk that finds none; it detaches from it and tells on its
standard output one line, `ready`, `busy` (another supervisor is at work) or `failed` and a sentence. It ends
with the server. There is one per home, by `supervisor.lock`.
"""

import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from db.embedded import binaries, initdb, locks, postmaster
from db.embedded.errors import EmbeddedError
from db.embedded.layout import Layout, make_place, make_socket_folder

_PROBE_PAUSE_SECONDS = 1.0
_TICK_SECONDS = 0.5
_DEFAULT_GRACE_SECONDS = 5.0


class _Stop:
    """Remembers that the supervisor was told to end, which stops the server first."""

    asked = False

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True


def main(home: Path) -> None:
    """Supervises the server of `home` until it ends."""
    if os.fork():
        os._exit(0)
    os.chdir("/")
    os.umask(0o077)
    stop = _Stop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, stop)
    layout = Layout(home)
    # A desk that looks whether there is a supervisor holds the lock for a moment.
    lock = locks.exclusive(layout.supervisor_lock, _PROBE_PAUSE_SECONDS)
    if lock is None:
        _tell("busy")
        return
    try:
        server = _serve(layout)
    except EmbeddedError as error:
        _tell(f"failed {error}")
        return
    _tell("ready")
    _attend(layout, server, stop)


def _serve(layout: Layout) -> postmaster.Postmaster:
    place = make_place(layout)
    data = place / "pgdata"
    if server := _adopted(layout, data):
        return server
    programs = binaries.find(layout)
    initdb.make(layout, data, programs)
    initdb.write_settings(layout, data)
    return postmaster.start(layout, data, make_socket_folder(layout), programs)


def _adopted(layout: Layout, data: Path) -> postmaster.Postmaster | None:
    while pid := postmaster.pid_of(data):
        if postmaster.accepts(layout):
            return postmaster.Postmaster(data, pid)
        # It is still recovering, and will answer, or stopping, and will be gone.
        time.sleep(0.05)
    return None


def _attend(layout: Layout, server: postmaster.Postmaster, stop: _Stop) -> None:
    grace = float(os.environ.get("FRONTDESK_SERVER_GRACE", _DEFAULT_GRACE_SECONDS))
    alone_since: float | None = None
    while server.is_alive():
        lock = locks.exclusive(layout.desks_lock)
        if lock is None:
            alone_since = None
        elif alone_since is None:
            alone_since = time.monotonic()
        is_over = alone_since is not None and time.monotonic() - alone_since >= grace
        if stop.asked or is_over:
            # The lock stays taken meanwhile: a desk that comes now waits and starts the server anew.
            server.stop()
            return
        if lock is not None:
            os.close(lock)
        server.wait(_TICK_SECONDS)


def _tell(line: str) -> None:
    """Tells the desk, if it still listens, and lets go of its pipe."""
    try:
        os.write(1, f"{line}\n".encode())
    except BrokenPipeError:
        pass
    finally:
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 1)
        os.close(nothing)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
