"""Run the revisions on the connection that `frontdesk db` hands over, or on FRONTDESK_ADMIN_URL.

Functions, policies and triggers belong to the installed version and not to a revision: `db.upgrade` drops
and installs them around this, so that asking for the current revision changes nothing.
"""

from __future__ import annotations

import os

from alembic import context
from alembic.util import CommandError
from sqlalchemy import Connection

from db import upgrade
from db.tables import metadata


def run(connection: Connection) -> None:
    """Run the wanted revisions, a transaction each."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        transaction_per_migration=True,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
admin = os.environ.get("FRONTDESK_ADMIN_URL")
if given is not None:
    run(given)
elif admin:
    with upgrade.revising(admin) as own:
        run(own)
else:
    raise CommandError("Let FRONTDESK_ADMIN_URL name the database and its owner.")
