"""Asks the server whether it takes connections, without a driver and without a secret."""

import socket

from db.embedded.layout import Layout

PORT = 5432
_PROBE_SECONDS = 5.0

_STARTUP = b"\0\3\0\0user\0postgres\0database\0postgres\0\0"
_HELLO = (len(_STARTUP) + 4).to_bytes(4, "big") + _STARTUP
_CANNOT_CONNECT_NOW = b"C57P03\0"


def accepts(layout: Layout) -> bool:
    """Whether the server takes connections now: asks as libpq's PQping does, in 1-5 ms, without a secret."""
    folder = layout.socket_folder
    if folder is None:
        return False
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(_PROBE_SECONDS)
            line.connect(str(folder / f".s.PGSQL.{PORT}"))
            line.sendall(_HELLO)
            answer = line.recv(4096)
    except OSError:
        return False
    return answer[:1] == b"R" or (answer[:1] == b"E" and _CANNOT_CONNECT_NOW not in answer)
