"""The command line: run the command that was meant, and tell a shell how it ended.

Nothing but the chosen command is imported: the app and the database take longer to load than most commands.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import sys
from collections.abc import Sequence

from db.errors import DeskError
from frontdesk.scripts.parser import parser

USAGE = 2
INTERRUPTED = 130  # as a shell reports SIGINT
PIPE_CLOSED = 141  # as a shell reports SIGPIPE
UNEXPECTED = 70  # EX_SOFTWARE of sysexits.h


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    0 done, 1 refused by a rule, 2 usage, 3 no database, 4 not permitted. What went wrong is one sentence on
    stderr, never a traceback, which could show a name or a password.
    """
    try:
        return _run(sys.argv[1:] if argv is None else argv)
    except DeskError as error:
        from frontdesk.scripts.output import complain

        complain(error.sentence)
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _let_go_of_output()
        return PIPE_CLOSED
    except Exception as error:
        from frontdesk import crash

        print(crash.sentences(error, crash.write_report(error)), file=sys.stderr)
        return UNEXPECTED


def _run(argv: Sequence[str]) -> int:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    # Bytes that are no text in the terminal's encoding arrive as surrogates, which no database takes.
    words = [word.encode(errors="replace").decode() for word in argv]
    try:
        arguments = parser().parse_args(words)
    except SystemExit as end:  # how argparse ends after --help and after a complaint
        code = end.code if isinstance(end.code, int) else USAGE
    else:
        script = importlib.import_module(f"frontdesk.scripts.{arguments.script}")
        code = script.run(arguments)
    sys.stdout.flush()
    return code


def _let_go_of_output() -> None:
    """Send what is still buffered nowhere, or the interpreter complains when it ends."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
