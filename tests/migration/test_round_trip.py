"""One road there and back: the same schema whichever way it was reached, and the same rows."""

from __future__ import annotations

from uuid import uuid4

import psycopg
from gym import Gym
from migration.place import BEFORE_THE_FIX, Place

from db.records import BookingRequest
from db.repositories import bookings, people
from db.upgrade import HEAD, LEGACY, _config, status


def test_the_last_revision_is_the_programs(fresh: Place) -> None:
    from alembic.script import ScriptDirectory

    script = ScriptDirectory.from_config(_config())
    assert script.get_heads() == [HEAD]
    assert status(fresh.admin).current


def test_the_schema_is_the_same_after_any_way(blank: Place, fresh_dump: str) -> None:
    blank.up()
    assert blank.dump() == fresh_dump
    for _ in range(2):
        blank.down()
        blank.up()
        assert blank.dump() == fresh_dump


def test_going_back_ends_at_the_first_revision(blank: Place, fresh: Place) -> None:
    blank.to_revision(LEGACY)
    fresh.down()
    assert fresh.dump() == blank.dump()


def test_the_first_revision_is_the_schema_before_the_fix(blank: Place, fresh: Place) -> None:
    fresh.down()
    blank.ask("grant create on schema public to frontdesk_owner")
    blank.ask(f"grant create on database {blank.name} to frontdesk_owner")
    blank.load(BEFORE_THE_FIX)
    options = ("--no-privileges", "--exclude-table=alembic_version")
    assert fresh.dump(*options) == blank.dump(*options)


def test_a_second_upgrade_changes_nothing(fresh: Place, fresh_dump: str) -> None:
    before, oids = status(fresh.admin), fresh.ask("select oid from pg_proc order by oid")
    said: list[str] = []
    from db import upgrade

    upgrade.upgrade(fresh.admin, say=said.append)
    assert said == ["The database is at this version already."]
    assert status(fresh.admin) == before
    assert fresh.dump() == fresh_dump
    assert fresh.ask("select oid from pg_proc order by oid") == oids


def test_every_row_comes_back(gym_place: Place, gym: Gym) -> None:
    rows = gym_place.checksums()
    gym_place.down()
    assert gym_place.checksums("next") == rows
    gym_place.up()
    assert gym_place.checksums() == rows


def test_what_was_paid_with_credit_comes_back(gym_place: Place, gym: Gym) -> None:
    """The versions before know no such way to pay."""
    with_credit = (
        "update bookings set paid_by = 'credit', payment_status = 'paid', booking_status = 'cancelled'"
    )
    gym_place.ask(with_credit)
    rows = gym_place.checksums()
    gym_place.down()
    gym_place.up()
    assert gym_place.checksums() == rows


def test_what_came_back_works(gym_place: Place, gym: Gym) -> None:
    gym_place.down()
    gym_place.up()
    ana = gym.signed_in("ana")
    (found,) = people.find(ana, "okafor")
    answer = bookings.book(ana, BookingRequest(uuid4(), gym.sessions["spin"], "client", found.id, pay="card"))
    assert (answer.outcome, answer.seat) == ("booked", 1)
    assert gym_place.ask("select booked_count from class_sessions where id = %s", gym.sessions["spin"]) == [
        (1,)
    ]
    assert gym_place.ask("select amount from payments where booking_id = %s", answer.booking_id) == [(1200,)]


def test_an_upgrade_knows_who_usually_comes(gym_place: Place, gym: Gym) -> None:
    """A gym of the version before has visits, and nothing yet that was derived from them."""
    ana = gym.signed_in("ana")
    asked = BookingRequest(
        uuid4(), gym.sessions["yoga"], "client", gym.clients["okafor"], pay="cash", arrive=True
    )
    assert bookings.book(ana, asked).arrived_at
    known = "select last_visit_on, usual from {} where person_id = %s"
    kept = gym_place.ask(known.format("search_documents"), gym.clients["okafor"])
    gym_place.down()
    gym_place.ask("update next.search_documents set last_visit_on = null, usual = '{}' returning person_id")
    gym_place.up()
    assert gym_place.ask(known.format("search_documents"), gym.clients["okafor"]) == kept
    assert kept[0][0] is not None and len(kept[0][1]) == 1
    differing = (
        "select count(*) from search_documents d, app.habits(d.organization_id, d.person_id) h"
        " where (d.last_visit_on, d.usual) is distinct from (h.last_visit_on, h.usual)"
    )
    assert gym_place.ask(differing) == [(0,)]


def test_rows_set_aside_are_nobodys_to_read(gym_place: Place, gym: Gym) -> None:
    """No policy guards them there, so no role of a desk reaches them."""
    gym_place.down()
    with psycopg.connect(gym_place.desk, autocommit=True) as desk:
        for role in ("frontdesk_app", "frontdesk_staff"):
            assert desk.execute(
                f"select bool_or(has_schema_privilege('{role}', 'next', 'usage')) or"
                f" bool_or(has_table_privilege('{role}', c.oid, 'select'))"
                " from pg_class c where relnamespace = 'next'::regnamespace and relkind = 'r'"
            ).fetchone() == (False,)
