"""What the revisions send, as squawk reads it: a linter for locks and lost guarantees in migrations.

What stands in a DO block squawk does not read. An exception stands below with its reason; one that is not met
any more is to go.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from migration.place import Place
from sqlalchemy import event

from db import preconditions, upgrade

OLDEST = f"{preconditions.OLDEST_SERVER // 10000}.0"

EVERYWHERE = {
    "prefer-bigint-over-int": "Seats, hours, tries and pence: none grows with the years as a key does.",
    "require-statement-timeout": "Locks are not waited for long; what was ended half-way would begin anew.",
}

AS_IT_WAS = "The schema before the fix, as it was; it is not ours to change."
NO_DESK = "A table of the desks, who find no function to call and so wait while their tables are changed."
WIDER = "A wider one takes its place in the same transaction."
EXCEPTIONS = {
    ("upgrade 0001", "prefer-text-field"): AS_IT_WAS,
    ("downgrade 0009", "prefer-text-field"): AS_IT_WAS,
    (
        "upgrade 0011",
        "adding-foreign-key-constraint",
    ): f"{NO_DESK} The column is new, so nothing is looked up.",
    ("upgrade 0011", "require-concurrent-index-creation"): NO_DESK,
    ("upgrade 0011", "ban-drop-constraint"): "Only the trigger that writes both rows can write them.",
    ("upgrade 0014", "constraint-missing-not-valid"): NO_DESK,
    ("upgrade 0014", "ban-drop-constraint"): WIDER,
    ("upgrade 0016", "require-concurrent-index-creation"): NO_DESK,
    ("upgrade 0017", "require-concurrent-index-creation"): NO_DESK,
    ("upgrade 0018", "constraint-missing-not-valid"): NO_DESK,
    ("upgrade 0018", "ban-drop-constraint"): WIDER,
    ("upgrade 0018", "require-concurrent-index-creation"): NO_DESK,
}


@pytest.fixture
def generated(blank: Place, tmp_path: Path) -> Path:
    """A folder with a file for each revision, up and down: the SQL as it was sent to a real server."""
    config = upgrade._config()
    revisions = [each.revision for each in ScriptDirectory.from_config(config).walk_revisions()][::-1]
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    with upgrade.revising(blank.admin) as own:
        timeout = own.exec_driver_sql("show lock_timeout").scalar_one()
        assert timeout != "0"
        event.listen(own, "before_cursor_execute", note)
        config.attributes["connection"] = own
        for revision in revisions:
            sent.clear()
            command.upgrade(config, revision)
            _write(tmp_path / f"upgrade {revision}.sql", timeout, sent)
        for revision, before in zip(revisions[:0:-1], revisions[-2::-1], strict=True):
            sent.clear()
            command.downgrade(config, before)
            _write(tmp_path / f"downgrade {revision}.sql", timeout, sent)
    return tmp_path


def _write(file: Path, timeout: str, sent: list[str]) -> None:
    # Alembic's own questions have parameters, and no revision's statement has.
    ours = [
        each.strip().removesuffix(";") for each in sent if "%(" not in each and "alembic_version" not in each
    ]
    file.write_text(";\n".join((f"set lock_timeout = '{timeout}'", *ours)) + ";\n")


def test_squawk_finds_nothing_but_the_exceptions(generated: Path) -> None:
    assert "next.bookings" in (generated / "upgrade 0005.sql").read_text()
    assert "auth.users" in (generated / "downgrade 0009.sql").read_text()
    squawk = Path(sys.executable).parent / "squawk"
    options = ["--assume-in-transaction", "--reporter=json", f"--pg-version={OLDEST}"]
    done = subprocess.run(
        [squawk, *options, f"--exclude={','.join(EVERYWHERE)}", *generated.glob("*.sql")],
        capture_output=True,
        text=True,
    )
    found = [
        ((Path(each["file"]).stem, each["rule_name"]), each["line"], each["message"])
        for each in json.loads(done.stdout)
    ]
    assert [each for each in found if each[0] not in EXCEPTIONS] == []
    assert {each[0] for each in found} == set(EXCEPTIONS)
