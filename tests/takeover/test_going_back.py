"""What the old application changes while the desks' work is given back is not lost."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
from takeover.old_gyms import OldGym, known_id
from takeover.test_drift import BOTH, GYM, HARBOUR, LEAD, MORNING, Load, loaded

from db import takeover, upgrade

__all__ = ["loaded"]

WAITS = """
select pid from pg_stat_activity
 where wait_event in ('transactionid', 'tuple') and datname = current_database()
"""


def test_a_change_that_comes_between_reading_and_writing_back_stays(loaded: Load, tmp_path: Path) -> None:
    """The desk renamed somebody; the old application changes their e-mail, and commits in that moment."""
    with loaded(GYM) as place:
        takeover.adopt(place.superuser, tmp_path / "passwords.csv")
        place.ask("update leads set name = 'Lea Later' where id = %s returning id", LEAD)
        with ThreadPoolExecutor(1) as pool, psycopg.connect(place.superuser) as old:
            old.execute("update legacy.leads set email = 'lea@new.example' where id = %s", (LEAD,))
            back = pool.submit(upgrade.downgrade, place.superuser)
            until = time.monotonic() + 30
            while not place.ask(WAITS) and not back.done() and time.monotonic() < until:
                time.sleep(0.01)
        back.result()
        now = place.ask("select name, email from public.leads where id = %s", LEAD)
        assert now == [("Lea Later", "lea@new.example")]
        takeover.adopt(place.superuser, tmp_path / "more.csv")
        assert place.ask("select name, email from leads where id = %s", LEAD) == now


HALF_FIXED = (
    "delete from bookings where customer_id is null; alter table bookings alter customer_id set not null"
)


def test_a_client_is_nobody_else_where_a_lead_must_be_named(loaded: Load, tmp_path: Path) -> None:
    """Old bookings may name clients, but still demand a lead: it is theirs, never another's."""
    with loaded(OldGym(GYM.rows, loose=True, beside=(HALF_FIXED,))) as place:
        takeover.adopt(place.superuser, tmp_path / "passwords.csv")
        place.ask("update class_sessions set capacity = 9, ends_at = now() + interval '1 hour'")
        place.ask(
            "insert into bookings"
            " (organization_id, id, class_session_id, client_id, booking_status, price, currency)"
            f" values ('{HARBOUR}', '{known_id(100)}', '{MORNING}', '{BOTH}', 'confirmed', 0, 'GBP')"
        )
        upgrade.downgrade(place.superuser)
        assert place.ask("select customer_id, client_id from bookings where id = %s", known_id(100)) == [
            (BOTH, BOTH)
        ]
