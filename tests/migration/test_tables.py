"""The metadata is the database: nothing that it says differs from what the revisions made."""

from __future__ import annotations

import warnings

import psycopg
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from migration.place import Place
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from db import installation, upgrade
from db.tables import metadata


def test_alembic_finds_no_difference(fresh: Place) -> None:
    engine = create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(fresh.superuser), poolclass=NullPool
    )
    with engine.connect() as connection, warnings.catch_warnings():
        warnings.simplefilter("error")
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "compare_server_default": True,
                "include_object": lambda _thing, name, *_: name != "alembic_version",
            },
        )
        assert compare_metadata(context, metadata) == []


def test_the_tables_made_from_it_are_those_of_the_revisions(blank: Place, fresh: Place) -> None:
    """What alembic does not compare: checks, predicates, operator classes, storage, and every name."""
    with psycopg.connect(fresh.superuser) as superuser:
        superuser.execute("set role frontdesk_owner")
        installation.remove(superuser)
    with upgrade.revising(blank.admin) as connection:
        for needed in ("schema ext", "extension pg_trgm schema ext", "extension btree_gin schema ext"):
            connection.exec_driver_sql(f"create {needed}")
        metadata.create_all(connection)
        connection.commit()
    options = ("--no-privileges", "--schema=public", "--exclude-table=alembic_version")
    # What no statistics are kept of is the policies' to say, see db/sql.
    fresh_lines = [line for line in fresh.dump(*options).splitlines() if " SET STATISTICS " not in line]
    assert blank.dump(*options).splitlines() == fresh_lines
