"""What an upgrade must not touch: it refuses before it changes anything, and says why in one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from gym import Gym
from migration.place import BEFORE_THE_FIX, Place, made

from db import embedded, preconditions, upgrade
from db.errors import Refused

ORGANIZATION = "insert into organizations (name, email) values ('Old Gym', 'old@gym.example')"
PROGRAM = "insert into programs (name) values ('Challenge')"


def _refused(place: Place, sentence: str) -> None:
    """The upgrade refuses with the sentence, and schema and rows are as they were."""
    before = place.dump("--no-privileges"), place.checksums(), upgrade.status(place.superuser)
    with pytest.raises(Refused) as refused:
        place.up()
    assert str(refused.value) == sentence
    assert (place.dump("--no-privileges"), place.checksums(), upgrade.status(place.superuser)) == before
    assert place.lent() == set()


@pytest.mark.parametrize("row", [ORGANIZATION, PROGRAM], ids=["an organization", "a row of no organization"])
def test_rows_from_before_the_fix(fresh: Place, row: str) -> None:
    fresh.down()
    fresh.ask(row)
    _refused(fresh, preconditions.BEFORE_THE_FIX)
    assert upgrade.status(fresh.admin).revision == upgrade.LEGACY


@pytest.mark.parametrize("revision", ["0002", "0006"])
def test_rows_of_an_old_application_that_came_meanwhile(blank: Place, revision: str) -> None:
    """An upgrade stopped half-way; the old application went on with its own tables."""
    blank.to_revision(revision)
    blank.ask(ORGANIZATION)
    _refused(blank, preconditions.BEFORE_THE_FIX)


def test_the_revision_itself_refuses_too(blank: Place) -> None:
    blank.to_revision("0006")
    blank.ask(PROGRAM)
    with pytest.raises(Refused, match="from before the fix"):
        blank.to_revision("0007")


def test_rows_of_both_versions(gym_place: Place, gym: Gym) -> None:
    """What was set aside stays there while the old application has rows of its own."""
    rows = gym_place.checksums()
    gym_place.down()
    gym_place.ask(PROGRAM)
    _refused(gym_place, preconditions.BEFORE_THE_FIX)
    assert gym_place.checksums("next") == rows
    gym_place.ask("delete from programs")
    gym_place.up()
    assert gym_place.checksums() == rows


def test_a_dump_from_before_the_fix(blank: Place) -> None:
    """Whoever owns its tables, and whether or not it has rows."""
    blank.ask("grant create on schema public to frontdesk_owner")
    blank.ask(f"grant create on database {blank.name} to frontdesk_owner")
    blank.load(BEFORE_THE_FIX)
    _refused(blank, preconditions.BEFORE_THE_FIX)


@pytest.mark.parametrize(
    ("statement", "taken"),
    [
        ("create schema auth", "schema auth"),
        ("create schema app", "schema app"),
        ("create extension pg_trgm", "extension pg_trgm"),
    ],
)
def test_names_that_are_taken(blank: Place, statement: str, taken: str) -> None:
    blank.ask(statement)
    _refused(
        blank,
        f"This database has the {taken} already, which frontdesk makes for itself."
        " Give frontdesk a database of its own.",
    )


def test_a_newer_version(fresh: Place) -> None:
    fresh.ask("update alembic_version set version_num = '9999'")
    _refused(fresh, "The database is at a newer version than this program. Update frontdesk.")
    with pytest.raises(Refused, match="newer version"):
        fresh.down()


@pytest.fixture(
    params=[
        "locale_provider libc lc_collate 'C' lc_ctype 'C'",
        "locale_provider builtin builtin_locale 'C.UTF-8' lc_collate 'C' lc_ctype 'C'",
        "locale_provider builtin builtin_locale 'C' lc_collate 'C' lc_ctype 'C.UTF-8'",
        "locale_provider libc lc_collate 'C' lc_ctype 'C' encoding 'SQL_ASCII'",
    ],
    ids=["C", "C beside C.UTF-8", "C.UTF-8 beside C", "SQL_ASCII"],
)
def wrong_letters(
    cluster: embedded.Cluster, empty_template: str, request: pytest.FixtureRequest
) -> Iterator[Place]:
    options = str(request.param)
    here = Place(cluster, "postgres")
    if "builtin" in options and here.ask("select current_setting('server_version_num')::int >= 170000") != [
        (True,)
    ]:
        pytest.skip("no such locales before PostgreSQL 17")
    encoding = "" if "encoding" in options else "encoding 'UTF8'"
    with made(cluster, f"letters_{uuid4().hex[:8]}", f"template template0 {options} {encoding}") as place:
        yield place


def test_a_database_that_cannot_tell_letters(wrong_letters: Place) -> None:
    _refused(wrong_letters, preconditions.LETTERS)


def test_the_trigrams_agree(wrong_letters: Place, fresh: Place) -> None:
    """The refusal asks no extension, and is right: there trigrams or lower case fail, here neither."""
    judge = "select cardinality({}.show_trgm('ж')) > 0 and lower('Ж') = 'ж'"
    assert fresh.ask(judge.format("ext")) == [(True,)]
    wrong_letters.ask("create extension pg_trgm")
    assert wrong_letters.ask(judge.format("public")) == [(False,)]
