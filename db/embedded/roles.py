"""Makes what a new cluster needs before `frontdesk db upgrade`: the migrating role and its database."""

from typing import TYPE_CHECKING

from db.embedded import passwords, private
from db.embedded.errors import EmbeddedError
from db.embedded.layout import Layout

if TYPE_CHECKING:
    import psycopg

ADMIN = "frontdesk_admin"
DATABASE = "frontdesk"


def prepare(layout: Layout, conninfo: str) -> None:
    """Makes role and database where they are missing, as the superuser that `conninfo` names.

    The role can log in and make roles and is no superuser. Raises `EmbeddedError` when the server refuses.
    """
    import psycopg

    try:
        with psycopg.connect(conninfo, autocommit=True) as connection:
            _make_role(connection, passwords.secret(layout, ADMIN))
            _make_database(connection)
    except psycopg.Error as error:
        raise EmbeddedError(
            f"The new database could not be prepared ({str(error).strip()}): start again, "
            f"then see the end of {layout.log}."
        ) from error
    if layout.prepared:
        private.write(layout.prepared, "")


def _make_role(connection: "psycopg.Connection", secret: str) -> None:
    from psycopg import sql

    if connection.execute("select from pg_roles where rolname = %s", [ADMIN]).fetchone() is not None:
        return
    verifier = connection.pgconn.encrypt_password(secret.encode(), ADMIN.encode(), b"scram-sha-256").decode()
    connection.execute(
        sql.SQL("create role {} login createrole password {}").format(sql.Identifier(ADMIN), verifier)
    )


def _make_database(connection: "psycopg.Connection") -> None:
    from psycopg import sql

    if connection.execute("select from pg_database where datname = %s", [DATABASE]).fetchone() is not None:
        return
    connection.execute(
        sql.SQL("create database {} owner {} template template0 encoding 'UTF8'").format(
            sql.Identifier(DATABASE), sql.Identifier(ADMIN)
        )
    )
