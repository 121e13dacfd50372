"""Signing in by plain SQL: a guess costs a failure, whatever is rolled back."""

from __future__ import annotations

import hashlib
import os
import threading
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from gym import INSTALLATION, PASSWORD, SALT, Gym
from security.psql import Psql, attempt

from db import errors
from db.repositories import staff
from db.transaction import SignedIn

STAFF = "set local role frontdesk_staff"
RIGHT = staff.stretch(PASSWORD, SALT)
WRONG = staff.stretch("wrong", SALT)


def challenge(psql: Psql, email: str = "ana@gym.example", end: str = "commit") -> tuple[Any, ...]:
    psql.execute("begin")
    psql.execute(STAFF)
    row = psql.execute("select * from app.login_challenge(%s)", (email,)).fetchone()
    psql.execute(end)
    assert row is not None
    return tuple(row)


def login(psql: Psql, challenge_id: object, proof: bytes, end: str = "commit") -> str:
    token = uuid.uuid4().hex
    psql.execute("begin")
    psql.execute(STAFF)
    token_hash = hashlib.sha256(token.encode()).digest()
    psql.execute("select app.login(%s, %s, %s, %s)", (challenge_id, proof, token_hash, INSTALLATION))
    psql.execute(end)
    return token


def works(psql: Psql, token: str) -> bool:
    psql.execute("begin")
    psql.execute(
        "select set_config('role', 'frontdesk_staff', true), set_config('app.token', %s, true)", (token,)
    )
    row = psql.execute("select app.user_id() is not null, exists (select from app.profile())").fetchone()
    psql.execute("rollback")
    assert row is not None and row[0] == row[1]
    return bool(row[0])


def failures(superuser: Psql) -> list[tuple[Any, ...]]:
    return superuser.execute("select failures, locked_until > now() from sign_ins").fetchall()


def test_right_and_wrong(app_psql: Psql) -> None:
    assert works(app_psql, login(app_psql, challenge(app_psql)[0], RIGHT))
    assert not works(app_psql, login(app_psql, challenge(app_psql)[0], WRONG))
    assert not works(app_psql, login(app_psql, challenge(app_psql, "nobody@gym.example")[0], RIGHT))
    assert not works(app_psql, login(app_psql, uuid.uuid4(), RIGHT))
    assert not works(app_psql, login(app_psql, None, RIGHT))


@pytest.mark.parametrize("email", ["ana@gym.example", " ANA@gym.example ", "nobody@gym.example"])
def test_five_challenges_lock_whatever_follows(app_psql: Psql, superuser: Psql, email: str) -> None:
    """Hung up, rolled back or answered wrongly: the challenge itself was counted."""
    for number in range(5):
        row = challenge(app_psql, email)
        assert row[0] is not None and len(row[1]) == 16
        if number % 2:
            login(app_psql, row[0], WRONG, end="rollback" if number == 3 else "commit")
    assert challenge(app_psql, email)[0] is None
    assert challenge(app_psql, email)[2] is not None
    assert failures(superuser) == [(5, True)]
    superuser.execute("update sign_ins set locked_until = now()")
    assert challenge(app_psql, email)[0] is not None
    assert failures(superuser) == [(1, None)]


def fail_until_locked(psql: Psql, superuser: Psql, email: str) -> timedelta:
    """Wait for the end of the lock, then fail five times; how long the lock is that this makes."""
    superuser.execute("update sign_ins set locked_until = least(locked_until, now())")
    for _ in range(5):
        assert challenge(psql, email)[0] is not None
    locked_for = challenge(psql, email)[2]
    assert isinstance(locked_for, timedelta)
    return locked_for + timedelta(seconds=30)


@pytest.mark.parametrize("email", ["ana@gym.example", "nobody@gym.example"])
def test_each_lock_is_three_times_as_long_as_the_last(app_psql: Psql, superuser: Psql, email: str) -> None:
    minutes = [fail_until_locked(app_psql, superuser, email) // timedelta(minutes=1) for _ in range(9)]
    assert minutes == [5, 15, 45, 135, 405, 1215, 1440, 1440, 1440]
    superuser.execute("update sign_ins set locks = 2147483000")
    assert fail_until_locked(app_psql, superuser, email) // timedelta(minutes=1) == 1440


def test_locks_end_with_a_success_or_a_day_after_the_last(app_psql: Psql, superuser: Psql) -> None:
    def lock() -> int:
        return fail_until_locked(app_psql, superuser, "ana@gym.example") // timedelta(minutes=1)

    assert [lock(), lock()] == [5, 15]
    superuser.execute("update sign_ins set locked_until = now()")
    assert works(app_psql, login(app_psql, challenge(app_psql)[0], RIGHT))
    assert [lock(), lock()] == [5, 15]
    superuser.execute("update tokens set made_at = now() - interval '3 days'")
    superuser.execute(
        "update sign_ins set locked_until = now() - interval '23 hours', last_at = now() - interval '2 days'"
    )
    assert lock() == 45
    superuser.execute(
        "update sign_ins set locked_until = now() - interval '25 hours', last_at = now() - interval '2 days'"
    )
    assert lock() == 5


def test_a_challenge_rolled_back_is_none(app_psql: Psql) -> None:
    for _ in range(6):
        row = challenge(app_psql, end="rollback")
        assert not works(app_psql, login(app_psql, row[0], RIGHT))


def test_a_challenge_and_its_answer_in_one_transaction(app_psql: Psql) -> None:
    app_psql.execute("begin")
    app_psql.execute(STAFF)
    row = app_psql.execute("select challenge_id from app.login_challenge('ana@gym.example')").fetchone()
    assert row is not None
    app_psql.execute("savepoint s")
    token_hash = hashlib.sha256(b"both").digest()
    app_psql.execute("select app.login(%s, %s, %s, %s)", (row[0], RIGHT, token_hash, INSTALLATION))
    app_psql.execute("commit")
    assert not works(app_psql, "both")


def test_hanging_up_in_mid_login(cluster: Any, database_name: str, superuser: Psql) -> None:
    for _ in range(5):
        with psycopg.connect(cluster.conninfo("frontdesk_app", database_name), autocommit=True) as hanging:
            row = challenge(hanging)
            hanging.execute("begin")
            hanging.execute(STAFF)
            hanging.execute("select app.login(%s, %s, %s, %s)", (row[0], WRONG, os.urandom(32), INSTALLATION))
            hanging.close()
    assert failures(superuser) == [(5, True)]


def test_success_resets(app_psql: Psql, superuser: Psql) -> None:
    for _ in range(4):
        challenge(app_psql)
    assert works(app_psql, login(app_psql, challenge(app_psql)[0], RIGHT))
    for _ in range(5):
        assert challenge(app_psql)[0] is not None
    assert challenge(app_psql)[0] is None


def test_a_failure_resets_nothing(app_psql: Psql, superuser: Psql) -> None:
    for _ in range(5):
        login(app_psql, challenge(app_psql)[0], WRONG)
    assert challenge(app_psql)[0] is None


def test_failures_are_forgotten(app_psql: Psql, superuser: Psql) -> None:
    for _ in range(4):
        challenge(app_psql)
    superuser.execute("update sign_ins set last_at = now() - interval '16 minutes'")
    challenge(app_psql)
    assert failures(superuser) == [(1, None)]


def test_a_challenge_is_used_once_and_ends(app_psql: Psql, superuser: Psql) -> None:
    row = challenge(app_psql)
    assert works(app_psql, login(app_psql, row[0], RIGHT))
    assert not works(app_psql, login(app_psql, row[0], RIGHT))
    late = challenge(app_psql)
    superuser.execute("update sign_in_challenges set made_at = now() - interval '2 minutes'")
    assert not works(app_psql, login(app_psql, late[0], RIGHT))
    again = challenge(app_psql)
    app_psql.execute("begin")
    app_psql.execute(STAFF)
    hashes = [hashlib.sha256(word).digest() for word in (b"one", b"two", b"three")]
    for proof, token_hash in zip((WRONG, RIGHT, RIGHT), hashes, strict=True):
        app_psql.execute("select app.login(%s, %s, %s, %s)", (again[0], proof, token_hash, INSTALLATION))
    app_psql.execute("commit")
    assert not any(works(app_psql, token) for token in ("one", "two", "three"))


def test_parallel_guesses_on_one_challenge(
    cluster: Any, database_name: str, app_psql: Psql, superuser: Psql
) -> None:
    row = challenge(app_psql)
    tokens: list[str] = []
    gate = threading.Barrier(6)

    def guess(number: int) -> None:
        with psycopg.connect(cluster.conninfo("frontdesk_app", database_name), autocommit=True) as own:
            gate.wait()
            tokens.append(login(own, row[0], RIGHT if number else WRONG))

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(works(app_psql, token) for token in tokens) <= 1
    assert superuser.execute("select count(*) from tokens where made_in <> '3'").fetchone() == (1,)


Probe = Callable[[Psql, str], object]

# Those on the catalog come and go with caches.
LOCKS = """
    select l.locktype, c.relname, l.mode, l.granted
      from pg_locks l left join pg_class c on c.oid = l.relation
     where l.pid = pg_backend_pid() and l.locktype not in ('virtualxid', 'transactionid')
       and (c.oid is null or c.relnamespace = 'public'::regnamespace)
     order by 1, 2, 3"""
# Bytes of the log, without the 24 that begin each page of 8192: where a page ends is chance.
LOGGED = """
    select now - before - 24 * (div(now, 8192) - div(before, 8192))
      from (select pg_current_wal_insert_lsn() - '0/0'::pg_lsn as now, %s::numeric as before) l"""
COUNTERS = """
    select c.oid::regclass::text, pg_stat_get_xact_numscans(c.oid), pg_stat_get_xact_tuples_returned(c.oid),
           pg_stat_get_xact_tuples_fetched(c.oid), pg_stat_get_xact_tuples_inserted(c.oid),
           pg_stat_get_xact_tuples_updated(c.oid), pg_stat_get_xact_tuples_hot_updated(c.oid),
           pg_stat_get_xact_tuples_deleted(c.oid)
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'public' and c.relkind in ('r', 'i') order by 1"""


def grown(before: list[tuple[Any, ...]], after: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """How far each counter went; they go on from one transaction of a connection to the next."""
    return [
        (new[0], *(b - a for a, b in zip(old[1:], new[1:], strict=True)))
        for old, new in zip(before, after, strict=True)
    ]


def tellable(psql: Psql, email: str, proof: bytes) -> list[object]:
    """Everything that can be seen inside the transaction of a login, before it is rolled back."""
    row = challenge(psql, email)
    seen: list[object] = []
    psql.execute("begin")
    psql.execute(STAFF)
    psql.execute(LOCKS).fetchall()
    before = psql.execute(COUNTERS).fetchall()
    token = uuid.uuid4().hex
    token_hash = hashlib.sha256(token.encode()).digest()
    at = psql.execute("select pg_current_wal_insert_lsn() - '0/0'::pg_lsn").fetchone()
    assert at is not None
    psql.execute("select app.login(%s, %s, %s, %s)", (row[0], proof, token_hash, INSTALLATION))
    seen.append(psql.execute(LOGGED, at).fetchone())
    psql.execute("select set_config('app.token', %s, true)", (token,))
    for question in (
        LOCKS,
        "select * from app.profile()",
        "select app.user_id(), app.rank(), app.installation()",
        "select app.sign_out()",
        "select pg_relation_size('public.tokens'), pg_relation_size('public.sign_ins')",
    ):
        seen.append(psql.execute(question).fetchall())
    seen.append(grown(before, psql.execute(COUNTERS).fetchall()))
    mine = attempt(psql, "select * from app.my_organizations()")
    change = attempt(psql, "select app.change_password(%s, %s)", os.urandom(16), os.urandom(32))
    seen.extend([(mine.state, mine.text), (change.state, change.text)])
    locked = psql.execute("select locked_for is null from app.login_challenge(%s)", (email,)).fetchone()
    seen.append(locked)
    psql.execute("rollback")
    return seen


def test_a_login_rolled_back_is_no_free_guess(app_psql: Psql, superuser: Psql) -> None:
    """Not the rows, the locks, the counters, the length of the log, nor what is asked with the new token."""
    superuser.execute("insert into sign_ins values ('x', 0, now())")
    for proof in (RIGHT, WRONG):  # what only the first run of all does: whole pages in the log, caches
        tellable(app_psql, "ana@gym.example", proof)
    superuser.execute("delete from sign_ins")
    right = tellable(app_psql, "ana@gym.example", RIGHT)
    wrong = tellable(app_psql, "ana@gym.example", WRONG)
    again = tellable(app_psql, "ana@gym.example", RIGHT)
    for one, other, third in zip(right, wrong, again, strict=True):
        assert one == other == third


def test_a_guess_on_the_fifth_challenge_tells_nothing_either(app_psql: Psql, superuser: Psql) -> None:
    def fifth(proof: bytes) -> object:
        superuser.execute("update sign_ins set failures = 4, locked_until = null, last_at = now()")
        return tellable(app_psql, "ana@gym.example", proof)[-1]

    challenge(app_psql)
    assert fifth(RIGHT) == fifth(WRONG) == (False,)


def test_an_unknown_email_is_answered_alike(cluster: Any, database_name: str, app_psql: Psql) -> None:
    salts = {challenge(app_psql, "nobody@gym.example")[1] for _ in range(3)}
    assert len(salts) == 1 and len(salts.pop()) == 16
    seen = []
    for email in ("ana@gym.example", "nobody@gym.example", "zz@x", "", "ü" * 300):
        # Each on a connection of its own: what was planned before takes other locks than what is planned now.
        with psycopg.connect(cluster.conninfo("frontdesk_app", database_name)) as own:
            own.execute(STAFF)
            row = own.execute(
                "select length(salt), locked_for from app.login_challenge(%s)", (email,)
            ).fetchone()
            seen.append((row, own.execute(LOCKS).fetchall()))
            own.rollback()
    for one in seen:
        assert one == seen[0]


def test_what_is_stored(superuser: Psql, gym: Gym) -> None:
    stored = superuser.execute(
        "select stored_key, salt from users where email = 'ana@gym.example'"
    ).fetchone()
    assert stored is not None
    proof = hashlib.scrypt(PASSWORD.encode(), salt=stored[1], n=2**16, r=8, p=1, maxmem=2**27, dklen=32)
    assert stored[0] == hashlib.sha256(proof).digest()


def test_the_password_is_nowhere_in_the_clear(
    gym: Gym, superuser: Psql, cluster: Any, database_name: str
) -> None:
    assert gym.database is not None
    signed_in = staff.sign_in(gym.database, "ana@gym.example", PASSWORD, INSTALLATION)
    with pytest.raises(errors.SignInFailed):
        staff.sign_in(gym.database, "ana@gym.example", "not my password", INSTALLATION)
    texts = superuser.execute("select query from pg_stat_activity").fetchall()
    log = b"".join(path.read_bytes() for path in cluster.home.rglob("*log*") if path.is_file()).decode(
        errors="replace"
    )
    rows = superuser.execute(
        "select t::text from users t union all select t::text from tokens t"
        " union all select t::text from sign_ins t union all select t::text from sign_in_challenges t"
        " union all select t::text from audit_log t"
    ).fetchall()
    for secret in (PASSWORD, "not my password", signed_in.token, RIGHT.hex()):
        assert not any(secret in row[0] for row in texts + rows)
        assert secret not in log
    assert signed_in.token not in str(errors.SignInFailed("x"))


def test_change_password(gym: Gym, app_psql: Psql, superuser: Psql) -> None:
    assert gym.database is not None
    fresh = staff.sign_in(gym.database, "neu@gym.example", PASSWORD, INSTALLATION)
    other = staff.sign_in(gym.database, "neu@gym.example", PASSWORD, INSTALLATION)
    assert staff.profile(fresh).must_change
    staff.change_password(fresh, "a new and long one")
    assert not staff.profile(fresh).must_change
    with pytest.raises(errors.NotPermitted):
        staff.profile(other)
    with pytest.raises(errors.SignInFailed):
        staff.sign_in(gym.database, "neu@gym.example", PASSWORD, INSTALLATION)
    staff.sign_in(gym.database, "neu@gym.example", "a new and long one", INSTALLATION)
    superuser.execute("update tokens set made_at = now() - interval '11 minutes'")
    with pytest.raises(errors.NotPermitted):
        staff.change_password(fresh, "another")


@pytest.mark.parametrize(("salt", "key"), [(15, 32), (17, 32), (16, 31), (16, 33), (0, 0)])
def test_only_a_salt_and_a_key_are_a_password(
    gym: Gym, app_psql: Psql, superuser: Psql, salt: int, key: int
) -> None:
    # The gym is as old as the run, and a password is changed within minutes of a sign-in.
    superuser.execute("update tokens set made_at = now()")
    app_psql.execute("begin")
    settings = "select set_config('role', 'frontdesk_staff', true), set_config('app.token', %s, true)"
    app_psql.execute(settings, (gym.token("ana"),))
    tried = attempt(app_psql, "select app.change_password(%s, %s)", os.urandom(salt), os.urandom(key))
    assert tried.state == "22023"


def test_a_sign_in_under_way_does_not_outlive_the_old_password(
    gym: Gym, app_psql: Psql, cluster: Any, database_name: str
) -> None:
    """Who knows the old password keeps a login open: the change waits for it, and ends it too."""
    assert gym.database is not None
    fresh = staff.sign_in(gym.database, "ana@gym.example", PASSWORD, INSTALLATION)
    row = challenge(app_psql)
    app_psql.execute("begin")
    app_psql.execute(STAFF)
    token_hash = hashlib.sha256(b"sneaky").digest()
    app_psql.execute("select app.login(%s, %s, %s, %s)", (row[0], RIGHT, token_hash, INSTALLATION))
    change = threading.Thread(target=staff.change_password, args=(fresh, "a new and long one"))
    change.start()
    change.join(1)
    waited = change.is_alive()
    app_psql.execute("commit")
    change.join(20)
    assert waited and not change.is_alive()
    assert not works(app_psql, "sneaky")


def test_a_token_made_to_wait_does_not_outlive_the_old_password(
    gym: Gym, app_psql: Psql, superuser: Psql, cluster: Any, database_name: str
) -> None:
    """Two logins with one token's hash: the second waits inside its insert, found to fit."""
    assert gym.database is not None
    fresh = staff.sign_in(gym.database, "ana@gym.example", PASSWORD, INSTALLATION)
    holder, waiter = challenge(app_psql)[0], challenge(app_psql)[0]
    token_hash = hashlib.sha256(b"sneaky").digest()
    app_psql.execute("begin")
    app_psql.execute(STAFF)
    app_psql.execute("select app.login(%s, %s, %s, %s)", (holder, WRONG, token_hash, INSTALLATION))

    def wait() -> None:
        with psycopg.connect(cluster.conninfo("frontdesk_app", database_name), autocommit=True) as own:
            own.execute("set role frontdesk_staff")
            own.execute("select app.login(%s, %s, %s, %s)", (waiter, RIGHT, token_hash, INSTALLATION))

    threads = [
        threading.Thread(target=wait),
        threading.Thread(target=staff.change_password, args=(fresh, "a new and long one")),
    ]
    for number, thread in enumerate(threads, 1):
        thread.start()
        until_waiting(superuser, number)
    app_psql.execute("rollback")
    for thread in threads:
        thread.join(20)
    assert not works(app_psql, "sneaky")


def until_waiting(superuser: Psql, number: int) -> None:
    """Wait until so many connections wait for a lock."""
    for _ in range(500):
        waiting = superuser.execute("select count(distinct pid) from pg_locks where not granted").fetchone()
        if waiting and waiting[0] >= number:
            return
        time.sleep(0.02)
    raise AssertionError("nobody waits")


def test_a_failed_or_foreign_token_changes_nothing(gym: Gym, app_psql: Psql, superuser: Psql) -> None:
    before = superuser.execute("select * from users order by id").fetchall()
    token = login(app_psql, challenge(app_psql)[0], WRONG)
    for secret in (token, "", "x"):
        with pytest.raises(errors.NotPermitted):
            staff.change_password(SignedIn(gym.database, secret), "another one")  # type: ignore[arg-type]
    assert superuser.execute("select * from users order by id").fetchall() == before


def test_tables_of_sign_in_do_not_grow_for_ever(app_psql: Psql, superuser: Psql) -> None:
    superuser.execute(
        "insert into sign_ins select sha256(n::text::bytea), 1, now() - interval '3 days'"
        " from generate_series(1, 150) n"
    )
    superuser.execute(
        "insert into sign_in_challenges (login_digest, made_in, made_at)"
        " select sha256(n::text::bytea), '3', now() - interval '3 days' from generate_series(1, 150) n"
    )
    superuser.execute(
        "insert into tokens (token_hash, installation, made_in, expires_at)"
        " select sha256(n::text::bytea), %s, '3', now() - interval '31 days' from generate_series(1, 150) n",
        (INSTALLATION,),
    )
    for _ in range(2):
        challenge(app_psql)
    for table, left in (("sign_ins", 1), ("sign_in_challenges", 2)):
        assert superuser.execute(f"select count(*) from {table}").fetchone() == (left,)
    assert superuser.execute("select count(*) from tokens where expires_at < now()").fetchone() == (0,)
