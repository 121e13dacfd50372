"""Functions, policies and triggers belong to the installed version; what somebody else made is left alone."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from alembic import command
from gym import Gym
from migration.place import Place

from db import installation, upgrade
from db.errors import DeskError, Fault, NoDatabase, Refused
from db.repositories import sessions

# What whoever runs the database may have added: in public, as itself, calling nothing of frontdesk's.
DBA = """
create role dba;
grant dba to postgres;
create table public.dba_notes (note text);
create view public.dba_report as
  select s.id, count(b.id) as bookings from public.class_sessions s
    left join public.bookings b on b.class_session_id = s.id group by s.id;
create function public.dba_trigger() returns trigger language plpgsql as 'begin return new; end';
create trigger dba_trigger before update on public.leads for each row execute function public.dba_trigger();
create policy dba_reads on public.leads for select to dba using (true);
create policy dba_of_staff on public.tasks for delete to frontdesk_staff using (false);
comment on policy dba_reads on public.leads is 'for the accountant';
grant select on public.leads, public.dba_report to dba;
"""
DBA_HAS = """
select 'view ' || viewname from pg_views where viewname like 'dba%'
union all select 'table ' || tablename from pg_tables where tablename like 'dba%'
union all select 'function ' || proname from pg_proc where proname like 'dba%'
union all select 'trigger ' || tgname from pg_trigger where tgname like 'dba%'
union all select 'policy ' || policyname || tablename || cmd || roles::text from pg_policies
           where policyname like 'dba%'
union all select 'grant ' || table_name from information_schema.table_privileges where grantee = 'dba'
order by 1
"""


@pytest.fixture
def dba(gym_place: Place, gym: Gym) -> Iterator[Place]:
    """The gym's database, to which whoever runs it has added things."""
    gym_place.ask(DBA)
    yield gym_place
    # Roles are the cluster's and outlive the database.
    gym_place.ask("drop owned by dba cascade; drop role dba")


def _edit(monkeypatch: pytest.MonkeyPatch, folder: Path, name: str, addition: str) -> None:
    """This program has another file than the one that was installed."""
    shutil.copytree(installation.FILES, folder / "sql")
    with (folder / "sql" / f"{name}.sql").open("a") as file:
        file.write(addition)
    monkeypatch.setattr(installation, "FILES", folder / "sql")


def test_a_changed_file_is_installed_anew(
    gym_place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _edit(
        monkeypatch,
        tmp_path,
        "sessions",
        "create type app.mood as enum ('good');"
        "create function app.mood() returns app.mood language sql as $$ select 'good'::app.mood $$;",
    )
    rows = gym_place.checksums()
    assert not upgrade.status(gym_place.desk).current
    assert gym_place.up().current
    assert gym_place.ask("select app.mood()::text") == [("good",)]
    monkeypatch.undo()
    assert not upgrade.status(gym_place.desk).current
    assert gym_place.up().current
    assert gym_place.ask("select to_regproc('app.mood'), to_regtype('app.mood')") == [(None, None)]
    assert gym_place.checksums() == rows


def test_a_broken_file_leaves_what_was_installed(
    gym_place: Place, gym: Gym, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Removing and installing at the last revision is one transaction: no desk ever stands without."""
    before = gym_place.dump()
    _edit(monkeypatch, tmp_path, "sessions", "create function nonsense;")
    with pytest.raises(Fault, match="42601"):
        gym_place.up()
    assert gym_place.dump() == before
    assert sessions.on(gym.signed_in("ana"))


def test_every_file_is_installed() -> None:
    assert sorted(path.stem for path in installation.FILES.glob("*.sql")) == sorted(installation.ORDER)


def test_what_somebody_else_made_survives(dba: Place) -> None:
    things, rows, report = dba.ask(DBA_HAS), dba.checksums(), dba.ask("select * from dba_report order by id")
    assert len(things) == 8
    dba.down()
    assert dba.ask(DBA_HAS) == things
    assert dba.ask("select * from dba_report order by id") == report
    dba.up()
    assert dba.ask(DBA_HAS) == things
    assert dba.checksums() == rows


def test_what_somebody_else_made_survives_a_new_version(
    dba: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    things = dba.ask(DBA_HAS)
    _edit(monkeypatch, tmp_path, "sessions", "-- changed\n")
    assert dba.up().current
    assert dba.ask(DBA_HAS) == things


def test_a_view_on_an_empty_gym_survives(fresh: Place, fresh_dump: str) -> None:
    """Tables that a view needs stay aside like those with rows."""
    fresh.ask("create view public.dba_report as select id from public.bookings")
    fresh.down()
    fresh.ask("create view public.dba_old as select id from public.waitlist")
    fresh.up()
    assert fresh.ask("select * from dba_report union all select * from dba_old") == []
    fresh.ask("drop view dba_report")
    fresh.down()
    fresh.ask("drop view dba_old")
    fresh.up()
    assert fresh.dump() == fresh_dump


@pytest.mark.parametrize(
    ("what", "how"),
    [
        ("view dba_mine", "as select app.user_id()"),
        ("trigger dba_too", "after insert on public.dba_notes execute function app.audit()"),
        ("policy dba_too", "on public.rooms for select using (app.may_write())"),
    ],
)
def test_what_needs_a_function_of_ours_stops_both_ways(
    dba: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str, how: str
) -> None:
    dba.ask(f"create {what} {how}")
    before = dba.dump(), dba.checksums()
    with pytest.raises(Refused, match="not frontdesk's") as refused:
        dba.down()
    assert what in str(refused.value)
    assert "\n" not in str(refused.value)
    _edit(monkeypatch, tmp_path, "sessions", "-- changed\n")
    with pytest.raises(Refused, match="not frontdesk's"):
        dba.up()
    assert (dba.dump(), dba.checksums()) == before


def test_asking_for_the_revision_changes_nothing(
    gym_place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As a developer asks: by alembic itself, with env.py, on FRONTDESK_ADMIN_URL."""
    monkeypatch.setenv("FRONTDESK_ADMIN_URL", gym_place.admin)
    before = gym_place.dump(), gym_place.checksums(), upgrade.status(gym_place.desk)
    config = upgrade._config()
    config.print_stdout = lambda *words: print(*words)  # type: ignore[method-assign]
    command.current(config)
    command.history(config)
    assert f"{upgrade.HEAD} (head)" in capsys.readouterr().out
    assert (gym_place.dump(), gym_place.checksums(), upgrade.status(gym_place.desk)) == before
    assert gym_place.lent() == set()


def test_tables_that_are_held_too_long(gym_place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """A report holds a table: whoever waits behind the upgrade waits briefly, and then it gives up."""
    monkeypatch.setattr(upgrade, "PAUSES_S", ())
    before = gym_place.dump()
    with psycopg.connect(gym_place.superuser) as report:
        report.execute("select count(*) from public.bookings")
        with pytest.raises(NoDatabase, match="holds the tables"):
            gym_place.down()
        with pytest.raises(NoDatabase, match="holds the tables"), upgrade.as_owner(gym_place.admin):
            pass
    assert gym_place.dump() == before


def test_tables_that_are_held_for_a_while(gym_place: Place) -> None:
    with psycopg.connect(gym_place.superuser) as report:
        report.execute("select count(*) from public.bookings")
        release = threading.Timer(1.5, report.rollback)
        release.start()
        assert gym_place.down().revision == upgrade.LEGACY
        release.join()


def test_a_database_in_another_state_is_one_sentence(blank: Place) -> None:
    with pytest.raises(Refused, match="before the fix already"):
        blank.down()
    blank.ask("drop schema public cascade")
    with pytest.raises(DeskError) as refused:
        blank.up()
    assert "\n" not in str(refused.value)


def test_policies_dropped_by_a_desk_come_back(gym_place: Place) -> None:
    with psycopg.connect(gym_place.desk, autocommit=True) as desk:
        desk.execute("set role frontdesk_staff")
        desk.execute("drop owned by frontdesk_staff")
    assert not upgrade.status(gym_place.desk).current
    assert gym_place.up().current
    policies = "select count(*) > 0 from pg_policies where 'frontdesk_staff' = any (roles)"
    assert gym_place.ask(policies) == [(True,)]
