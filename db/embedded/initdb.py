"""Makes the data directory and the secrets, so that a half-made cluster is never taken for a whole one."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from db.embedded import passwords, private
from db.embedded.binaries import BUILTIN_LOCALE_MAJOR, ENVIRONMENT, Binaries
from db.embedded.errors import EmbeddedError, no_room, told
from db.embedded.layout import Layout

# Errors are the desk's to report: their texts and details quote values, and a log must not name a client.
SETTINGS = """\
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = 128MB
fsync = on
synchronous_commit = on
password_encryption = 'scram-sha-256'
timezone = 'UTC'
log_timezone = 'UTC'
logging_collector = off
log_destination = 'stderr'
log_line_prefix = '%m [%p] '
log_min_messages = log
log_error_verbosity = terse
log_min_error_statement = panic
log_statement = 'none'
log_min_duration_statement = -1
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_checkpoints = off
"""


def make(layout: Layout, data: Path, binaries: Binaries, lock: int) -> None:
    """Makes the data directory `data` unless it exists: a new one takes that name only when complete.

    initdb inherits the descriptor `lock`, so that nobody takes away what a forgotten one writes. Raises
    `EmbeddedError` when the disk is full, initdb fails, the secrets are lost, or existing data belongs to
    another major version.
    """
    with told(data.parent):
        if data.exists():
            _check(layout, data, binaries)
            return
        for leftover in data.parent.glob("initdb-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        if not layout.passwords.exists():
            passwords.make(layout)
        draft = Path(tempfile.mkdtemp(prefix="initdb-", dir=data.parent))
        try:
            layout.account().own(draft)
            _run(layout, draft, binaries, lock)
            (draft / "pgdata").rename(data)
            private.sync(data.parent)
        finally:
            shutil.rmtree(draft, ignore_errors=True)


def write_settings(data: Path) -> None:
    """Writes this version's server settings into `data`, where postgresql.conf includes them."""
    private.write(data / "frontdesk.conf", SETTINGS)


def _check(layout: Layout, data: Path, binaries: Binaries) -> None:
    made_by = int((data / "PG_VERSION").read_text())
    if made_by != binaries.major:
        raise EmbeddedError(
            f"The gym's data in {data} was made by PostgreSQL {made_by}, but the programs in "
            f"{binaries.folder} are version {binaries.major}: let FRONTDESK_PG_BIN name version {made_by}."
        )
    if not layout.passwords.exists():
        raise EmbeddedError(
            f"The password file {layout.passwords} is lost: put it back from a backup of {layout.home}."
        )


def _run(layout: Layout, draft: Path, binaries: Binaries, lock: int) -> None:
    account, word = layout.account(), draft / "secret"
    private.write(word, passwords.secret(layout, "postgres") + "\n")
    command = [
        str(binaries.folder / "initdb"),
        f"--pgdata={draft / 'pgdata'}",
        "--username=postgres",
        f"--pwfile={word}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--data-checksums",
        "--no-instructions",
        *_locale(binaries.major),
    ]
    done = subprocess.run(  # noqa: S603
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        cwd="/",
        env=ENVIRONMENT,
        start_new_session=True,
        umask=0o077,
        pass_fds=(lock,),
        check=False,
        **account.for_popen(),
    )
    if done.returncode:
        if "No space left on device" in done.stdout:
            raise no_room(draft.parent)
        with os.fdopen(private.opened(layout.log, os.O_WRONLY | os.O_APPEND), "w") as log:
            log.write(done.stdout)
        raise EmbeddedError(f"The database could not be made: the reason is at the end of {layout.log}.")
    _configure(draft / "pgdata")


def _locale(major: int) -> list[str]:
    if major < BUILTIN_LOCALE_MAJOR:
        return ["--locale=C.UTF-8"]
    return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--lc-ctype=C.UTF-8"]


def _configure(data: Path) -> None:
    write_settings(data)
    settings = data / "postgresql.conf"
    private.write(settings, settings.read_text() + "\ninclude 'frontdesk.conf'\n")
    private.write(data / "pg_hba.conf", "local all all scram-sha-256\n")
