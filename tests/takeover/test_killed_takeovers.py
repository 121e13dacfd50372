"""Whatever kills a take-over, at whatever statement: the next run finishes it, and nothing is otherwise.

Before each statement of a run, and not only before some:
`FRONTDESK_CUTS=all pytest tests/takeover/test_killed_takeovers.py`.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from migration.place import Place, made
from takeover.old_gyms import OldGym
from takeover.test_drift import GYM

from db import embedded, takeover
from db.errors import DeskError

SOME = 3
PHASES = (
    *("Running the revisions to 0001", "Running the revisions to 0006", "Carrying: 100%"),
    *("Running the revisions to 0008", "Running the revisions to 0009", "Carrying the rest: 100%"),
    *("Installing functions", "Letting everybody be found"),
)
FRONTDESK = Path(sys.executable).parent / "frontdesk"

# Secrets differ from run to run, and so do moments that no old row says.
CHANCE = {"secrets", "users", "quarantine"}
ROWS = """
select coalesce(md5(string_agg(row::text, '|' order by row::text)), '')
  from (select to_jsonb(t) - array(select attname::text from pg_attribute
          where attrelid = %s::regclass and atttypid = 'timestamptz'::regtype) as row from {} t) r
"""


class PowerCut(BaseException):
    """The power is gone: nothing of the run goes on, not even what would clean up after it."""


class _Power:
    """Is gone from the given statement on; then all connections to the database are dead too."""

    def __init__(self, place: Place, lasts: int) -> None:
        self.place, self.left, self.sent = place, lasts, 0

    @contextmanager
    def on(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        execute = psycopg.Cursor.execute

        def counted(cursor: Any, *arguments: Any, **options: Any) -> Any:
            self.sent += 1
            self.left -= 1
            if self.left < 0:
                raise PowerCut
            return execute(cursor, *arguments, **options)

        with monkeypatch.context() as patched:
            patched.setattr(psycopg.Cursor, "execute", counted)
            yield
        self.place.ask(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )


@pytest.fixture(scope="module")
def gym(cluster: embedded.Cluster, old_templates: dict[bool, str]) -> Iterator[Place]:
    """A small old gym, which is copied for each test."""
    with made(cluster, f"killed_{uuid.uuid4().hex[:10]}", f"template {old_templates[True]}") as place:
        OldGym(GYM.rows, loose=True, drifts=("extensions", "another alembic", "ids of text")).load(
            place.superuser
        )
        yield place


@contextmanager
def _copy(gym: Place) -> Iterator[Place]:
    with made(
        gym.cluster, f"copy_{uuid.uuid4().hex[:12]}", f"template {gym.name} strategy file_copy"
    ) as place:
        yield place


def _became(place: Place) -> dict[str, Any]:
    """The rows of the new tables, what was set aside, and the schema."""
    rows = {
        table: place.ask(ROWS.format(f'public."{table}"'), f"public.{table}")
        for (table,) in place.ask("select tablename from pg_tables where schemaname = 'public'")
        if table not in CHANCE
    }
    aside = place.ask("select table_name, row_id, reason, row::text from public.quarantine order by 1, 2")
    staff = place.ask("select id, email, name, must_change, stored_key is null from public.users order by 1")
    return {**rows, "quarantine": aside, "users": staff, "schema": place.dump()}


@pytest.fixture(scope="module")
def undisturbed(gym: Place, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], int]:
    """What a run makes of it that nothing stops, and how many statements it needs."""
    with _copy(gym) as place, pytest.MonkeyPatch.context() as patch:
        power = _Power(place, sys.maxsize)
        with power.on(patch):
            assert takeover.adopt(place.superuser, tmp_path_factory.mktemp("a") / "p.csv").adds_up
        return _became(place), power.sent


def test_a_power_cut_before_a_statement(
    gym: Place,
    undisturbed: tuple[dict[str, Any], int],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    wanted, statements = undisturbed
    step = 1 if os.environ.get("FRONTDESK_CUTS") == "all" else statements // SOME
    for cut in range(step // 2, statements, step):
        with _copy(gym) as place:
            # Where locks had to be waited for, there were more statements than now.
            with _Power(place, cut).on(monkeypatch), contextlib.suppress(PowerCut):
                takeover.adopt(place.superuser, tmp_path / f"{cut}.csv")
            report = takeover.adopt(place.superuser, tmp_path / f"{cut}-again.csv")
            assert report.adds_up, (cut, report.tables)
            assert place.lent("postgres") == set(), cut
            assert _became(place) == wanted, cut


def test_a_connection_that_is_lost(gym: Place, tmp_path: Path) -> None:
    """Each connection of a run by itself, while others live on."""
    with _copy(gym) as place:
        for words in ("Running the revisions to 0006", "Running the revisions to 0009", "Letting"):

            def say(line: str, words: str = words) -> None:
                if line.startswith(words):
                    place.ask(
                        "select pg_terminate_backend(pid) from pg_stat_activity"
                        " where datname = current_database() and pid <> pg_backend_pid()"
                    )

            with pytest.raises(DeskError):
                takeover.adopt(place.superuser, tmp_path / f"{uuid.uuid4().hex}.csv", say=say)
        assert takeover.adopt(place.superuser, tmp_path / "last.csv").adds_up


def test_a_killed_process(gym: Place, undisturbed: tuple[dict[str, Any], int], tmp_path: Path) -> None:
    """One after another in each phase, and the last run finishes."""
    with _copy(gym) as place:
        for number, phase in enumerate(PHASES):
            _kill(place, tmp_path / f"{number}.csv", phase)
        assert takeover.adopt(place.superuser, tmp_path / "last.csv").adds_up
        assert _became(place) == undisturbed[0]


def _kill(place: Place, passwords: Path, phase: str) -> None:
    process = subprocess.Popen(
        [FRONTDESK, "db", "adopt", "--yes", "--passwords", passwords],
        env=os.environ | {"FRONTDESK_ADMIN_URL": place.superuser, "HOME": str(passwords.parent)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith(phase):
            process.kill()
            break
    assert process.wait() == -9, phase
