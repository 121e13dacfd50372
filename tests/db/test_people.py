"""Adding people, who they may be already, families and waivers, read back past row-level security."""

from __future__ import annotations

import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from gym import Gym

from db import errors
from db.records import NewLead
from db.repositories import people

Superuser = psycopg.Connection[Any]
CHILD = date.today() - timedelta(days=10 * 365)


def new(name: str, **facts: Any) -> NewLead:
    return NewLead(uuid.uuid4(), name, **facts)


def test_add(gym: Gym, superuser: Superuser) -> None:
    """A retry, with another name too, adds nobody twice."""
    nia = new(" Nia New ", phone="07700 900777", birth_date=date(1990, 1, 1))
    assert people.add(gym.signed_in(), nia) == nia.id
    assert people.add(gym.signed_in(), NewLead(nia.id, "Nia Newer")) == nia.id
    row = "select name, phone, email, birth_date, status from leads where id = %s"
    expected = ("Nia New", "07700 900777", None, date(1990, 1, 1), "new")
    assert superuser.execute(row, (nia.id,)).fetchall() == [expected]
    assert [person.id for person in people.find(gym.signed_in(), "nia new")] == [nia.id]
    who = "select user_id, command from audit_log where row_id = %s"
    assert superuser.execute(who, (nia.id,)).fetchall() == [(gym.users["ana"], "desk")]


@pytest.mark.parametrize("name", ["", "  ", "\u00a0"])
def test_nobody_without_a_name(gym: Gym, name: str) -> None:
    with pytest.raises(errors.Refused, match="needs a name"):
        people.add(gym.signed_in(), new(name))


def test_a_dry_run_adds_nobody(gym: Gym, superuser: Superuser) -> None:
    nia = new("Nia New")
    assert gym.signed_in().one(people.to_add(nia), dry=True).id == nia.id
    assert superuser.execute("select from leads where id = %s", (nia.id,)).fetchone() is None


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (("Nobody Alike", "+44 (0)7700-900118"), [("Rosamund Ortiz", "same phone")]),
        (("Nobody Alike", "", "OKAFOR@post.example "), [("Sam Okafor", "same e-mail")]),
        (("okafor sam",), [("Sam Okafor", "similar name")]),
        (("Sam Okafro",), [("Sam Okafor", "similar name")]),
        (("Zoe Mueller OBrien",), [("Zoë Müller-O'Brien", "similar name")]),
        (("Sam Olsen", "555 7946 0412"), [("Sam Olsen", "similar name")]),
        (("Con Verted",), [("Con Verted", "similar name")]),
        (("", "412"), []),
        (("Sa",), []),
        (("", "", ""), []),
        (("%%", "%%%%%%%%%", "%@_"), []),
    ],
)
def test_duplicates(gym: Gym, asked: tuple[str, ...], expected: list[tuple[str, str]]) -> None:
    found = people.duplicates(gym.signed_in(), *asked)
    assert [(person.name, person.reason) for person in found] == expected


def test_the_most_in_common_comes_first_and_five_at_most(gym: Gym, superuser: Superuser) -> None:
    superuser.execute(
        "insert into leads (organization_id, name, phone, email)"
        " select %s, 'Olsen ' || n, '7700 900412', 'x' || n || '@post.example' from generate_series(1, 7) n",
        (gym.organizations["harbour"],),
    )
    found = people.duplicates(gym.signed_in(), "Olsen Sam", "07700900412", "sam.olsen@post.example")
    assert (found[0].name, found[0].reason, found[0].phone_end) == ("Sam Olsen", "same phone", "412")
    assert len(found) == 5


def test_duplicates_come_through_the_indexes(gym: Gym, superuser: Superuser) -> None:
    """Not by reading everybody."""
    superuser.execute(
        "insert into search_documents (organization_id, person_id, kind, name, document)"
        " select %s, gen_random_uuid(), 'client', 'runner x' || n, ' runner x' || n || ' 077' || n + 100000"
        "  from generate_series(1, 10000) n",
        (gym.organizations["harbour"],),
    )
    superuser.execute("analyze search_documents")
    assert gym.database is not None
    read = "select seq_scan, idx_tup_fetch from pg_stat_user_tables where relname = 'search_documents'"
    seen = []
    for _ in range(2):
        found = people.duplicates(gym.signed_in(), "Sam Okafro", "020 7946 0412", "okafor@post.example")
        assert found[0].name == "Sam Okafor"
        gym.database.close()  # what it has read is reported when a connection ends
        time.sleep(0.2)
        superuser.execute("select pg_stat_clear_snapshot()")
        seen += superuser.execute(read).fetchall()
    (scans, rows), (scans_after, rows_after) = seen
    assert scans_after == scans and rows_after - rows < 100, seen


def test_families_and_their_guardians(gym: Gym, superuser: Superuser) -> None:
    ana, olsen, ortiz = gym.signed_in(), gym.leads["olsen"], gym.clients["ortiz"]
    superuser.execute("update leads set birth_date = %s where id = %s", (CHILD, olsen))
    assert people.family(ana, "lead", olsen) == []
    for _ in range(2):
        people.join_family(ana, "lead", olsen, "client", ortiz, guardian=True)
    people.join_family(ana, "client", ortiz, "lead", gym.leads["zoe"])
    family = people.family(ana, "lead", olsen)
    assert [(one.name, one.is_guardian, one.waiver) for one in family] == [
        ("Rosamund Ortiz", True, False),
        ("Zoë Müller-O'Brien", False, False),
    ]
    assert {one.name for one in people.family(ana, "client", ortiz)} == {"Sam Olsen", "Zoë Müller-O'Brien"}
    with pytest.raises(errors.Refused, match="under 18"):
        people.sign_waiver(ana, "lead", olsen, "Zoe Muller-OBrien")
    people.join_family(ana, "lead", olsen, "lead", gym.leads["zoe"], guardian=True)
    people.sign_waiver(ana, "lead", olsen, "zoe muller-obrien")
    row = "select waiver_signed_by, now() - waiver_signed_at < interval '1 minute' from leads where id = %s"
    assert superuser.execute(row, (olsen,)).fetchone() == ("zoe muller-obrien", True)
    with pytest.raises(errors.Refused, match="of age"):
        people.join_family(ana, "client", ortiz, "lead", olsen, guardian=True)


def test_two_families_stay_two(gym: Gym) -> None:
    ana = gym.signed_in()
    people.join_family(ana, "lead", gym.leads["olsen"], "client", gym.clients["ortiz"])
    people.join_family(ana, "lead", gym.leads["zoe"], "client", gym.clients["okafor"])
    with pytest.raises(errors.Refused, match="two families"):
        people.join_family(ana, "lead", gym.leads["olsen"], "lead", gym.leads["zoe"])
    with pytest.raises(errors.Refused, match="their own family"):
        people.join_family(ana, "lead", gym.leads["olsen"], "lead", gym.leads["olsen"])


def test_two_desks_link_one_child_at_once(gym: Gym, superuser: Superuser) -> None:
    """They wait for each other: it is one family of three."""

    def link(client: str) -> None:
        people.join_family(gym.signed_in(), "lead", gym.leads["zoe"], "client", gym.clients[client], True)

    for _ in range(3):
        with ThreadPoolExecutor(2) as desks:
            list(desks.map(link, ["okafor", "ortiz"]))
        sizes = "select count(*) from family_members group by family_id"
        assert superuser.execute(sizes).fetchall() == [(3,)]
        superuser.execute("delete from family_members")


def test_sign_waiver(gym: Gym, superuser: Superuser) -> None:
    """Once: who signed first stays; a converted lead stands for its client."""
    ana = gym.signed_in()
    people.sign_waiver(ana, "client", gym.clients["ortiz"], "Rosamund Ortiz")
    people.sign_waiver(ana, "client", gym.clients["ortiz"], "Somebody Else")
    people.sign_waiver(ana, "lead", gym.leads["converted"], "Con Verted")
    signed = "select name, waiver_signed_by from clients where waiver_signed_at is not null order by 1"
    assert superuser.execute(signed).fetchall() == [
        ("Con Verted", "Con Verted"),
        ("Rosamund Ortiz", "Rosamund Ortiz"),
        ("Sam Okafor", "Sam Okafor"),
    ]
    with pytest.raises(errors.Refused, match="A waiver needs a name"):
        people.sign_waiver(ana, "lead", gym.leads["zoe"], " ")
    with pytest.raises(errors.NotFound):
        people.sign_waiver(ana, "lead", uuid.uuid4(), "X")
