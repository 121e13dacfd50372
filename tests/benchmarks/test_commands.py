"""Each benchmark's command runs on little, and its figures could be wrong."""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from pathlib import Path
from random import Random
from uuid import uuid4

import psycopg
import pytest

from benchmarks import ground, imports, letters, paying, round_trips, scale, search, seats, takeover, typos
from benchmarks.ground import Ground
from benchmarks.old_application import Statement, Written
from benchmarks.old_gym import old_gym
from benchmarks.proxy import Proxy
from db import embedded
from db.takeover import Report, adopt


def cells(text: str, row: str) -> list[str]:
    """The cells of the table's row that begins so."""
    line = next(line for line in text.splitlines() if line.strip().startswith(row))
    return re.split(r"\s{2,}", line.strip())[1:]


def test_round_trips_counts_one_for_a_booking_and_its_time(capsys: pytest.CaptureFixture[str]) -> None:
    assert round_trips.main(["--latency=20", "--times=3"]) == 0
    shown = capsys.readouterr().out
    for what in round_trips.ONE_TRIP:
        trips, took, _ = cells(shown, what + "  ")
        assert (trips, float(took) >= 20) == ("1", True), what


def test_the_proxy_counts_every_turn(small_gym: Ground) -> None:
    with Proxy(small_gym.app, 0.001) as proxy, psycopg.connect(proxy.conninfo, autocommit=True) as connection:
        before = proxy.trips
        assert before >= 3
        for _ in range(4):
            connection.execute("select 1")
        assert proxy.trips - before == 4


def test_what_pays_is_found_in_the_trip_of_the_booking(
    small_gym: Ground, capsys: pytest.CaptureFixture[str]
) -> None:
    """How long it takes is for a quiet machine to say."""
    measured = paying.measure(small_gym, 3)
    assert {each.way: each.trips for each in measured} == {way: {1} for way in paying.WAYS}
    paying.show(3, measured)
    trips, p50, *_ = cells(capsys.readouterr().out, "a package")
    assert (trips, float(p50) > 0) == ("1", True)


def test_a_slow_payer_is_said() -> None:
    seconds = dict.fromkeys(paying.WAYS, 1.0) | {"by card": 1.1, "a package": 1.6}
    measured = [paying.Took(way, [took], {1}) for way, took in seconds.items()]
    assert paying.wrong(measured) == ["a package takes 1.60 times a booking owed"]
    assert paying.wrong([paying.Took(way, [1.0], {1, 2}) for way in paying.WAYS])[0] == (
        "a membership costs 2 trips"
    )


def test_seats_sells_as_many_as_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert seats.main(["--processes=4", "--attempts=40", "--seats=5"]) == 0
    shown = capsys.readouterr().out
    assert "5 seats sold" in shown
    assert "40 attempts by 4 processes" in shown


def test_seats_says_what_does_not_add_up(small_gym: Ground) -> None:
    tasks = seats.prepare(small_gym, 2, 4, 3)
    heard = [("desk", Counter({"booked": 4, "refused": 1}), 0.0, 1.0)]
    wrong = seats.wrong_sums(small_gym, tasks[0].session_id, 3, heard)
    assert "answers give 4 of 3 seats" in wrong
    assert "bookings hold 0 of 3 seats" in wrong
    assert "by desk, 1 heard 'refused'" in wrong


def test_typos_finds_nearly_everybody(capsys: pytest.CaptureFixture[str]) -> None:
    assert typos.main(["--names=60"]) == 0
    count, *places, found, _, _ = cells(capsys.readouterr().out, "all")
    assert count == "60"
    assert sum(map(int, places)) == 60
    assert float(found.removesuffix(" %")) >= 95


def test_a_typo_is_one_and_never_none() -> None:
    random = Random(1)
    for name in ("ana", "李小龍", "محمد علي"):
        for _ in range(50):
            typed = typos.with_typo(random, name, "xyz")
            assert typed != name
            assert abs(len(typed) - len(name)) <= 1


def test_search_compares_the_same_search(small_gym: Ground, capsys: pytest.CaptureFixture[str]) -> None:
    search.run(small_gym, 5, seed=1)
    count, *times = cells(capsys.readouterr().out, "all")
    assert int(count) > 0
    assert all(float(time) > 0 for time in times)


def test_an_import_finds_everybody_again(small_gym: Ground, capsys: pytest.CaptureFixture[str]) -> None:
    assert imports.run(small_gym, 60) == 0
    shown = capsys.readouterr().out
    assert (cells(shown, "import  ")[-1], cells(shown, "import again")[-1]) == ("58", "0")


def test_letters_are_counted_until_the_person_is_at_the_top(
    small_gym: Ground, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a copy: the gym itself stays as it is."""
    with psycopg.connect(str(small_gym.superuser)) as superuser:
        before = superuser.execute("select count(*), max(recorded_at) from bookings").fetchone()
    outcomes = letters.run(small_gym, 12, seed=1)
    letters.show(outcomes)
    assert len(outcomes) == 12
    assert all(1 <= count <= letters.NEVER for each in outcomes for count in each.find.values())
    assert {each.group for each in outcomes} <= set(letters.GROUPS)
    assert cells(capsys.readouterr().out, "all")[0] == "12"
    with psycopg.connect(str(small_gym.superuser)) as superuser:
        assert superuser.execute("select count(*), max(recorded_at) from bookings").fetchone() == before


def test_too_many_letters_miss_the_target() -> None:
    def outcomes(*counts: int) -> list[letters.Typed]:
        return [letters.Typed("regulars", {letters.HEADLINE: count}, {}) for count in counts]

    assert letters.met(outcomes(*[2] * 9, 9))
    assert not letters.met(outcomes(*[2] * 8, 5, 9))
    assert not letters.met(outcomes(2, 3, 3))


def test_how_a_name_is_typed() -> None:
    assert list(letters.of_both_names("sam okafor"))[:5] == ["s", "sa", "sa o", "sa ok", "sa oka"]
    assert list(letters.from_the_last_name("sam o"))[:3] == ["o", "o s", "o sa"]
    assert [list(way("李小龍")) for way in letters.WAYS.values()] == [["李", "李小", "李小龍"]] * 3


def test_an_organization_is_copied_with_its_people(
    small_gym: Ground, cluster: embedded.Cluster, empty_template: str
) -> None:
    assert scale.people_to_fill(5000, 3) == 5000
    with psycopg.connect(cluster.conninfo("postgres", "postgres"), autocommit=True) as server:
        server.execute("create database scaled_gym template benchmarks_gym strategy file_copy")
        superuser = cluster.conninfo("postgres", "scaled_gym")
        scale.grow(Ground("", "", superuser), 5)
        counts = """
            select count(*) from search_documents d join organizations o on o.id = d.organization_id
             where o.name ~ '^Harbour' group by o.id"""
        with psycopg.connect(superuser) as connection:
            people = connection.execute(counts).fetchall()
            indexes = connection.execute(
                "select count(*) from pg_indexes where tablename = 'search_documents'"
            ).fetchone()
        server.execute("drop database scaled_gym with (force)")
    assert len(people) == 3 and len(set(people)) == 1
    assert indexes == (5,)


def test_the_old_application_loses_nothing_to_a_take_over(
    small_gym: Ground, capsys: pytest.CaptureFixture[str]
) -> None:
    """How long it waits is for a quiet machine to say."""
    wrong = takeover.run(small_gym, 300, 2, alone=0.2)
    assert [line for line in wrong if "waited" not in line] == []
    shown = capsys.readouterr().out
    for phase in takeover.PHASES:
        _, statements, failed, _, _ = cells(shown, phase + "  ")
        assert (int(statements.replace(",", "")) > 0, failed) == (True, "0"), phase
    assert int(cells(shown, "bookings  ")[1]) > 0


def test_what_the_old_application_met_and_lost_is_said(small_gym: Ground) -> None:
    course = takeover.Course([0.0, 1.0, 2.0, 3.0, 4.0], [(1.0, "Carrying")])
    statements = [Statement("book", 1.5, 0.6), Statement("book", 3.5, 0.1, "40P01 deadlock")]
    met = takeover.Outcome(
        course, statements, Written({uuid4(): "confirmed"}, {uuid4(): "1"}), [Report([], [], 0, 3)]
    )
    assert takeover.show(300, 1, met) == [
        "taken over: a statement waited 600 ms",
        "taken over again: book: 40P01 deadlock",
    ]
    with old_gym(small_gym, 30) as gym, tempfile.TemporaryDirectory() as folder:
        adopt(gym.admin, Path(folder) / "passwords")
        assert takeover.lost(gym, met) == [
            "1 bookings: missing",
            "1 leads without what was written last",
            "3 changes still wait",
        ]


def test_search_minds_when_both_find_differently() -> None:
    with pytest.raises(AssertionError, match="finds"):
        search.compare(lambda text: 1, lambda text: 2, ["ana"])


def test_a_table_and_its_percentiles(capsys: pytest.CaptureFixture[str]) -> None:
    ground.table("Title", ("what", "n"), [("a", 1), ("bcdef", 22)])
    assert capsys.readouterr().out == "\nTitle\n  what    n\n  a       1\n  bcdef  22\n"
    assert ground.milliseconds([n / 1000 for n in range(101)]) == ("50.00", "95.00")
