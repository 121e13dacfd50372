"""The cluster's secrets: random, made once, in one 0600 file that libpq reads by itself."""

from db.embedded import private
from db.embedded.errors import EmbeddedError, told
from db.embedded.layout import Layout

USERS = ("postgres", "frontdesk_admin", "frontdesk_app", "frontdesk_widget")


def make(layout: Layout) -> None:
    """Writes a fresh secret for every user, in libpq's passfile format."""
    import secrets

    private.write(layout.passwords, "".join(f"*:*:*:{user}:{secrets.token_urlsafe(32)}\n" for user in USERS))


def secret(layout: Layout, user: str) -> str:
    """Gives the cluster's secret of `user`; `EmbeddedError` when the file lacks it or is lost."""
    with told(layout.home):
        for line in layout.passwords.read_text().splitlines():
            *_, name, word = line.split(":")
            if name == user:
                return word
    raise EmbeddedError(f"The password file {layout.passwords} has no line for {user}: restore it.")
