"""No superuser anywhere: the owner of the database with CREATEROLE does it all, and keeps nothing it lent."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from gym import Gym
from migration.place import Place, made

from db import embedded, upgrade
from db.errors import BeingUpgraded, NotPermitted

SECOND = "another_admin"


@pytest.fixture
def second(cluster: embedded.Cluster, empty_template: str) -> Iterator[Place]:
    """A database of another administrator in the cluster whose roles frontdesk_admin made."""
    here = Place(cluster, "postgres")
    here.ask(f"create role {SECOND} login createrole password 'its own'")
    with made(cluster, f"second_{uuid4().hex[:8]}", owner=SECOND) as place:
        yield place
        with psycopg.connect(place.superuser, autocommit=True) as superuser:
            superuser.execute(f"drop owned by {SECOND}")
    here.ask(f"drop role {SECOND}")


def _as(place: Place, login: str, password: str) -> str:
    return psycopg.conninfo.make_conninfo(
        place.superuser, user=login, password=password, passfile="/dev/null"
    )


def test_the_admin_is_no_superuser_and_keeps_nothing(fresh: Place) -> None:
    assert fresh.ask(
        "select rolsuper, rolbypassrls, rolcreaterole from pg_roles where rolname = 'frontdesk_admin'"
    ) == [(False, False, True)]
    assert fresh.lent() == set()
    with psycopg.connect(fresh.admin, autocommit=True) as admin:
        for role in ("frontdesk_owner", "frontdesk_definer", "frontdesk_staff"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                admin.execute(f"set role {role}")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            admin.execute("select from public.leads")


def test_nothing_stays_lent_whatever_is_done(gym_place: Place, gym: Gym) -> None:
    with upgrade.as_owner(gym_place.admin) as owner:
        assert owner.execute("select count(*) from public.leads").fetchone() != (0,)
        assert gym_place.lent() == {"frontdesk_owner", "frontdesk_definer"}
    assert gym_place.lent() == set()
    with pytest.raises(ZeroDivisionError), upgrade.as_owner(gym_place.admin):
        raise ZeroDivisionError
    assert gym_place.lent() == set()
    assert gym_place.ask(
        "select count(*) from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'"
        " and not relforcerowsecurity and relname <> 'alembic_version'"
    ) == [(0,)]


def test_what_a_superuser_granted_stays(second: Place) -> None:
    second.ask(f"grant frontdesk_owner, frontdesk_definer to {SECOND} with admin option")
    upgrade.upgrade(_as(second, SECOND, "its own"))
    assert second.lent(SECOND) == {"frontdesk_owner", "frontdesk_definer"}


def test_roles_that_another_administrator_made(second: Place) -> None:
    """Before PostgreSQL 16 CREATEROLE reaches them; since then a superuser runs what the sentence says."""
    admin = _as(second, SECOND, "its own")
    passwords = {"frontdesk_app": second.cluster.secret("frontdesk_app")}
    if second.version >= 160000:
        with pytest.raises(NotPermitted, match="Let a superuser run: grant ") as refused:
            upgrade.upgrade(admin, passwords)
        sentence = str(refused.value)
        assert sentence.count("\n") == 0
        second.ask(sentence.partition("run: ")[2].partition(";")[0])
        assert second.lent(SECOND) == set()
    assert upgrade.upgrade(admin, passwords).current
    assert second.lent(SECOND) == set()
    assert upgrade.status(admin).current
    assert upgrade.downgrade(admin).revision == upgrade.LEGACY


def test_a_superuser_makes_the_role_for_dumps_too(gym_place: Place, gym: Gym, blank: Place) -> None:
    """It reads past row-level security, and nobody else's dump is ever partial."""
    assert upgrade.upgrade(blank.superuser).current
    try:
        dumped = gym_place.dump("--role=frontdesk_backup", only="--data-only")
        assert "Sam Okafor" in dumped
        with pytest.raises(AssertionError, match="permission denied"):
            gym_place.dump("--role=frontdesk_staff", only="--data-only")
    finally:
        blank.ask("drop role frontdesk_backup")


def test_a_login_that_inherits_nothing(second: Place) -> None:
    """Since PostgreSQL 16 a grant says so itself; before, the login must."""
    second.ask(f"alter role {SECOND} noinherit")
    if second.version >= 160000:
        second.ask(f"grant frontdesk_owner, frontdesk_definer to {SECOND} with admin true, set false")
        assert upgrade.upgrade(_as(second, SECOND, "its own")).current
    else:
        with pytest.raises(NotPermitted, match="INHERIT"):
            upgrade.upgrade(_as(second, SECOND, "its own"))


def test_a_login_without_the_rights(second: Place) -> None:
    second.ask(f"alter database {second.name} owner to postgres")
    second.ask(f"alter role {SECOND} nocreaterole")
    with pytest.raises(NotPermitted) as refused:
        upgrade.upgrade(_as(second, SECOND, "its own"))
    assert "superuser" in str(refused.value) or "CREATEROLE" in str(refused.value)


def test_a_forgotten_policy_is_an_error_and_not_zero_rows(gym_place: Place, gym: Gym) -> None:
    with (
        upgrade.revising(gym_place.admin) as connection,
        pytest.raises(Exception, match="row-level security"),
    ):
        connection.exec_driver_sql("update public.leads set name = upper(name)")


@pytest.mark.parametrize("who", ["desk", "admin", "superuser"])
def test_anybody_may_ask_for_the_status(blank: Place, who: str) -> None:
    def asked() -> upgrade.Status:
        return upgrade.status(getattr(blank, who))

    assert asked() == upgrade.Status(None, None)
    made = blank.up()
    assert made.current
    assert asked() == made
    blank.down()
    assert not asked().current


def test_nobody_writes_as_owner_into_another_version(blank: Place, fresh: Place) -> None:
    """A table of the same name before the fix is not the one that is meant."""
    fresh.down()
    for place in (blank, fresh):
        with pytest.raises(BeingUpgraded), upgrade.as_owner(place.admin) as owner:
            owner.execute("select from public.leads")
