"""The commands, their arguments and their help; each names the module of this package that runs it."""

from __future__ import annotations

import argparse
import sys
from datetime import date
from typing import TYPE_CHECKING, NoReturn
from uuid import UUID

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction["Parser"]


class Parser(argparse.ArgumentParser):
    """A parser whose complaints show what was typed as text."""

    def error(self, message: str) -> NoReturn:
        """End with the usage and the complaint."""
        from frontdesk.widgets.text import literal

        self.print_usage(sys.stderr)
        self.exit(2, literal(f"{self.prog}: {message}") + "\n")


def parser() -> Parser:
    """The parser of the whole command line; what it parsed names its `script`."""
    whole = Parser(
        prog="frontdesk",
        description="The front desk of a gym. Without a command, the desk opens.",
        epilog="Exit codes: 0 done, 1 refused by a rule, 2 usage, 3 no database, 4 not permitted.",
    )
    whole.add_argument(
        "--version", action="store_const", dest="script", const="version", help="show the version"
    )
    whole.set_defaults(script="desk")
    commands = whole.add_subparsers(title="commands", metavar="COMMAND")
    _add_demo(commands)
    _add_signing(commands)
    _add_looking(commands)
    _add_till(commands)
    _add_book(commands)
    _add_import(commands)
    _add_checks(commands)
    _add_db(commands)
    _add_why(commands)
    _add_offers(commands)
    _add_organization(commands)
    _add_staff(commands)
    _command(commands, "keys", "keys", "list what each key does, and the names to change them by")
    return whole


def _command(commands: Commands, name: str, script: str, about: str) -> Parser:
    command = commands.add_parser(name, help=about, description=about[0].upper() + about[1:] + ".")
    command.set_defaults(script=script)
    return command


def _add_demo(commands: Commands) -> None:
    demo = _command(commands, "demo", "demo", "make a gym to try things in, and open its desk")
    demo.add_argument("--headless", action="store_true", help="book two people instead, and print the rows")


def _add_signing(commands: Commands) -> None:
    sign_in = _command(commands, "sign-in", "sign_in", "sign in, so that the commands work as you")
    sign_in.add_argument("--email", required=True, help="the e-mail you sign in with")
    sign_in.add_argument(
        "--password-stdin",
        action="store_true",
        help="read the password from stdin; on a second line the new one, where it has to be changed",
    )
    _command(commands, "sign-out", "sign_out", "end what sign-in began")


def _add_looking(commands: Commands) -> None:
    find = _command(commands, "find", "find", "find leads and clients by name, e-mail or phone")
    find.add_argument("text", help="at least two letters of words in any order")
    sessions = _command(commands, "sessions", "sessions", "list the class sessions of a day")
    sessions.add_argument("--day", type=_day, help="YYYY-MM-DD, today without it")
    roster = _command(commands, "roster", "roster", "list who is booked in a class session")
    roster.add_argument("session", type=_id, help="the session's id")
    for command in (find, sessions, roster):
        _add_common(command)


def _add_till(commands: Commands) -> None:
    till = _command(commands, "till", "till", "show a day's till by desk and method, and its drawers")
    till.add_argument("day", nargs="?", type=_day, help="YYYY-MM-DD, today without it")
    till.add_argument("--csv", metavar="FILE", help="write it to a CSV file, which must not exist yet")
    till.add_argument("--pdf", metavar="FILE", help="write it to a PDF file, which must not exist yet")
    _add_common(till)


def _add_book(commands: Commands) -> None:
    book = _command(commands, "book", "book", "book a lead or a client into a class session")
    book.add_argument("--session", type=_id, required=True, help="the session's id")
    person = book.add_mutually_exclusive_group(required=True)
    person.add_argument("--lead", type=_id, help="the lead's id")
    person.add_argument("--client", type=_id, help="the client's id")
    book.add_argument(
        "--pay", choices=("card", "cash", "credit", "later", "comp"), help="how what is due is paid"
    )
    book.add_argument("--reason", help="why it is free, for --pay comp")
    book.add_argument("--override", metavar="REASON", help="why a manager books past a rule")
    book.add_argument("--waitlist", action="store_true", help="take a place in line when no seat is left")
    book.add_argument("--id", type=_id, help="the booking's id: asked again with it, nothing is booked twice")
    _add_common(book)


def _add_import(commands: Commands) -> None:
    imports = commands.add_parser("import", help="bring people in from a file of another system")
    actions = imports.add_subparsers(title="commands", metavar="COMMAND", dest="action", required=True)
    people = _command(actions, "people", "import_people", "import the people of a CSV file, after a dry run")
    people.add_argument("file", help="the CSV file")
    people.add_argument("--yes", action="store_true", help="import without asking")
    people.add_argument(
        "--as", dest="kind", choices=("lead", "client"), help="of whom the file does not say it"
    )
    people.add_argument("--date-order", choices=("dmy", "mdy", "ymd"), help="how days are written")
    people.add_argument("--encoding", help="such as utf-8, cp1252 or utf-16")
    people.add_argument("--delimiter", help="one character, or 'tab'")
    people.add_argument("--rejects", metavar="FILE", help="where rejected rows go; it must not exist yet")
    _add_common(people)


def _add_checks(commands: Commands) -> None:
    _command(commands, "test-booking", "test_booking", "try the booking on stdin, and leave nothing behind")
    verify = _command(commands, "verify", "verify", "try the database's promises, and leave nothing behind")
    verify.add_argument("--session", type=_id, help="the session to try with; by itself one with a free seat")
    verify.add_argument("--organization", type=_id, metavar="ID", help="the organization to try in")
    doctor = _command(commands, "doctor", "doctor", "count what somebody should look at in the database")
    doctor.add_argument("--json", action="store_true", help="print JSON")


def _add_db(commands: Commands) -> None:
    db = commands.add_parser("db", help="upgrade, downgrade or look at the database")
    actions = db.add_subparsers(title="commands", metavar="COMMAND", dest="action", required=True)
    _command(actions, "upgrade", "versions", "bring the database to this version of the program")
    downgrade = _command(actions, "downgrade", "versions", "take the database back to before the fix")
    downgrade.add_argument("--to", choices=("legacy",), default="legacy", help="the only way back yet")
    adopt = _command(actions, "adopt", "adopt", "take over a gym's old database; without --yes only look")
    adopt.add_argument("--yes", action="store_true", help="take it over")
    adopt.add_argument("--dry-run", action="store_true", help="only look, as without --yes")
    adopt.add_argument(
        "--passwords",
        metavar="FILE",
        default="one-time-passwords.csv",
        help="where the one-time passwords of the staff go (%(default)s)",
    )
    adopt.add_argument("--json", action="store_true", help="print JSON")
    _command(actions, "status", "versions", "show the version of the database")


def _add_why(commands: Commands) -> None:
    why = _command(commands, "why", "why", "say why a booking was charged as it was")
    why.add_argument("booking", type=_id, metavar="ID")
    _add_common(why)


def _add_offers(commands: Commands) -> None:
    listing = _command(commands, "offers", "offers", "list the memberships and packages that are sold")
    _add_common(listing)
    offer = commands.add_parser("offer", help="offer a membership or a package, as a manager")
    actions = offer.add_subparsers(title="commands", metavar="COMMAND", dest="action", required=True)
    package = _command(actions, "package", "offer", "offer a number of classes")
    package.add_argument("--classes", type=int, required=True, metavar="N")
    package.add_argument("--days", type=int, metavar="N", help="how long they can be used; else for ever")
    package.add_argument(
        "--from-first-class", action="store_true", help="the days begin with the first class"
    )
    membership = _command(actions, "membership", "offer", "offer classes over time")
    limit = membership.add_mutually_exclusive_group()
    limit.add_argument("--per-week", type=int, metavar="N", help="at most so many classes a week")
    limit.add_argument("--per-month", type=int, metavar="N", help="at most so many classes a month")
    membership.add_argument("--anniversary", action="store_true", help="periods begin with the membership")
    membership.add_argument("--months", type=int, metavar="N", help="how long it lasts; else until cancelled")
    for each in (package, membership):
        each.add_argument("name")
        each.add_argument("--price", required=True, metavar="AMOUNT", help="such as 90 or 90.00")
        each.add_argument(
            "--program", action="append", default=[], metavar="NAME", help="covers this program; else all"
        )
        each.add_argument("--intro", action="store_true", help="sold to nobody twice")
        each.add_argument("--shared", action="store_true", help="pays for the buyer's family too")
        each.add_argument("--organization", type=_id, metavar="ID")
    end = _command(actions, "end", "offer", "sell it no more; who has it keeps it")
    end.add_argument("id", type=_id)
    end.add_argument("--organization", type=_id, metavar="ID")


def _add_organization(commands: Commands) -> None:
    organization = commands.add_parser("organization", help="add an organization")
    actions = organization.add_subparsers(title="commands", metavar="COMMAND", dest="action", required=True)
    add = _command(actions, "add", "organization_add", "add an organization and its owner")
    add.add_argument("name")
    add.add_argument("--timezone", required=True, help="an IANA zone, such as Europe/London")
    add.add_argument("--currency", required=True, help="an ISO 4217 code, such as GBP")
    add.add_argument("--owner-email", required=True)
    add.add_argument("--owner-name", required=True)


def _add_staff(commands: Commands) -> None:
    staff = commands.add_parser("staff", help="add someone to the staff")
    actions = staff.add_subparsers(title="commands", metavar="COMMAND", dest="action", required=True)
    add = _command(actions, "add", "staff_add", "add someone to an organization's staff")
    add.add_argument("--organization", required=True, metavar="ID|NAME")
    add.add_argument("--email", required=True)
    add.add_argument("--name", required=True)
    add.add_argument("--rank", required=True, choices=("owner", "manager", "staff", "viewer"))


def _add_common(command: Parser) -> None:
    command.add_argument(
        "--organization", type=_id, metavar="ID", help="the organization, if you work in several"
    )
    command.add_argument("--json", action="store_true", help="print JSON")


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise argparse.ArgumentTypeError("that is no id, which is 32 hexadecimal digits") from None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("that is no day; a day looks like 2026-11-24") from None
