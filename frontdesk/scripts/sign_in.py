"""`frontdesk sign-in`: keep a token for the commands, in a file that only its owner reads."""

from __future__ import annotations

import argparse
import contextlib
import getpass
import sys
from collections.abc import Iterator

from db.errors import BadInput, DeskError
from db.repositories import organizations, staff
from db.transaction import SignedIn
from frontdesk.scripts import files
from frontdesk.scripts.output import complain, print_literal, print_table
from frontdesk.scripts.reach import Reach, reach

SHORTEST = 8
NO_TEXT = "The password is no UTF-8 text. Type it again."


def run(arguments: argparse.Namespace) -> int:
    """Sign in with a password from the terminal or from stdin."""
    passwords = _from_stdin() if arguments.password_stdin else _from_terminal()
    reached = reach()
    home = reached.configuration.home
    password = next(passwords)
    signed_in = staff.sign_in(reached.database, arguments.email, password, files.installation(home))
    profile = staff.profile(signed_in)
    if profile.must_change:
        _change_password(signed_in, password, passwords)
    _forget_the_last(reached)
    files.keep_token(home, reached.place, signed_in.token)
    print_literal(f"Signed in as {profile.name}.")
    mine = organizations.mine(signed_in)
    print_table(("ORGANIZATION", "RANK", "ID"), [(one.name, one.rank, str(one.id)) for one in mine])
    return 0


def _change_password(signed_in: SignedIn, password: str, passwords: Iterator[str]) -> None:
    """Replace the one-time password; without a new one nobody is signed in."""
    try:
        new = next(passwords)
        if len(new) < SHORTEST or new == password:
            raise BadInput(f"Choose another password, of {SHORTEST} characters or more. Sign in again.")
        staff.change_password(signed_in, new)
    except BaseException:
        staff.sign_out(signed_in)
        raise


def _forget_the_last(reached: Reach) -> None:
    """Revoke the token that is about to be replaced, if it still is one."""
    with contextlib.suppress(DeskError):
        staff.sign_out(reached.signed_in("sign-in"))


def _from_terminal() -> Iterator[str]:
    if not sys.stdin.isatty():
        raise BadInput("There is no terminal to ask for the password. Use --password-stdin.")
    yield _typed(getpass.getpass("Password: "))
    complain("Your password was made for one use. Choose your own.")
    first = _typed(getpass.getpass("New password: "))
    if getpass.getpass("The same again: ") != first:
        raise BadInput("The two new passwords differ. Sign in again.")
    yield first


def _from_stdin() -> Iterator[str]:
    for about in ("the password", "a new password, because this one was made for one use"):
        line = sys.stdin.buffer.readline().rstrip(b"\r\n")
        if not line:
            raise BadInput(f"A line of stdin is missing: {about}.")
        try:
            yield line.decode()
        except UnicodeDecodeError:
            raise BadInput(NO_TEXT) from None


def _typed(password: str) -> str:
    try:
        password.encode()
    except UnicodeEncodeError:
        raise BadInput(NO_TEXT) from None
    return password
