"""Desks come, go and are killed; so are server and supervisor; nothing is lost and nothing is left."""

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from db.embedded import Cluster, EmbeddedError, remove, start
from db.embedded.layout import Layout

Rows = Callable[..., list[tuple[object, ...]]]
Present = Callable[[Cluster], Cluster]
Desk = subprocess.Popen[str]
Open = Callable[[], Desk]
Opening = Callable[[Path], Desk]
Pid = Callable[[Path], int | None]
Slay = Callable[[int], None]
Eventually = Callable[[Callable[[], object]], None]
Processes = Callable[[Path], list[str]]


def test_eight_desks_at_once_on_an_empty_home_share_one_server(
    empty_home: Path, desk: Opening, present: Present, rows: Rows, processes_of: Processes
) -> None:
    home = empty_home
    desks = [desk(home) for _ in range(8)]
    for process in desks:
        assert process.stdout is not None
        assert process.stdout.readline() == "here\n"
    assert sum(" -D " in command for command in processes_of(home)) == 1
    assert sum("embedded.supervisor" in command for command in processes_of(home)) == 1
    assert rows(present(start(home)), "select count(*) from pg_database where datname = 'frontdesk'") == [
        (1,)
    ]


def test_the_server_stops_after_the_last_desk_however_it_went(
    home: Path, open_desk: Open, slay: Slay, server_of: Pid, processes_of: Processes, eventually: Eventually
) -> None:
    orderly, killed = open_desk(), open_desk()
    assert orderly.stdin is not None
    orderly.stdin.close()
    orderly.wait()
    time.sleep(1.2)
    assert server_of(home)
    slay(killed.pid)
    killed.wait()
    eventually(lambda: not processes_of(home))
    assert (home / "server.log").read_text().rstrip().endswith("database system is shut down")


def test_a_desk_within_the_grace_time_finds_the_server_running(
    home: Path, server_of: Pid, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FRONTDESK_SERVER_GRACE", "3")
    start(home).leave()
    before = server_of(home)
    time.sleep(1.2)
    began = time.monotonic()
    start(home).leave()
    assert time.monotonic() - began < 1
    assert server_of(home) == before is not None


def test_desks_that_come_while_the_server_stops_get_a_new_one(
    home: Path, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FRONTDESK_SERVER_GRACE", "0")
    for pause in (0.0, 0.45, 0.5, 0.55):
        cluster = start(home)
        assert rows(cluster, "select 1") == [(1,)]
        cluster.leave()
        time.sleep(pause)


def test_a_killed_server_comes_back_with_every_committed_row(
    home: Path, present: Present, rows: Rows, slay: Slay, server_of: Pid
) -> None:
    cluster = present(start(home))
    rows(cluster, "create table visits (n int)")
    busy = psycopg.connect(cluster.conninfo("frontdesk_admin"), autocommit=True)
    # A session in the middle of its work outlives the main process and would bar a new one.
    working = threading.Thread(target=_count_to_the_end, args=[busy], daemon=True)
    working.start()
    for n in range(3):
        rows(cluster, f"insert into visits values ({n})")
        before = server_of(home)
        assert before
        slay(before)
        cluster.ensure()
        assert server_of(home) != before
        assert rows(cluster, "select count(*) from visits") == [(n + 1,)]
    working.join(5)
    assert not working.is_alive()


def _count_to_the_end(connection: psycopg.Connection) -> None:
    with pytest.raises(psycopg.OperationalError):
        connection.execute("select count(*) from generate_series(1, 10000000000)")


def test_a_desk_brings_back_a_killed_server_by_itself(
    home: Path, open_desk: Open, slay: Slay, server_of: Pid, eventually: Eventually
) -> None:
    open_desk()
    before = server_of(home)
    assert before
    slay(before)
    eventually(lambda: server_of(home) not in (None, before))


def test_a_killed_supervisor_is_replaced_and_the_server_adopted(
    home: Path,
    open_desk: Open,
    slay: Slay,
    server_of: Pid,
    supervisor_of: Callable[[Path], int],
    processes_of: Processes,
    eventually: Eventually,
) -> None:
    desk = open_desk()
    server, supervisor = server_of(home), supervisor_of(home)
    slay(supervisor)
    start(home).leave()
    assert server_of(home) == server
    assert supervisor_of(home) != supervisor
    slay(supervisor_of(home))
    eventually(lambda: any("embedded.supervisor" in command for command in processes_of(home)))
    assert server_of(home) == server
    slay(desk.pid)
    eventually(lambda: not processes_of(home))


def test_a_supervisor_told_to_end_stops_the_server_in_order(
    home: Path, supervisor_of: Callable[[Path], int], processes_of: Processes, eventually: Eventually
) -> None:
    start(home).leave()
    os.kill(supervisor_of(home), signal.SIGTERM)
    eventually(lambda: not processes_of(home))
    assert (home / "server.log").read_text().rstrip().endswith("database system is shut down")


@pytest.mark.parametrize("victim", ["/initdb ", "embedded.supervisor"])
def test_a_killed_initdb_leaves_no_half_cluster(
    empty_home: Path,
    desk: Opening,
    present: Present,
    rows: Rows,
    slay: Slay,
    processes_of: Processes,
    eventually: Eventually,
    victim: str,
) -> None:
    home = empty_home
    process = desk(home)
    eventually(lambda: any("/initdb " in command for command in processes_of(home)))
    for command in processes_of(home):
        if victim in command:
            slay(int(command.split()[0]))
    data = Layout(home).data
    assert data is not None and not data.exists()
    # Without a supervisor the desk starts another one; a failed initdb it reports.
    if victim == "/initdb ":
        assert process.stderr is not None
        assert "EmbeddedError: The database could not be made" in process.stderr.read()
    assert rows(present(start(home)), "select 1") == [(1,)]
    assert not list(data.parent.glob("initdb-*"))


def test_the_supervisor_keeps_nothing_of_the_desk(
    home: Path, open_desk: Open, supervisor_of: Callable[[Path], int], server_of: Pid
) -> None:
    desk = open_desk()
    supervisor, server = supervisor_of(home), server_of(home)
    assert os.getsid(supervisor) not in (os.getsid(desk.pid), os.getsid(0))
    allowed = ("/dev/null", str(home / "server.log"), str(home / "supervisor.lock"), str(home / "desks.lock"))
    foreign = _open_files(desk.pid) | _open_files(os.getpid())
    for target in _open_files(supervisor):
        assert target.startswith(allowed) or (target.startswith("pipe:") and target not in foreign), target
    os.killpg(desk.pid, signal.SIGINT)
    desk.wait()
    assert server_of(home) == server
    os.kill(supervisor, 0)


def _open_files(pid: int) -> set[str]:
    targets = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            targets.add(str(descriptor.readlink()))
    return targets


@pytest.mark.parametrize("seconds", ["60", "0"], ids=["another program", "a dead process not waited for"])
def test_a_pid_that_is_no_server_any_more_does_not_bar_the_start(
    home: Path, present: Present, rows: Rows, seconds: str
) -> None:
    layout = Layout(home)
    assert layout.data is not None and layout.socket_folder is not None
    account = layout.account()
    other = subprocess.Popen(["sleep", seconds], **account.for_popen())
    try:
        for note in (layout.data / "postmaster.pid", layout.socket_folder / ".s.PGSQL.5432.lock"):
            note.write_text(f"{other.pid}\n{layout.data}\n1\n5432\n{layout.socket_folder}\n\n 0 0\n")
            note.chmod(0o600)
            account.own(note)
        assert rows(present(start(home)), "select 1") == [(1,)]
        assert seconds == "0" or other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_a_gym_in_use_is_not_removed_and_a_left_one_is_with_all_its_parts(
    empty_home: Path, processes_of: Processes
) -> None:
    home = empty_home
    cluster = start(home)
    place = Layout(home).place
    with pytest.raises(EmbeddedError, match="A desk still uses"):
        remove(home)
    cluster.leave()
    remove(home)
    assert place is not None and not place.exists() and not home.exists()
    assert not processes_of(home)


def test_a_home_deleted_by_hand_takes_its_server_along(
    empty_home: Path, server_of: Pid, eventually: Eventually
) -> None:
    home = empty_home
    start(home).leave()
    server, place = server_of(home), Layout(home).place
    assert server and place
    subprocess.run(["rm", "-rf", str(home)], check=True)
    eventually(lambda: not Path(f"/proc/{server}").exists())
    subprocess.run(["rm", "-rf", str(place)], check=True)
