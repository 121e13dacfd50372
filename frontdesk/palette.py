"""The command palette: the registry's commands of the place, for whoever looks for one by name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from frontdesk.commands import Command, commands_of
from frontdesk.screens.desk import DeskScreen
from frontdesk.screens.place import PlaceScreen

BY_HELP = 0.01
"""What stands in the help finds a command too, after those whose name has it."""


class Commands(Provider):
    """What whoever is signed in may do where the palette was opened, first what the footer names."""

    async def discover(self) -> Hits:
        """All of them."""
        # Textual's list turns the order of its hits by name; numbered names keep ours.
        for number, each in enumerate(self._listed()):
            yield DiscoveryHit(_name(each), self._run(each), f"{number:03}", each.help)

    async def search(self, query: str) -> Hits:
        """Those whose name or help has what was typed."""
        matcher = self.matcher(query)
        for each in self._listed():
            name = _name(each)
            score = matcher.match(name) or (BY_HELP if query.lower() in each.help.lower() else 0)
            if score:
                yield Hit(score, matcher.highlight(name), self._run(each), name, each.help)

    def _listed(self) -> list[Command]:
        screen = self.screen
        listed = commands_of(screen.place, screen.rank) if isinstance(screen, PlaceScreen) else []
        runs = [each for each in listed if each.bound and each.id != "app.palette"]
        return sorted(runs, key=lambda each: each.footer is None)

    def _run(self, command: Command) -> Callable[[], Awaitable[bool]]:
        return partial(self.app.run_action, command.action, self.screen)


class WhoWaits(Provider):
    """Whoever 'needs you' names on the desk: to find them, or to say that somebody was told."""

    async def discover(self) -> Hits:
        """All of them, after the commands."""
        for number, (name, run) in enumerate(self._listed()):
            yield DiscoveryHit(Content(name), run, f"needs {number:03}")

    async def search(self, query: str) -> Hits:
        """Those whose words have what was typed."""
        matcher = self.matcher(query)
        for name, run in self._listed():
            if score := matcher.match(name):
                yield Hit(score, Content(name), run, name)

    def _listed(self) -> list[tuple[str, Callable[[], None]]]:
        screen = self.screen
        if not isinstance(screen, DeskScreen):
            return []
        needs = screen.lower.needs
        listed: list[tuple[str, Callable[[], None]]] = []
        for need in filter(None, needs.items):
            listed.append((f"find {needs.words_of(need)}", partial(screen.seek, need.name, need.person_id)))
            if need.task_id:
                listed.append((f"told: {needs.words_of(need)}", partial(screen.tell, need)))
        return listed


def _name(command: Command) -> str:
    return f"{command.label}  ({command.all_keys})"
