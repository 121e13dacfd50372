"""The server's main process: who it is, starting, adopting and stopping it."""

import contextlib
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from db.embedded import locks, private
from db.embedded.binaries import ENVIRONMENT, Binaries
from db.embedded.errors import EmbeddedError, no_room, told
from db.embedded.layout import Layout
from db.embedded.probe import PORT, accepts

_LOG_LIMIT = 4_000_000
_STRAGGLER_SECONDS = 20.0
_FAST_STOP_SECONDS = 60.0
_HARD_STOP_SECONDS = 10.0
# Recovery after a crash takes from milliseconds to minutes, and each question costs a line in the log.
_POLL_SECONDS = 0.01
_POLL_LIMIT_SECONDS = 0.5


@dataclass(frozen=True)
class Postmaster:
    """A running server; `child` is None for one that was started by an earlier supervisor.

    `log_begins_at` is where its lines begin in the log, in bytes.
    """

    data: Path
    pid: int
    child: subprocess.Popen[bytes] | None = None
    log_begins_at: int = 0

    def is_alive(self) -> bool:
        """Whether the main process still runs."""
        return self.child.poll() is None if self.child else pid_of(self.data) == self.pid

    def wait(self, seconds: float) -> None:
        """Waits for `seconds`, less if the server ends before."""
        if self.child:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.child.wait(seconds)
            return
        deadline = time.monotonic() + seconds
        while self.is_alive() and time.monotonic() < deadline:
            time.sleep(min(0.1, seconds))

    def stop(self) -> None:
        """Ends the server: sessions are cut and everything is on disk; a server that hangs is killed."""
        for kind, seconds in (
            (signal.SIGINT, _FAST_STOP_SECONDS),
            (signal.SIGQUIT, _HARD_STOP_SECONDS),
            (signal.SIGKILL, _HARD_STOP_SECONDS),
        ):
            if not self.is_alive():
                return
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, kind)
            self.wait(seconds)


def pid_of(data: Path) -> int | None:
    """Gives the pid of the server that runs on `data`; a pid that another program has by now counts not."""
    pid = _noted_pid(data)
    return pid if pid and _serves(_arguments(pid), data) else None


def launch(layout: Layout, data: Path, folder: Path, binaries: Binaries, lock: int) -> Postmaster:
    """Starts a server on `data` with its socket in `folder`; its processes inherit the descriptor `lock`."""
    _forget_ended_server(data, folder)
    _rotate(layout.log)
    quoted = str(folder).replace('"', '""')
    command = [
        str(binaries.folder / "postgres"),
        "-D",
        str(data),
        "-p",
        str(PORT),
        "-c",
        "listen_addresses=",
        "-c",
        f'unix_socket_directories="{quoted}"',
    ]
    with os.fdopen(private.opened(layout.log, os.O_WRONLY | os.O_APPEND), "ab") as log:
        began_at = log.seek(0, os.SEEK_END)
        child = subprocess.Popen(  # noqa: S603
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=ENVIRONMENT,
            start_new_session=True,
            umask=0o077,
            pass_fds=(lock,),
            **layout.account().for_popen(),
        )
    return Postmaster(data, child.pid, child, began_at)


def wait_until_ready(layout: Layout, server: Postmaster) -> bool:
    """Waits, through a recovery too, until `server` takes connections; False when it was killed meanwhile.

    An adopted one that was just stopping counts as killed: the next one takes its place. Raises
    `EmbeddedError` when it ends by itself.
    """
    pause = _POLL_SECONDS
    while not accepts(layout):
        if not server.is_alive():
            if server.child is None or server.child.returncode < 0:
                return False
            raise _did_not_start(layout, server.log_begins_at)
        server.wait(pause)
        pause = min(2 * pause, _POLL_LIMIT_SECONDS)
    return True


def wait_for_stragglers(layout: Layout, data: Path) -> int:
    """Takes the server's lock, once no process of an earlier server or initdb is left, and gives it.

    After kill -9 of the main process a busy session runs on until its statement ends, and a new server
    cannot start beside it. Raises `EmbeddedError` when one does not go away.
    """
    deadline = time.monotonic() + _STRAGGLER_SECONDS
    while (lock := locks.exclusive(layout.server_lock, 0.1)) is None:
        for pid in _processes_in(data):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGQUIT)
        if time.monotonic() > deadline:
            raise EmbeddedError(
                f"Processes of an earlier server still use {data}: end them, or restart this computer."
            )
    return lock


def _processes_in(data: Path) -> list[int]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (process / "cwd").readlink() == data:
                found.append(int(process.name))
    return found


def _forget_ended_server(data: Path, folder: Path) -> None:
    """Removes lock files whose pid is another program by now, or a dead process that nobody has waited for.

    The server takes either for a running server and would refuse to start for good. That none runs is known:
    the caller holds the lock that all of them inherit.
    """
    pid = _noted_pid(data)
    if pid is None or not _exists(pid):
        return
    arguments = _arguments(pid)
    if not arguments or Path(arguments[0]).name not in ("postgres", "postmaster"):
        (data / "postmaster.pid").unlink(missing_ok=True)
        (folder / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _noted_pid(data: Path) -> int | None:
    try:
        return int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def _arguments(pid: int) -> list[str]:
    if Path("/proc/self").exists():
        try:
            return os.fsdecode(Path(f"/proc/{pid}/cmdline").read_bytes()).split("\0")[:-1]
        except OSError:
            return []
    said = subprocess.run(  # noqa: S603
        ["/bin/ps", "-ww", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return said.stdout.split()


def _serves(arguments: list[str], data: Path) -> bool:
    return f" -D {data} " in f"{' '.join(arguments)} "


def _rotate(log: Path) -> None:
    if log.exists() and log.stat().st_size > _LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))


def _did_not_start(layout: Layout, log_begins_at: int) -> EmbeddedError:
    with told(layout.home), layout.log.open("rb") as log:
        log.seek(log_begins_at)
        if b"No space left on device" in log.read():
            return no_room(layout.place or layout.home)
    return EmbeddedError(f"The database server did not start: the reason is at the end of {layout.log}.")
