"""A stretch of wire between a client and its server: so many milliseconds long, and it counts the trips."""

from __future__ import annotations

import contextlib
import queue
import socket
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from psycopg import conninfo

PORT = 5432
CHUNK = 65_536
GOODBYE = b"X\0\0\0\4"  # nobody waits for an answer to it


class Proxy:
    """A unix socket before the server of a libpq string, which delays everything by half a trip each way.

    `trips` counts how often a client spoke after it had been answered, or for the first time: the turns it
    had to wait for.
    """

    def __init__(self, server: str, trip_seconds: float) -> None:
        self.trips = 0
        self._half = trip_seconds / 2
        self._given = conninfo.conninfo_to_dict(server)
        self._folder = tempfile.TemporaryDirectory(prefix="fd-")
        self._listener = socket.socket(socket.AF_UNIX)
        self._open = True

    @property
    def conninfo(self) -> str:
        """The libpq string for the same login through the proxy."""
        # A password file names the server's own socket, so the password itself is given.
        given = {key: str(value) for key, value in self._given.items() if key not in ("passfile", "hostaddr")}
        given |= {"host": self._folder.name, "port": str(PORT), "password": self._password()}
        return conninfo.make_conninfo("", **given)

    def __enter__(self) -> Proxy:
        self._listener.bind(str(Path(self._folder.name) / f".s.PGSQL.{PORT}"))
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open = False
        self._listener.close()
        self._folder.cleanup()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while self._open:
                client, _ = self._listener.accept()
                server, turn = self._connect(), _Turn(self)
                _pass_on(client, server, self._half, on_arrival=turn.client_speaks)
                _pass_on(server, client, self._half, on_delivery=turn.client_is_answered)

    def _connect(self) -> socket.socket:
        host, port = str(self._given.get("host") or "localhost"), int(self._given.get("port") or PORT)
        if not host.startswith("/"):
            return socket.create_connection((host, port))
        server = socket.socket(socket.AF_UNIX)
        server.connect(f"{host}/.s.PGSQL.{port}")
        return server

    def _password(self) -> str:
        if "passfile" not in self._given:
            return str(self._given.get("password") or "")
        lines = Path(str(self._given["passfile"])).read_text(encoding="utf-8").splitlines()
        return next(line.rsplit(":", 1)[1] for line in lines if line.split(":")[-2] == self._given["user"])


class _Turn:
    """Whose turn it is on one connection."""

    def __init__(self, proxy: Proxy) -> None:
        self._proxy = proxy
        self._answered = True

    def client_speaks(self, said: bytes) -> None:
        if self._answered and said != GOODBYE:
            self._answered = False
            self._proxy.trips += 1

    def client_is_answered(self, said: bytes) -> None:
        self._answered = True


def _pass_on(
    source: socket.socket,
    target: socket.socket,
    delay: float,
    *,
    on_arrival: Callable[[bytes], None] | None = None,
    on_delivery: Callable[[bytes], None] | None = None,
) -> None:
    """Hand everything on after the delay, in order; chunks travel behind each other, not one at a time."""
    travelling: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()

    def receive() -> None:
        data = b" "
        while data:
            try:
                data = source.recv(CHUNK)
            except OSError:
                data = b""
            if data and on_arrival:
                on_arrival(data)
            travelling.put((time.monotonic() + delay, data))

    def deliver() -> None:
        with contextlib.suppress(OSError):
            while True:
                due, data = travelling.get()
                time.sleep(max(0.0, due - time.monotonic()))
                if not data:
                    break
                if on_delivery:
                    on_delivery(data)
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    threading.Thread(target=receive, daemon=True).start()
    threading.Thread(target=deliver, daemon=True).start()
