"""What is understood of a file, and what is refused with the option that would help."""

from __future__ import annotations

from datetime import date
from typing import Any

import psycopg
import pytest
from gym import Gym
from imports.conftest import Import

from db.errors import BadInput, DeskError
from db.imports import dates, people, sheet
from db.imports.ambiguity import Ambiguous
from db.imports.keys import name_key, phone_key
from db.repositories import imports
from frontdesk.scripts import import_people

Superuser = psycopg.Connection[Any]
TODAY = date(2026, 11, 25)
POLISH = "Name;E-mail;Joined\nZoë Łącka;zoe@x.example;31/12/2020\n"


def read(text: str | bytes, **options: Any) -> people.People:
    content = text.encode() if isinstance(text, str) else text
    return people.read(sheet.read(content), today=TODAY, **options)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings_are_found_out(encoding: str) -> None:
    found = read(POLISH.encode(encoding))
    assert [person.name for person in found.people] == ["Zoë Łącka"]


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
def test_an_encoding_of_eight_bits_is_called_a_guess(encoding: str) -> None:
    found = read("Name,Joined\nZoë Müller,2020-01-01\n".encode(encoding))
    assert found.people[0].name == "Zoë Müller"
    assert found.sheet.guessed


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_found_out(delimiter: str) -> None:
    found = read(POLISH.replace(";", delimiter))
    assert found.sheet.delimiter == delimiter
    assert found.people[0].email == "zoe@x.example"


def test_days_that_could_be_either_are_asked_for() -> None:
    text = "Name,DOB,Joined\nAda,03/04/1990,01/02/2020\n"
    with pytest.raises(Ambiguous, match="--date-order"):
        read(text)
    assert read(text, order="dmy").people[0].birth_date == date(1990, 4, 3)
    assert read(text, order="mdy").people[0].birth_date == date(1990, 3, 4)


def test_days_of_both_orders_are_refused() -> None:
    text = "Name,DOB,Joined\nAda,13/04/1990,\nBo,04/13/1990,2020-01-01\n"
    with pytest.raises(Ambiguous, match="two ways"):
        read(text)
    found = read(text, order="dmy")
    assert ([each.name for each in found.people], len(found.rejected)) == (["Ada"], 1)


@pytest.mark.parametrize(
    "written", ["42491", "2016-05-01", "1 May 2016", "May 1, 2016", "20160501", "01.05.2016"]
)
def test_days_without_doubt(written: str) -> None:
    assert dates.read(written, None) == date(2016, 5, 1)


@pytest.mark.parametrize("written", ["soon", "31/02/2020", "1987", "5", "99999999"])
def test_what_is_no_day(written: str) -> None:
    with pytest.raises(ValueError):
        dates.read(written, "dmy")


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"\n\n", b"PK\x03\x04zip", b"%PDF-1.7", bytes(range(256)) * 40, b"a,b,c\n1,2,3\n"),
        b'Name\n"' + b"x" * 2_000_000,
    ],
    ids=["empty", "blank", "workbook", "pdf", "binary", "no name", "a quote that never closes"],
)  # fmt: skip
def test_what_is_no_list_of_people(content: bytes) -> None:
    with pytest.raises(BadInput):
        read(content)


def test_a_header_alone_is_nobody(mia: Import) -> None:
    ended = mia("Name,Email,Joined\n", "--json", "--yes")
    assert (ended.code, ended.json["new_clients"], ended.json["rows"]) == (0, 0, 0)


def test_hostile_cells(mia: Import, superuser: Superuser) -> None:
    text = (
        "Name,Email,Notes,Joined\n"
        "=cmd|' /C calc'!A0,f@x.example,,2020-01-01\n"
        "[bold]Eve[/bold],m@x.example,[red]x,2020-01-01\n"
        "Esc\x1b[31mape,e@x.example,,2020-01-01\n"
        "Nul\0l,n@x.example,,2020-01-01\n"
        f"{'x' * 10_000},l@x.example,,2020-01-01\n"
        f"Long Note,ln@x.example,{'y' * 10_000},2020-01-01\n"
        '"Quote ""Q"" Ed",q@x.example,"two\nlines, and ""more""",2020-01-01\n'
        "Short,s@x.example\n"
        "Too Long,t@x.example,,2020-01-01,extra\n"
        "'; drop table leads; --,d@x.example,,2020-01-01\n"
    )
    ended = mia(text, "--json", "--yes")
    assert ended.code == 0
    assert (ended.json["new_clients"], len(ended.json["rejected"])) == (5, 5)
    names = {row[0] for row in superuser.execute("select name from clients where email like '%@x.example'")}
    assert names == {
        "=cmd|' /C calc'!A0",
        "[bold]Eve[/bold]",
        "Long Note",
        'Quote "Q" Ed',
        "'; drop table leads; --",
    }
    shown = mia(text)
    assert "\x1b" not in shown.out + shown.err
    assert "Eve" not in shown.out + shown.err


def test_a_family_is_never_joined_by_its_email() -> None:
    text = (
        "Name,Email,DOB,Joined\nAda Able,a@x.example,1980-01-01,2020-01-01\n"
        "Bo Able,A@X.EXAMPLE,2015-01-01,2020-01-01\nADA  ABLE,a@x.example,,2020-01-01\n"
        "Ada Able,a@x.example,1955-01-01,2020-01-01\n"
    )
    found = read(text)
    assert [person.birth_date and person.birth_date.year for person in found.people] == [1980, 2015, 1955]
    assert (found.joined, found.families) == (1, 1)
    assert [person.is_guardian for person in found.people] == [True, False, True]


def test_who_has_only_a_name_is_known_again(mia: Import, superuser: Superuser) -> None:
    text = "Name,Joined\nAda Able,2020-01-01\nBo Able,2020-01-01\n"
    assert mia(text, "--json", "--yes").json["new_clients"] == 2
    again = mia(text, "--json", "--yes").json
    assert (again["new_clients"], again["known"]) == (0, 2)


def test_blocks_alerts_and_waivers(mia: Import, superuser: Superuser) -> None:
    text = (
        "Name,Blocked,Blocked reason,Alert,Waiver date,Waiver signed by,Joined\n"
        "Ada Able,yes,owes since May,Bad knee,2024-02-03,Bo Able,2020-01-01\n"
    )
    assert mia(text, "--yes").code == 0
    row = superuser.execute(
        "select blocked_reason, waiver_signed_by, client_since::text, n.text, n.alert_priority, u.name"
        " from clients c join notes n on n.client_id = c.id join users u on u.id = n.written_by"
        " where c.name = 'Ada Able'"
    ).fetchone()
    assert row == ("owes since May", "Bo Able", "2020-01-01", "Bad knee", 2, "Mia Chen")


def test_an_id_of_somebody_else_is_left_out(mia: Import) -> None:
    head = "Member ID,Name,Email,Joined\n"
    assert mia(head + "7,Ada Able,a@x.example,2020-01-01\n", "--yes").code == 0
    said = mia(head + "7,Cy Cole,c@x.example,2020-01-01\n", "--json", "--yes").json
    assert (said["new_clients"], said["rejected"][0]["line"]) == (0, 2)


def test_a_barcode_of_somebody_else_becomes_a_note(mia: Import, superuser: Superuser) -> None:
    assert mia("Name,Email,Barcode,Joined\nAda Able,a@x.example,77,2020-01-01\n", "--yes").code == 0
    said = mia("Name,Email,Barcode,Joined\nCy Cole,c@x.example,77,2020-01-01\n", "--json", "--yes").json
    assert (said["new_clients"], said["barcodes_taken"]) == (1, [2])
    assert superuser.execute("select text from notes").fetchall() == [("Barcode, held by somebody else: 77",)]


def test_a_failure_in_the_middle_leaves_nothing(
    gym: Gym, superuser: Superuser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "TAKEN_IN", 2)
    found = read("Name,Email,Joined\n" + "".join(f"P {n},p{n}@x.example,2020-01-01\n" for n in range(6)))
    found.people[5].name = " "  # what the database refuses
    done: list[int] = []
    with pytest.raises(DeskError):
        imports.import_people(gym.signed_in("mia"), found, progress=lambda now, _: done.append(now))
    assert done == [1, 2, 3]
    assert superuser.execute("select count(*) from clients where email like '%@x.example'").fetchone() == (0,)
    found.people[5].name = "P 5"
    imported = imports.import_people(gym.signed_in("mia"), found)
    assert [match.known for match in imported.matches] == [False] * 6


def test_a_lost_connection_begins_anew(gym: Gym, superuser: Superuser) -> None:
    """The second try finds nothing of the first, and everybody is there once."""
    found = read("Name,Email,Joined\n" + "".join(f"P {n},p{n}@x.example,2020-01-01\n" for n in range(3)))
    kill = "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'frontdesk_app'"
    kill += " and datname = current_database()"
    killed: list[object] = []

    def progress(done: int, total: int) -> None:
        if not killed:
            killed.extend(superuser.execute(kill.encode()).fetchall())

    imported = imports.import_people(gym.signed_in("mia"), found, progress=progress)
    assert killed and [match.known for match in imported.matches] == [False] * 3
    assert superuser.execute("select count(*) from clients where email like '%@x.example'").fetchone() == (3,)


def test_one_import_at_a_time(gym: Gym, superuser: Superuser) -> None:
    lock = "select pg_advisory_lock(hashtextextended('frontdesk import ' || %s::uuid, 0))"
    superuser.execute(lock, (gym.organizations["harbour"],))
    with pytest.raises(DeskError, match="Another import is running"):
        imports.import_people(gym.signed_in("mia"), read("Name,Joined\nAda,2020-01-01\n"))


def test_a_minor_is_nobodys_guardian(mia: Import, superuser: Superuser) -> None:
    """Whatever the file says; and a waiver that it brings stays as the other system had it."""
    text = (
        "Name,DOB,Guardian,Waiver date,Waiver signed by,Joined\n"
        "Ada Able,2015-01-01,Bo Able,2024-02-03,Cy Cole,2020-01-01\nBo Able,2014-01-01,,,,2020-01-01\n"
        "Di Able,2016-01-01,Ed Able,,,2020-01-01\nEd Able,1980-01-01,,,,2020-01-01\n"
    )
    assert mia(text, "--yes").code == 0
    guardians = "select c.name from family_members m join clients c on c.id = m.client_id where is_guardian"
    assert superuser.execute(guardians).fetchall() == [("Ed Able",)]
    signed = "select waiver_signed_by, (waiver_signed_at at time zone o.timezone)::date::text from clients c"
    signed += " join organizations o on o.id = c.organization_id where c.name = 'Ada Able'"
    assert superuser.execute(signed).fetchone() == ("Cy Cole", "2024-02-03")


def test_a_crowd_is_no_family() -> None:
    """Eight who share a phone or an e-mail may be one, nine are a team or a school."""
    for crowd, families in ((8, 1), (9, 0)):
        rows = "".join(
            f"P {n},team@x.example,07700 900111,{2015 if n else 1980}-01-01,2020-01-01\n"
            for n in range(crowd)
        )
        found = read("Name,Email,Phone,DOB,Joined\n" + rows)
        assert (found.families, found.crowds) == (families, 0 if families else 2)
        assert all((person.family is None) == (not families) for person in found.people)


def test_an_encoding_that_leaves_letters_is_the_one() -> None:
    found = read("Name,Joined\nŁukasz Żółty,2020-01-01\n".encode("cp1250"))
    assert (found.people[0].name, found.sheet.encoding) == ("Łukasz Żółty", "cp1250")


# What could be meant in two ways, the option that decides, an answer, and the name that it gives.
EITHER: list[tuple[bytes, str, str, str]] = [
    ("Name,Joined\nPère Noël,2020-01-01\n".encode("cp1252"), "--encoding", "cp1250", "Pčre Noël"),
    (b"Name;City,Joined\nAda;Leeds,2020-01-01\n", "--delimiter", ";", "Ada"),
    (b"Name\tCity|Joined\nAda\tLeeds|2020-01-01\n", "--delimiter", "tab", "Ada"),
    (b"Name,DOB,Joined\nAda,03/04/1990,2020-01-01\n", "--date-order", "mdy", "Ada"),
    (b"Name,Email\nAda,a@x.example\n", "--as", "lead", "Ada"),
]


@pytest.mark.parametrize(
    ("content", "option", "answer", "name"), EITHER, ids=["encoding", "delimiter", "tab", "days", "kind"]
)
def test_what_could_be_meant_in_two_ways(
    mia: Import,
    superuser: Superuser,
    monkeypatch: pytest.MonkeyPatch,
    content: bytes,
    option: str,
    answer: str,
    name: str,
) -> None:
    """On a pipe the error names the option, which decides; on a terminal it is asked, and so is the yes."""
    for words in ((), ("--yes",), ("--json",)):
        ended = mia(content, *words)
        assert (ended.code, ended.out) == (2, "")
        assert f"{option} {answer}" in ended.err.replace("'", "")
    kind = () if option in {"--as", "--date-order"} else ("--as", "client")
    assert "Nothing was imported" in mia(content, option, answer, *kind).out
    monkeypatch.setattr(import_people, "_on_terminal", lambda: True)
    people_of = "select count(*) from search_documents where name = app.words(%s)"
    for said, count in (("neither\n", 0), (f"{answer}\nn\n", 0), (f"{answer}\ny\n", 1)):
        mia(content, *kind, stdin=said)
        assert superuser.execute(people_of, (name,)).fetchone() == (count,), said


@pytest.mark.parametrize(
    ("one", "other"),
    [("Zoë O'Brien", "zoe obrien"), ("Anne-Marie  Lee", "ANNE MARIE LEE"), ("J. Smith", "j smith")],
)
def test_names_alike_here_and_in_the_database(superuser: Superuser, one: str, other: str) -> None:
    assert name_key(one) == name_key(other)
    for name in (one, other):
        assert superuser.execute("select app.name_key(%s)", (name,)).fetchone() == (name_key(name),)


def test_phones_alike_here_and_in_the_database(superuser: Superuser) -> None:
    for phone in ("+44 7700 900412", "07700900412", "12345", "(0686) 908-6140"):
        assert superuser.execute("select coalesce(app.phone_key(%s), '')", (phone,)).fetchone() == (
            phone_key(phone),
        )
