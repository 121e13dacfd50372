"""The roles of the database. They are made when missing and never dropped, since they are the cluster's.

The migrating login is the database's owner with CREATEROLE; it lends itself the owner's and the definer's
rights for as long as it needs them. A superuser is not needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql

from db.errors import NotPermitted

ROLES = {
    "frontdesk_owner": "nologin",
    "frontdesk_definer": "nologin",
    "frontdesk_staff": "nologin",
    "frontdesk_public": "nologin",
    "frontdesk_app": "login noinherit",
    "frontdesk_widget": "login noinherit",
}
# Login -> the one role it may become.
BECOMES = {"frontdesk_app": "frontdesk_staff", "frontdesk_widget": "frontdesk_public"}
LENT = ("frontdesk_owner", "frontdesk_definer")


def make(connection: psycopg.Connection[Any], passwords: dict[str, str]) -> None:
    """Make the missing roles and set the passwords given by login; each is sent as a SCRAM secret."""
    known = {row[0] for row in connection.execute("select rolname from pg_roles").fetchall()}
    for role, attributes in ROLES.items():
        if role not in known:
            connection.execute(sql.SQL("create role {} " + attributes).format(sql.Identifier(role)))
    for login, role in BECOMES.items():
        if not _is_member(connection, login, role):
            connection.execute(_grant("grant {} to {}", role, login))
    if "frontdesk_backup" not in known:
        _make_backup(connection)
    for login, password in passwords.items():
        secret = connection.pgconn.encrypt_password(password.encode(), login.encode(), b"scram-sha-256")
        connection.execute(
            sql.SQL("alter role {} password {}").format(sql.Identifier(login), secret.decode())
        )


@contextmanager
def lent(connection: psycopg.Connection[Any], admin: str) -> Iterator[None]:
    """Lend the login the owner's and the definer's rights, and take them back.

    Also what a killed run left lent. `admin` is the libpq string for a connection that died meanwhile.
    """
    login, database = connection.execute("select current_user, current_database()").fetchone() or ("", "")
    borrowed = [role for role in LENT if not _is_member(connection, login, role, by_another=True)]
    try:
        # A login that inherits nothing by itself has to inherit these.
        lend = "grant {} to {} with inherit true" if _is_administered(connection) else "grant {} to {}"
        for role in borrowed:
            connection.execute(_grant(lend, role, login))
        connection.execute(
            sql.SQL("grant create on database {} to frontdesk_owner").format(sql.Identifier(database))
        )
        connection.execute("grant usage, create on schema public to frontdesk_owner")
        yield
    finally:
        try:
            _give_back(connection, login, borrowed)
        except psycopg.OperationalError:
            with psycopg.connect(admin, autocommit=True, connect_timeout=5) as another:
                _give_back(another, login, borrowed)


def not_permitted(connection: psycopg.Connection[Any]) -> NotPermitted:
    """What the login lacks to administer the database, in one sentence."""
    (login,) = connection.execute("select session_user").fetchone() or ("",)
    others = connection.execute(
        "select rolname from pg_roles where rolname = any(%s)"
        " and not pg_has_role(session_user, oid, 'member with admin option') order by rolname",
        (list(ROLES),),
    ).fetchall()
    if others and _is_administered(connection):
        roles = ", ".join(row[0] for row in others)
        return NotPermitted(
            f"Another login made the roles of this server. Let a superuser run: grant {roles} to"
            f' "{login}" with admin true, inherit false, set false; then try again.'
        )
    return NotPermitted(
        f"The login '{login}' must own the database and its schema public, and have CREATEROLE"
        " and INHERIT. See docs/install.md."
    )


def _give_back(connection: psycopg.Connection[Any], login: str, borrowed: list[str]) -> None:
    connection.execute("reset role")
    for role in borrowed:
        if _is_member(connection, login, role):
            connection.execute(_grant("revoke {} from {}", role, login))


def _is_administered(connection: psycopg.Connection[Any]) -> bool:
    """Whether CREATEROLE reaches only the roles that the login made or was made the administrator of."""
    return connection.info.server_version >= 160000


def _is_member(
    connection: psycopg.Connection[Any], login: str, role: str, *, by_another: bool = False
) -> bool:
    """Whether the login may become the role; `by_another`, because somebody else granted that."""
    granted = connection.execute(
        "select exists (select from pg_auth_members m"
        " join pg_roles g on g.oid = m.roleid join pg_roles r on r.oid = m.member"
        " where g.rolname = %s and r.rolname = %s and not (%s and m.grantor = m.member)"
        # Before PostgreSQL 16 there is no such column, and every member may.
        " and coalesce((to_jsonb(m) ->> 'set_option')::boolean, true))",
        (role, login, by_another),
    ).fetchone()
    return bool(granted and granted[0])


def _grant(statement: str, role: str, login: str) -> sql.Composed:
    return sql.SQL(statement).format(sql.Identifier(role), sql.Identifier(login))


def _make_backup(connection: psycopg.Connection[Any]) -> None:
    """Dumps read past row-level security; only some logins may make such a role, and it can wait for one."""
    try:
        with connection.transaction():
            connection.execute("create role frontdesk_backup login inherit bypassrls")
            connection.execute("grant pg_read_all_data to frontdesk_backup")
    except psycopg.errors.InsufficientPrivilege:
        pass
