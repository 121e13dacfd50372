"""A wire to the database that a test can cut, at the worst moment too."""

from __future__ import annotations

import contextlib
import select
import socket
import tempfile
import threading
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo


class Wire:
    """Passes bytes between clients and a PostgreSQL socket, until it is cut; `conninfo` leads through it.

    `cut` loses every connection and refuses new ones; `lose_next_answer` passes what is asked, and loses the
    connection when the server answers: the commit has happened and nobody was told.
    """

    def __init__(self, conninfo: str) -> None:
        parts = conninfo_to_dict(conninfo)
        name = f".s.PGSQL.{parts['port']}"
        folder = tempfile.mkdtemp(prefix="wire-")
        self.conninfo = make_conninfo(conninfo, host=folder)
        self._server = str(Path(str(parts["host"])) / name)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(Path(folder) / name))
        self._listener.listen()
        self._whole = True
        self._losing = threading.Event()
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Lose every connection, and refuse new ones."""
        self._whole = False
        self._losing.clear()
        for pair in self._pairs:
            _close(*pair)

    def mend(self) -> None:
        """Let new connections through."""
        self._whole = True

    def lose_next_answer(self) -> None:
        """Pass the next question on, lose its answer, and cut the wire."""
        self._losing.set()

    def close(self) -> None:
        """Be gone."""
        self.cut()
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                if not self._whole:
                    client.close()
                    continue
                server = socket.socket(socket.AF_UNIX)
                server.connect(self._server)
                self._pairs.append((client, server))
                if not self._whole:  # cut meanwhile
                    _close(client, server)
                threading.Thread(target=self._pass, args=(client, server), daemon=True).start()

    def _pass(self, client: socket.socket, server: socket.socket) -> None:
        asked_while_losing = False
        with contextlib.suppress(OSError, ValueError):
            while True:
                for ready in select.select([client, server], [], [])[0]:
                    data = ready.recv(65536)
                    if not data:
                        return _close(client, server)
                    if ready is server and asked_while_losing:
                        if b"COMMIT\0" in data:
                            return self.cut()
                        continue
                    asked_while_losing = asked_while_losing or (ready is client and self._losing.is_set())
                    (server if ready is client else client).sendall(data)
        return _close(client, server)


def _close(*sockets: socket.socket) -> None:
    for each in sockets:
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        each.close()
