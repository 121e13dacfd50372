"""A database of a test's own, before, at and between the versions."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from db import embedded, upgrade
from db.embedded import binaries
from db.embedded.layout import Layout

BEFORE_THE_FIX = Path(__file__).parent / "before_the_fix.sql"
# What pg_dump says about itself: comments, settings and a random word.
ABOUT_THE_DUMP = ("--", "SET ", "SELECT pg_catalog.set_config", "\\restrict", "\\unrestrict")


@dataclass(frozen=True)
class Place:
    """One database of the run's cluster, owned by frontdesk_admin, who is no superuser."""

    cluster: embedded.Cluster
    name: str

    @property
    def admin(self) -> str:
        return self.cluster.conninfo("frontdesk_admin", self.name)

    @property
    def desk(self) -> str:
        return self.cluster.conninfo("frontdesk_app", self.name)

    @property
    def superuser(self) -> str:
        return self.cluster.conninfo("postgres", self.name)

    @property
    def version(self) -> int:
        """The server's, such as 180006."""
        return int(self.ask("show server_version_num")[0][0])

    def up(self) -> upgrade.Status:
        return upgrade.upgrade(self.admin)

    def down(self) -> upgrade.Status:
        return upgrade.downgrade(self.admin)

    def to_revision(self, revision: str) -> None:
        """Run the revisions up to that one and stop, as an interrupted upgrade does."""
        with upgrade.revising(self.admin):
            upgrade.alembic(self.admin, "upgrade", revision, lambda line: None)

    def ask(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows of a statement, past row-level security."""
        with psycopg.connect(self.superuser, autocommit=True) as connection:
            cursor = connection.execute(statement.encode(), values or None)
            return cursor.fetchall() if cursor.description else []

    def dump(self, *options: str, only: str = "--schema-only") -> str:
        """The schema as pg_dump writes it, owners, grants and comments included."""
        lines = self._run("pg_dump", only, *options).splitlines()
        return "\n".join(line for line in lines if line and not line.startswith(ABOUT_THE_DUMP))

    def load(self, file: Path) -> None:
        """Run a file in psql, as the tables' owner."""
        self._run("psql", "-qXv", "ON_ERROR_STOP=1", "-f", str(file), PGOPTIONS="-c role=frontdesk_owner")

    def checksums(self, schema: str = "public") -> dict[str, str]:
        """One checksum for each table, over all its rows."""
        tables = self.ask("select tablename from pg_tables where schemaname = %s", schema)
        sum_of = "select md5(coalesce(string_agg(t::text, '|' order by t::text), ''))"
        return {
            table: self.ask(f'{sum_of} from {schema}."{table}" t')[0][0]
            for (table,) in tables
            if table != "alembic_version"
        }

    def lent(self, login: str = "frontdesk_admin") -> set[str]:
        """The owner roles that the login could become now."""
        rows = self.ask(
            "select g.rolname from pg_auth_members m join pg_roles g on g.oid = m.roleid"
            " join pg_roles r on r.oid = m.member where r.rolname = %s"
            " and g.rolname in ('frontdesk_owner', 'frontdesk_definer')"
            " and coalesce((to_jsonb(m) ->> 'set_option')::boolean, true)",
            login,
        )
        return {row[0] for row in rows}

    def _run(self, program: str, *options: str, **environment: str) -> str:
        folder = binaries.find(Layout(self.cluster.home)).folder
        done = subprocess.run(
            [folder / program, "-d", self.superuser, *options],
            capture_output=True,
            text=True,
            env={**os.environ, **environment},
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@contextmanager
def made(
    cluster: embedded.Cluster, name: str, options: str = "template template0", owner: str = "frontdesk_admin"
) -> Iterator[Place]:
    """Make a database, and drop it afterwards."""
    with psycopg.connect(cluster.conninfo("postgres", "postgres"), autocommit=True) as superuser:
        superuser.execute(f"create database {name} owner {owner} {options}".encode())
        try:
            yield Place(cluster, name)
        finally:
            superuser.execute(f"drop database {name} with (force)".encode())
