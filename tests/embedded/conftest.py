"""Real homes, real servers and real desks (processes of their own that can be killed)."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from db.embedded import Cluster, remove, start
from db.embedded.layout import Layout
from db.embedded.postmaster import pid_of
from db.embedded.removal import stop

ROOT = Path(__file__).parents[2]
# A run in the background is deaf to ctrl+c, and what it starts would be too.
DESK = """
import signal
import sys
from pathlib import Path
from db.embedded import start
signal.signal(signal.SIGINT, signal.default_int_handler)
cluster = start(Path(sys.argv[1]))
print('here', flush=True)
sys.stdin.read()
"""

Desk = subprocess.Popen[str]


@pytest.fixture(autouse=True)
def short_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRONTDESK_SERVER_GRACE", "0.6")


@pytest.fixture
def empty_home(tmp_path: Path) -> Iterator[Path]:
    """Gives a home that does not exist yet, and takes away what grew in it."""
    home = tmp_path / "gym"
    yield home
    if home.is_dir() and any(home.iterdir()):
        stop(Layout(home))
        remove(home)


@pytest.fixture(scope="session")
def lasting_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Gives one home with a cluster to all tests that leave it in order."""
    home = tmp_path_factory.mktemp("lasting") / "gym"
    start(home).leave()
    yield home
    stop(Layout(home))
    remove(home)


@pytest.fixture
def home(lasting_home: Path) -> Iterator[Path]:
    """Gives a home whose cluster is made and whose server does not run."""
    stop(Layout(lasting_home))
    yield lasting_home
    stop(Layout(lasting_home))


@pytest.fixture
def desk() -> Iterator[Callable[[Path], Desk]]:
    """Starts desks of a home; what they print tells when they are in."""
    desks: list[Desk] = []

    def open_desk(home: Path) -> Desk:
        process = subprocess.Popen(
            [sys.executable, "-c", DESK, str(home)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            start_new_session=True,
        )
        desks.append(process)
        return process

    yield open_desk
    for process in desks:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            assert stream is not None
            stream.close()


@pytest.fixture
def open_desk(home: Path, desk: Callable[[Path], Desk]) -> Callable[[], Desk]:
    """Starts a desk of the lasting home and waits until it has joined."""

    def opened() -> Desk:
        process = desk(home)
        assert process.stdout is not None
        assert process.stdout.readline() == "here\n"
        return process

    return opened


@pytest.fixture
def present() -> Iterator[Callable[[Cluster], Cluster]]:
    """Takes note of the clusters that the test itself joined and leaves them at its end."""
    clusters: list[Cluster] = []

    def note(cluster: Cluster) -> Cluster:
        clusters.append(cluster)
        return cluster

    yield note
    for cluster in clusters:
        cluster.leave()


@pytest.fixture
def eventually() -> Callable[[Callable[[], object]], None]:
    """Waits up to ten seconds until something is true."""

    def wait(condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + 10
        while not condition():
            assert time.monotonic() < deadline, "it did not come true"
            time.sleep(0.02)

    return wait


@pytest.fixture
def rows() -> Callable[..., list[tuple[object, ...]]]:
    """Runs one statement as a user and gives its rows."""

    def ask(
        cluster: Cluster, statement: str, user: str = "frontdesk_admin", database: str = "frontdesk"
    ) -> list[tuple[object, ...]]:
        with psycopg.connect(cluster.conninfo(user, database), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    return ask


@pytest.fixture
def server_of() -> Callable[[Path], int | None]:
    """Tells the pid of a home's server, None when none runs."""

    def pid(home: Path) -> int | None:
        data = Layout(home).data
        return pid_of(data) if data else None

    return pid


@pytest.fixture
def supervisor_of() -> Callable[[Path], int]:
    """Tells the pid of a home's supervisor."""
    return lambda home: int(Layout(home).supervisor_lock.read_text())


@pytest.fixture
def slay() -> Callable[[int], None]:
    """Kills a process with signal 9 and waits until it holds nothing any more."""

    def kill(pid: int) -> None:
        deadline = time.monotonic() + 5
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)
            while Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
                assert time.monotonic() < deadline
                time.sleep(0.005)

    return kill


@pytest.fixture
def processes_of() -> Callable[[Path], list[str]]:
    """Lists the command lines of all processes that name a home or its place, but for this one."""

    def commands(home: Path) -> list[str]:
        with contextlib.suppress(OSError):
            names = {str(home), str(Layout(home).place)}
            found = []
            for process in Path("/proc").glob("[0-9]*"):
                with contextlib.suppress(OSError):
                    command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                    where = str((process / "cwd").readlink())
                    if any(name in command or name in where for name in names):
                        found.append(f"{process.name} {command}")
            return found
        return []

    return commands
