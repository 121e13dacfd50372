"""The process that owns the server: starts or adopts it and stops it once no desk is left.

Run as `python -m db.embedded.supervisor HOME` by a desk that finds none; it detaches from it and tells on its
standard output one line: `ready`, `busy` (another supervisor is at work), `killed` (the server was) or
`failed` and a sentence. It ends with the server. There is one per home, by `supervisor.lock`.
"""

import os
import select
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from db.embedded import binaries, initdb, locks, postmaster
from db.embedded.errors import EmbeddedError, told
from db.embedded.layout import Layout
from db.embedded.places import make_place, make_socket_folder

_PROBE_PAUSE_SECONDS = 1.0
_TICK_SECONDS = 0.5
_DEFAULT_GRACE_SECONDS = "5"


class _Signals:
    """Wakes the supervisor when the server ended or it was told to end itself, without polling for either."""

    def __init__(self) -> None:
        self.is_stop_asked = False
        self._woken, wake = os.pipe()
        os.set_blocking(self._woken, False)
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
            signal.signal(number, self._note)

    def wait(self, seconds: float) -> None:
        """Waits for `seconds`, less if a signal comes."""
        if select.select([self._woken], [], [], seconds)[0]:
            os.read(self._woken, 4096)

    def _note(self, number: int, _frame: FrameType | None) -> None:
        if number != signal.SIGCHLD:
            self.is_stop_asked = True


def main(home: Path) -> None:
    """Supervises the server of `home` until it ends."""
    if os.fork():
        os._exit(0)
    os.chdir("/")
    os.umask(0o077)
    signals = _Signals()
    layout = Layout(home)
    try:
        with told(home):
            # A desk that looks whether there is a supervisor holds the lock for a moment.
            lock = locks.exclusive(layout.supervisor_lock, _PROBE_PAUSE_SECONDS)
            if lock is None:
                _tell("busy")
                return
            _sign(lock)
            grace = _grace()
            server = _serve(layout)
            is_ready = postmaster.wait_until_ready(layout, server)
    except EmbeddedError as error:
        _tell(f"failed {error}")
        return
    try:
        _tell("ready" if is_ready else "killed")
        _attend(layout, server, grace, signals, lock)
    finally:
        server.stop()


def _sign(lock: int) -> None:
    os.ftruncate(lock, 0)
    os.write(lock, f"{os.getpid()}\n".encode())


def _grace() -> float:
    text = os.environ.get("FRONTDESK_SERVER_GRACE", _DEFAULT_GRACE_SECONDS)
    try:
        return float(text)
    except ValueError:
        raise EmbeddedError(f"FRONTDESK_SERVER_GRACE is {text!r}: give it a number of seconds.") from None


def _serve(layout: Layout) -> postmaster.Postmaster:
    data = make_place(layout) / "pgdata"
    if pid := postmaster.pid_of(data):
        return postmaster.Postmaster(data, pid)
    lock = postmaster.wait_for_stragglers(layout, data)
    try:
        programs = binaries.find(layout)
        initdb.make(layout, data, programs, lock)
        initdb.write_settings(data)
        server = postmaster.launch(layout, data, make_socket_folder(layout), programs, lock)
    finally:
        # From here only the server's own processes hold it.
        os.close(lock)
    return server


def _attend(
    layout: Layout, server: postmaster.Postmaster, grace: float, signals: _Signals, own_lock: int
) -> None:
    """Returns when the server should be stopped or has ended.

    Then `desks.lock` stays taken until this process ends: a desk that comes now waits and starts it anew.
    """
    alone_since: float | None = None
    while server.is_alive() and not signals.is_stop_asked and not locks.is_deleted(own_lock):
        lock = locks.exclusive(layout.desks_lock)
        if lock is None:
            alone_since = None
        else:
            alone_since = alone_since or time.monotonic()
            if time.monotonic() - alone_since >= grace:
                return
            os.close(lock)
        signals.wait(_TICK_SECONDS)


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
