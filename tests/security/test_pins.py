"""A PIN by plain SQL: it opens nothing but what its owner's password opened before, and bears five guesses.

The attacker is somebody of the staff with the desk's login and a token of their own; sometimes one who has
stolen what a locked desk keeps: the sleeping token.
"""

from __future__ import annotations

import hashlib
import os
import threading
import uuid
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from gym import INSTALLATION, PASSWORD, SALT, Gym
from security.psql import Psql, attempt
from security.test_sign_in import COUNTERS, LOCKS, LOGGED, RIGHT, challenge, grown, until_waiting, works

from db import errors
from db.repositories import staff
from db.transaction import SignedIn

PIN = "2580"
PROOF = staff.stretch(PIN, SALT)
SIGN = "select set_config('role', 'frontdesk_staff', true), set_config('app.token', %s, true)"
ELSEWHERE = uuid.UUID(int=0xE15E)


@pytest.fixture
def mia(gym: Gym, superuser: Psql) -> SignedIn:
    """The manager, who has just signed in by password at the desk and chosen a PIN."""
    superuser.execute(
        "update users set pin_salt = %s, pin_key = sha256(%s) where email = 'mia@gym.example'", (SALT, PROOF)
    )
    superuser.execute("update tokens set made_at = now(), expires_at = now() + interval '12 hours'")
    return gym.signed_in("mia")


def begin(psql: Psql, token: str) -> None:
    psql.execute("begin")
    psql.execute(SIGN, (token,))


def ask(psql: Psql, token: str, end: str = "commit") -> tuple[Any, ...]:
    """Ask for the PIN: the salt and how many tries are left."""
    begin(psql, token)
    row = psql.execute("select salt, tries_left from app.pin_challenge()").fetchone()
    psql.execute(end)
    assert row is not None
    return tuple(row)


def answer(psql: Psql, token: str, proof: bytes, end: str = "commit") -> str:
    """Answer with a proof; the token that this makes."""
    made = uuid.uuid4().hex
    begin(psql, token)
    psql.execute("select app.pin_login(%s, %s)", (proof, hashlib.sha256(made.encode()).digest()))
    psql.execute(end)
    return made


def guess(psql: Psql, token: str, pin: str = PIN) -> bool:
    """Whether the PIN opens."""
    salt, _ = ask(psql, token)
    return salt is not None and works(psql, answer(psql, token, staff.stretch(pin, salt)))


def test_what_a_pin_opens(app_psql: Psql, superuser: Psql, mia: SignedIn) -> None:
    staff.sleep(mia)
    assert not works(app_psql, mia.token)
    opened = staff.unlock(mia, PIN)
    assert works(app_psql, opened.token)
    assert not works(app_psql, mia.token)
    assert staff.profile(opened).pin
    same = superuser.execute(
        "select count(distinct expires_at), count(distinct installation) from tokens"
        " where token_hash in (sha256(%s), sha256(%s))",
        (mia.token.encode(), opened.token.encode()),
    ).fetchone()
    assert same == (1, 1)
    staff.sleep(opened)
    assert not works(app_psql, opened.token)
    assert works(app_psql, staff.unlock(mia, PIN).token)


def test_without_the_token_of_the_password_there_is_nothing_to_ask(
    gym: Gym, app_psql: Psql, mia: SignedIn
) -> None:
    """Whether a manager has a PIN or is here: a token of one's own, of nobody, of a PIN all tell the same."""
    opened = staff.unlock(mia, PIN)
    for token in ("", "x", "token-of-neu", opened.token):
        begin(app_psql, token)
        tried = attempt(app_psql, "select * from app.pin_challenge()")
        assert (tried.state, tried.text) == ("28000", "not signed in"), token
        assert attempt(app_psql, "select app.pin_login(%s, %s)", b"p", os.urandom(32)).state is None
        app_psql.execute("rollback")


def test_ones_own_token_opens_oneself_only(gym: Gym, app_psql: Psql, superuser: Psql, mia: SignedIn) -> None:
    """A colleague without a PIN gets a salt, and with the manager's PIN is still nobody."""
    salts = {ask(app_psql, gym.token("ana"))[0] for _ in range(2)}
    assert len(salts) == 1 and len(salts.pop()) == 16
    assert not works(app_psql, answer(app_psql, gym.token("ana"), PROOF))
    staff.set_pin(staff.sign_in(mia.database, gym.email("ana"), PASSWORD, INSTALLATION), "9713")
    salt, _ = ask(app_psql, gym.token("ana"))
    made = answer(app_psql, gym.token("ana"), staff.stretch("9713", salt))
    assert staff.profile(SignedIn(mia.database, made)).name == "Ana Ruiz"


def test_five_wrong_pins_and_only_the_password_helps(app_psql: Psql, mia: SignedIn, gym: Gym) -> None:
    for left in (4, 3, 2, 1, 0):
        salt, tries_left = ask(app_psql, mia.token)
        assert tries_left == left
        assert not works(app_psql, answer(app_psql, mia.token, staff.stretch("0001", salt)))
    assert ask(app_psql, mia.token) == (None, 0)
    assert not works(app_psql, answer(app_psql, mia.token, staff.stretch(PIN, salt)))
    with pytest.raises(errors.PinSpent):
        staff.unlock(mia, PIN)
    again = staff.sign_in(mia.database, gym.email("mia"), PASSWORD, INSTALLATION)
    assert works(app_psql, staff.unlock(again, PIN).token)


def test_right_pins_give_no_tries_back(app_psql: Psql, superuser: Psql, mia: SignedIn) -> None:
    """Whoever guesses between the manager's own unlocking has five guesses in all."""
    for _ in range(4):
        for _ in range(2):
            ask(app_psql, mia.token)
            assert works(app_psql, answer(app_psql, mia.token, PROOF))
        ask(app_psql, mia.token)
        answer(app_psql, mia.token, os.urandom(32))
    assert ask(app_psql, mia.token)[1] == 0
    assert ask(app_psql, mia.token) == (None, 0)


@pytest.mark.parametrize("how", ["no answer", "rolled back", "hung up"])
def test_a_guess_counts_whatever_follows(
    app_psql: Psql, superuser: Psql, mia: SignedIn, cluster: Any, database_name: str, how: str
) -> None:
    for _ in range(5):
        assert ask(app_psql, mia.token)[0]
        if how == "rolled back":
            assert not works(app_psql, answer(app_psql, mia.token, PROOF, end="rollback"))
        elif how == "hung up":
            with psycopg.connect(
                cluster.conninfo("frontdesk_app", database_name), autocommit=True
            ) as hanging:
                begin(hanging, mia.token)
                hanging.execute("select app.pin_login(%s, %s)", (PROOF, os.urandom(32)))
                hanging.close()
    assert ask(app_psql, mia.token) == (None, 0)


def test_asked_and_answered_in_one_transaction(app_psql: Psql, superuser: Psql, mia: SignedIn) -> None:
    """A guess that can be rolled back with its count is none; a savepoint is no transaction of its own."""
    before = superuser.execute("select count(*) from tokens").fetchone()
    begin(app_psql, mia.token)
    app_psql.execute("select * from app.pin_challenge()")
    app_psql.execute("savepoint s")
    app_psql.execute("select app.pin_login(%s, sha256('both'))", (PROOF,))
    app_psql.execute("release s")
    app_psql.execute("commit")
    assert not works(app_psql, "both")
    for _ in range(6):
        ask(app_psql, mia.token, end="rollback")
    assert superuser.execute("select count(*) from tokens").fetchone() == before
    app_psql.execute("begin isolation level repeatable read")
    app_psql.execute(SIGN, (mia.token,))
    assert attempt(app_psql, "select * from app.pin_challenge()").state == "28000"
    app_psql.execute("rollback")


def test_an_answer_is_given_once_and_soon(app_psql: Psql, superuser: Psql, mia: SignedIn) -> None:
    ask(app_psql, mia.token)
    assert works(app_psql, answer(app_psql, mia.token, PROOF))
    assert not works(app_psql, answer(app_psql, mia.token, PROOF))
    assert not works(app_psql, answer(app_psql, mia.token, PROOF))
    ask(app_psql, mia.token)
    superuser.execute("update tokens set pin_asked_at = now() - interval '2 minutes'")
    assert not works(app_psql, answer(app_psql, mia.token, PROOF))


def test_one_question_takes_one_of_many_answers(
    app_psql: Psql, superuser: Psql, mia: SignedIn, cluster: Any, database_name: str
) -> None:
    gate, made = threading.Barrier(6), list[str]()
    ask(app_psql, mia.token)

    def answer_too(number: int) -> None:
        with psycopg.connect(cluster.conninfo("frontdesk_app", database_name), autocommit=True) as own:
            gate.wait()
            made.append(answer(own, mia.token, PROOF if number else os.urandom(32)))

    threads = [threading.Thread(target=answer_too, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rows = superuser.execute("select count(*) from tokens where password_token is not null").fetchone()
    assert rows == (1,)
    assert sum(works(app_psql, token) for token in made) <= 1


def test_the_question_for_a_pin_is_none_for_a_password(
    app_psql: Psql, superuser: Psql, mia: SignedIn
) -> None:
    """Nor the other way round: neither has guesses that the other counts."""
    ask(app_psql, mia.token)
    assert superuser.execute("select count(*) from sign_in_challenges where not used").fetchone() == (0,)
    challenge(app_psql, "mia@gym.example")
    superuser.execute("update tokens set pin_asked_in = null")
    assert not works(app_psql, answer(app_psql, mia.token, PROOF))


def test_unlocking_ends_no_lock_of_the_password(app_psql: Psql, mia: SignedIn) -> None:
    """Or a colleague could guess the password for ever, five times for each PIN of the manager's."""
    for _ in range(4):
        challenge(app_psql, "mia@gym.example")
    assert works(app_psql, staff.unlock(mia, PIN).token)
    challenge(app_psql, "mia@gym.example")
    assert challenge(app_psql, "mia@gym.example")[0] is None


def end_by_signing_out(mia: SignedIn, _superuser: Psql) -> None:
    staff.sign_out(mia)


def end_by_another_password(mia: SignedIn, _superuser: Psql) -> None:
    other = staff.sign_in(mia.database, "mia@gym.example", PASSWORD, ELSEWHERE)
    staff.change_password(other, "a new and long one")


def end_by_time(_mia: SignedIn, superuser: Psql) -> None:
    superuser.execute("update tokens set expires_at = now()")


def end_by_revoking(mia: SignedIn, superuser: Psql) -> None:
    superuser.execute(
        "update tokens set revoked_at = now() where token_hash = sha256(%s)", (mia.token.encode(),)
    )


ENDS = [end_by_signing_out, end_by_another_password, end_by_time, end_by_revoking]


@pytest.mark.parametrize("end", ENDS)
def test_what_the_pin_opened_ends_with_the_password_s_token(
    app_psql: Psql, superuser: Psql, mia: SignedIn, end: Callable[[SignedIn, Psql], None]
) -> None:
    opened = staff.unlock(mia, PIN)
    ask(app_psql, mia.token)
    assert works(app_psql, opened.token)
    end(mia, superuser)
    assert not works(app_psql, opened.token)
    assert not works(app_psql, answer(app_psql, mia.token, PROOF))
    with pytest.raises(errors.NotSignedIn):
        staff.unlock(mia, PIN)


def test_signing_out_with_a_pin_signs_out_for_good(app_psql: Psql, mia: SignedIn) -> None:
    opened, other = staff.unlock(mia, PIN), staff.unlock(mia, PIN)
    staff.sign_out(opened)
    assert not works(app_psql, other.token)
    with pytest.raises(errors.NotSignedIn):
        staff.unlock(mia, PIN)


def test_a_one_time_password_is_no_place_for_a_pin(gym: Gym, app_psql: Psql, superuser: Psql) -> None:
    assert gym.database is not None
    once = staff.sign_in(gym.database, gym.email("neu"), PASSWORD, INSTALLATION)
    with pytest.raises(errors.NotPermitted):
        staff.set_pin(once, PIN)
    with pytest.raises(errors.NotSignedIn):
        staff.unlock(once, PIN)


def test_what_a_pin_opened_changes_neither_pin_nor_password(mia: SignedIn, superuser: Psql) -> None:
    """Whoever has seen a PIN has not got the account."""
    before = superuser.execute("select * from users order by id").fetchall()
    opened = staff.unlock(mia, PIN)
    for pin in ("1937", None):
        with pytest.raises(errors.NotPermitted):
            staff.set_pin(opened, pin)
    with pytest.raises(errors.NotPermitted):
        staff.change_password(opened, "a password of mine")
    assert superuser.execute("select * from users order by id").fetchall() == before


def test_a_pin_is_set_just_after_the_password(mia: SignedIn, superuser: Psql) -> None:
    superuser.execute("update tokens set made_at = now() - interval '11 minutes'")
    for pin in ("1937", None):
        with pytest.raises(errors.NotPermitted):
            staff.set_pin(mia, pin)
    superuser.execute("update tokens set made_at = now(), asleep = true")
    with pytest.raises(errors.NotPermitted):
        staff.set_pin(mia, None)


@pytest.mark.parametrize(("salt", "key"), [(15, 32), (16, 33), (0, 0), (16, None), (None, 32)])
def test_only_a_salt_and_a_key_are_a_pin(
    mia: SignedIn, app_psql: Psql, salt: int | None, key: int | None
) -> None:
    begin(app_psql, mia.token)
    values = [None if length is None else os.urandom(length) for length in (salt, key)]
    assert attempt(app_psql, "select app.set_pin(%s, %s)", *values).state == "22023"
    app_psql.execute("rollback")


def test_another_pin_ends_what_the_old_one_opened(app_psql: Psql, mia: SignedIn, gym: Gym) -> None:
    opened = staff.unlock(mia, PIN)
    staff.set_pin(mia, "1937")
    assert not works(app_psql, opened.token)
    with pytest.raises(errors.SignInFailed, match="4 tries are left"):
        staff.unlock(mia, PIN)
    assert works(app_psql, staff.unlock(mia, "1937").token)
    staff.set_pin(mia, None)
    assert not staff.profile(mia).pin
    with pytest.raises(errors.SignInFailed):
        staff.unlock(mia, "1937")


def test_an_answer_made_to_wait_does_not_outlive_the_old_pin(
    app_psql: Psql, superuser: Psql, mia: SignedIn, gym: Gym, cluster: Any, database_name: str
) -> None:
    """It waits inside its insert for another token of its hash, where the old PIN was found to fit."""
    token_hash = hashlib.sha256(b"sneaky").digest()
    ask(app_psql, mia.token)
    holder = challenge(app_psql)[0]
    app_psql.execute("begin")
    app_psql.execute("set local role frontdesk_staff")
    app_psql.execute("select app.login(%s, %s, %s, %s)", (holder, RIGHT, token_hash, INSTALLATION))

    def wait() -> None:
        with psycopg.connect(cluster.conninfo("frontdesk_app", database_name), autocommit=True) as own:
            begin(own, mia.token)
            own.execute("select app.pin_login(%s, %s)", (PROOF, token_hash))
            own.execute("commit")

    threads = [threading.Thread(target=wait), threading.Thread(target=staff.set_pin, args=(mia, "1937"))]
    for number, thread in enumerate(threads, 1):
        thread.start()
        until_waiting(superuser, number)
    app_psql.execute("rollback")
    for thread in threads:
        thread.join(20)
    assert not works(app_psql, "sneaky")


def tellable(psql: Psql, token: str, proof: bytes) -> list[object]:
    """Everything that can be seen inside the transaction of an answer, before it is rolled back."""
    ask(psql, token)
    seen: list[object] = []
    begin(psql, token)
    psql.execute(LOCKS).fetchall()
    before = psql.execute(COUNTERS).fetchall()
    at = psql.execute("select pg_current_wal_insert_lsn() - '0/0'::pg_lsn").fetchone()
    assert at is not None
    made = uuid.uuid4().hex
    psql.execute("select app.pin_login(%s, %s)", (proof, hashlib.sha256(made.encode()).digest()))
    seen.append(psql.execute(LOGGED, at).fetchone())
    seen.append(psql.execute("select * from app.pin_challenge()").fetchall()[0][0])
    seen.append(psql.execute("select tries_left > 0 from app.pin_challenge()").fetchall())
    psql.execute("select set_config('app.token', %s, true)", (made,))
    for question in (
        LOCKS,
        "select * from app.profile()",
        "select app.user_id(), app.rank(), app.installation()",
        "select app.sign_out(), app.sleep()",
        "select pg_relation_size('public.tokens')",
    ):
        seen.append(psql.execute(question).fetchall())
    seen.append(grown(before, psql.execute(COUNTERS).fetchall()))
    change = attempt(psql, "select app.set_pin(%s, %s)", os.urandom(16), os.urandom(32))
    seen.append((change.state, change.text))
    psql.execute("rollback")
    return seen


def test_an_answer_rolled_back_tells_nothing(app_psql: Psql, superuser: Psql, mia: SignedIn) -> None:
    def try_it(with_proof: bytes) -> list[object]:
        superuser.execute("update tokens set pin_tries = 0")
        superuser.execute("vacuum tokens")
        return tellable(app_psql, mia.token, with_proof)

    for first in (PROOF, os.urandom(32)):  # what only the first run of all does
        try_it(first)
    for one, other, third in zip(try_it(PROOF), try_it(os.urandom(32)), try_it(PROOF), strict=True):
        assert one == other == third


def test_a_token_that_sleeps_can_do_nothing_else(gym: Gym, app_psql: Psql, mia: SignedIn) -> None:
    """What can be stolen from a locked desk."""
    staff.sleep(mia)
    begin(app_psql, mia.token)
    app_psql.execute("select set_config('app.organization', %s, true)", (str(gym.organizations["harbour"]),))
    for question in (
        "select * from app.profile()",
        "select * from bookings",
        "select * from users",
        "select * from organizations",
    ):
        assert attempt(app_psql, question).nothing, question
    assert attempt(app_psql, "select * from app.my_organizations()").state == "28000"
    assert attempt(app_psql, "select app.change_password(%s, %s)", os.urandom(16), b"k" * 32).state == "42501"
    app_psql.execute("rollback")


def test_nobody_puts_somebody_else_to_sleep(gym: Gym, app_psql: Psql, mia: SignedIn) -> None:
    begin(app_psql, gym.token("ana"))
    app_psql.execute("select app.sleep()")
    app_psql.execute("commit")
    assert works(app_psql, mia.token)
    assert not works(app_psql, gym.token("ana"))


def test_columns_of_pins_are_out_of_reach(app_psql: Psql, gym: Gym) -> None:
    begin(app_psql, gym.token("mia"))
    for statement in (
        "update tokens set asleep = false",
        "update tokens set pin_tries = 0",
        "update users set pin_key = null, pin_salt = null",
        "select pin_salt, pin_key from users",
        "select app.password_token()",
        "select app.stands('x')",
    ):
        assert attempt(app_psql, statement).state == "42501", statement
    app_psql.execute("rollback")


def test_the_pin_is_nowhere_in_the_clear(superuser: Psql, mia: SignedIn) -> None:
    staff.set_pin(mia, "24682468")
    staff.unlock(mia, "24682468")
    texts = superuser.execute("select query from pg_stat_activity").fetchall()
    rows = superuser.execute(
        "select t::text from users t union all select t::text from tokens t"
        " union all select t::text from audit_log t"
    ).fetchall()
    assert not any("24682468" in (row[0] or "") for row in texts + rows)
