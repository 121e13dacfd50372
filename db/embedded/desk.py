"""One desk's side of the embedded server: joins it, keeps it from stopping, starts it again when it died."""

import os
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from db.embedded import locks, passwords, private, probe, roles
from db.embedded.errors import EmbeddedError, told
from db.embedded.layout import Layout, open_home

_START_SECONDS = 90.0
_POLL_SECONDS = 0.05
_LIVES = 3
_WATCH_SECONDS = 2.0
_WATCH_LIMIT_SECONDS = 60.0


class _Presence:
    """This desk's shared lock, and the thread that replaces a killed supervisor while it is held.

    Without that thread a server whose supervisor was killed would outlive its last desk.
    """

    def __init__(self, layout: Layout) -> None:
        with told(layout.home):
            self._lock = locks.shared(layout.desks_lock, _START_SECONDS)
        if self._lock is None:
            raise EmbeddedError(
                f"The database server is still stopping: try again in a minute, then see {layout.log}."
            )
        self._layout = layout
        self._left = threading.Event()

    def watch(self) -> None:
        """Starts the thread."""
        threading.Thread(target=self._watch, name="frontdesk-server", daemon=True).start()

    def end(self) -> None:
        """Gives up lock and thread; a second call does nothing."""
        self._left.set()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _watch(self) -> None:
        pause = _WATCH_SECONDS
        while not self._left.wait(pause):
            if self._lock is None or locks.is_deleted(self._lock):
                return
            try:
                if not locks.is_taken(self._layout.supervisor_lock):
                    ensure(self._layout)
                pause = _WATCH_SECONDS
            except (EmbeddedError, OSError):
                # Whoever needs the server learns it from `ensure`; here is only another try.
                pause = min(2 * pause, _WATCH_LIMIT_SECONDS)


@dataclass(frozen=True)
class Cluster:
    """The running cluster as one desk sees it; it keeps running at least until the desk leaves or ends."""

    home: Path
    _presence: _Presence

    def conninfo(self, user: str, database: str = "frontdesk") -> str:
        """Gives libpq's keyword string for `user`; the secret stays in the password file that it names.

        Raises `EmbeddedError` while there is no server; `ensure` starts one.
        """
        return _conninfo(Layout(self.home), user, database)

    def secret(self, user: str) -> str:
        """Gives the random secret of postgres, frontdesk_admin, frontdesk_app or frontdesk_widget.

        Raises `EmbeddedError` for anyone else.
        """
        return passwords.secret(Layout(self.home), user)

    def ensure(self) -> None:
        """Starts a server that died again, in under a second; costs a few milliseconds when it runs.

        Raises `EmbeddedError` when it does not start.
        """
        ensure(Layout(self.home))

    def leave(self) -> None:
        """Gives up this desk's lock: the server stops a grace time after the last one is gone."""
        self._presence.end()


def start(home: Path | None = None) -> Cluster:
    """Joins the server of `home`, making cluster and server where they are missing.

    `home` defaults to FRONTDESK_HOME, else the user's data folder. Joining takes some milliseconds, the first
    start some seconds. The process counts as a desk until it ends or leaves. Raises `EmbeddedError`.
    """
    layout = open_home(home)
    presence = _Presence(layout)
    try:
        ensure(layout)
    except BaseException:
        presence.end()
        raise
    presence.watch()
    return Cluster(layout.home, presence)


def ensure(layout: Layout) -> None:
    """Sees to it that the cluster is made, its server takes connections, and a supervisor looks after it."""
    with told(layout.home):
        if layout.is_prepared and _is_up(layout):
            return
        with locks.alone(layout.start_lock, _START_SECONDS) as is_mine:
            if not is_mine:
                raise EmbeddedError("Another desk has been starting the database for too long: end it first.")
            _bring_up(layout)
            if not layout.is_prepared:
                roles.prepare(layout, _conninfo(layout, "postgres", "postgres"))


def _is_up(layout: Layout) -> bool:
    return locks.is_taken(layout.supervisor_lock) and probe.accepts(layout)


def _bring_up(layout: Layout) -> None:
    deadline = time.monotonic() + _START_SECONDS
    lives = _LIVES
    while not _is_up(layout):
        left = deadline - time.monotonic()
        if left <= 0:
            raise _too_slow(layout)
        if not locks.is_taken(layout.supervisor_lock) and not _launch_supervisor(layout, left):
            lives -= 1
            if not lives:
                raise EmbeddedError(
                    "The database server or the process that starts it was ended from outside, "
                    f"{_LIVES} times: see the end of {layout.log}."
                )
        time.sleep(_POLL_SECONDS)


def _launch_supervisor(layout: Layout, seconds: float) -> bool:
    """Starts a supervisor and waits for what it tells; False when it or the server was killed meanwhile."""
    import subprocess

    inherited = os.environ.get("PYTHONPATH")
    sources = str(Path(__file__).parents[2])
    command = [sys.executable, "-m", "db.embedded.supervisor", str(layout.home)]
    try:
        with os.fdopen(private.opened(layout.log, os.O_WRONLY | os.O_APPEND), "ab") as log:
            said = subprocess.run(  # noqa: S603
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (sources, inherited)))},
                start_new_session=True,
                timeout=seconds,
                check=False,
            ).stdout.decode()
    except subprocess.TimeoutExpired:
        raise _too_slow(layout) from None
    if said.startswith("failed "):
        raise EmbeddedError(said.removeprefix("failed ").strip())
    return said.strip() in ("ready", "busy")


def _too_slow(layout: Layout) -> EmbeddedError:
    return EmbeddedError(
        f"The database server is not ready after {_START_SECONDS:.0f} seconds: wait a minute, start again, "
        f"then see the end of {layout.log}."
    )


def _conninfo(layout: Layout, user: str, database: str) -> str:
    folder = layout.socket_folder
    if folder is None:
        raise EmbeddedError("The database server does not run: start frontdesk again.")
    words = {
        "host": str(folder),
        "port": str(probe.PORT),
        "user": user,
        "dbname": database,
        "passfile": str(layout.passwords),
        # Keeps a PGPASSWORD of the environment out; the password file is read all the same.
        "password": "",
    }
    return " ".join(f"{key}={_quoted(value)}" for key, value in words.items())


def _quoted(value: str) -> str:
    escaped = value.replace("\\", r"\\").replace("'", r"\'")
    return f"'{escaped}'"
