"""The database that the configuration names, and who works there."""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from psycopg import Error, pq
from psycopg.conninfo import conninfo_to_dict

from db.errors import BadInput, NotFound, NotPermitted
from db.records import Organization
from db.repositories import organizations
from db.transaction import Database, SignedIn
from frontdesk import config
from frontdesk.scripts import files
from frontdesk.widgets.text import literal

if TYPE_CHECKING:
    from db.embedded import Cluster

SIGN_IN_FIRST = "Nobody is signed in here. Run 'frontdesk sign-in --email ADDRESS' first."


@dataclass(frozen=True, slots=True)
class Reach:
    """The desk's database; `place` names it for the tokens kept in the data folder."""

    configuration: config.Configuration
    database: Database
    place: str

    def signed_in(self, command: str) -> SignedIn:
        """The token kept by sign-in; the history of changes will name `command`."""
        token = files.token(self.configuration.home, self.place)
        if token is None:
            self.database.run(None)  # a database that is away is the first thing to say
            raise NotPermitted(SIGN_IN_FIRST)
        return SignedIn(self.database, token, command=command)


def reach(configuration: config.Configuration | None = None) -> Reach:
    """The database of the desk; the bundled server is started where nothing else is configured."""
    configuration = configuration or config.load()
    if configuration.embedded:
        cluster = _start(configuration.home)
        return Reach(configuration, Database(cluster.conninfo("frontdesk_app"), cluster.ensure), "embedded")
    conninfo = configuration.database_url or _libpq_login()
    return Reach(configuration, Database(conninfo), _place(conninfo))


@dataclass(frozen=True, slots=True)
class Administration:
    """The connection of the database's owner, and the passwords that an upgrade gives the logins."""

    conninfo: str = field(repr=False)
    passwords: dict[str, str] = field(repr=False)


def administer(configuration: config.Configuration) -> Administration:
    """The database for its owner: FRONTDESK_ADMIN_URL, or the bundled server."""
    if configuration.admin_url:
        _place(configuration.admin_url)
        given = {
            "frontdesk_app": configuration.app_password,
            "frontdesk_widget": configuration.widget_password,
        }
        return Administration(
            configuration.admin_url, {login: password for login, password in given.items() if password}
        )
    if not configuration.embedded:
        raise BadInput("This needs the database's owner. Set FRONTDESK_ADMIN_URL.")
    cluster = _start(configuration.home)
    secrets = {login: cluster.secret(login) for login in ("frontdesk_app", "frontdesk_widget")}
    return Administration(cluster.conninfo("frontdesk_admin"), secrets)


def any_conninfo(configuration: config.Configuration) -> str:
    """A connection of any login, to ask for the version."""
    if configuration.admin_url or configuration.embedded:
        return administer(configuration).conninfo
    return configuration.database_url or _libpq_login()


def working(command: str, wanted: UUID | None) -> tuple[SignedIn, Organization]:
    """The signed-in user, working in the wanted organization, or in the only one."""
    signed_in = reach().signed_in(command)
    organization = choose(signed_in, wanted)
    return signed_in.at(organization.id), organization


def choose(signed_in: SignedIn, wanted: UUID | None) -> Organization:
    """The wanted one of the user's organizations, or the only one."""
    mine = organizations.mine(signed_in)
    if not mine:
        raise NotPermitted("You work in no organization. Ask an owner to add you.")
    if wanted is not None:
        mine = [organization for organization in mine if organization.id == wanted]
        if not mine:
            raise NotFound("Not found: you work in no organization of that id.")
    if len(mine) > 1:
        ways = "; ".join(f"--organization {one.id} is {literal(one.name)}" for one in mine)
        raise BadInput(f"You work in {len(mine)} organizations. Choose one: {ways}.")
    return mine[0]


@cache
def _start(home: Path) -> Cluster:
    """The bundled server, running; it is joined once, and let go when this process ends."""
    from db.embedded import start

    return start(home)


def _libpq_login() -> str:
    """libpq's own variables and service file, with the desk's login where they name none."""
    user = _defaults().get("user")
    return "" if os.environ.get("PGUSER") or user not in {None, _own_name()} else "user=frontdesk_app"


def _own_name() -> str | None:
    """The name libpq falls back to."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return None


def _place(conninfo: str) -> str:
    try:
        given = conninfo_to_dict(conninfo)
    except Error:
        # The driver's own words repeat what was written, a password among it.
        raise BadInput("The database's address cannot be read. Write postgresql://USER@HOST/NAME.") from None
    return " ".join(
        str(given.get(key) or _defaults().get(key)) for key in ("host", "hostaddr", "port", "dbname")
    )


def _defaults() -> dict[str, str]:
    """What libpq takes where a connection string is silent."""
    return {each.keyword.decode(): each.val.decode() for each in pq.Conninfo.get_defaults() if each.val}
