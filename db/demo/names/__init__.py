"""Names of five languages, as people write them and in Latin letters."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

LANGUAGES = ("english", "spanish", "polish", "arabic", "chinese")
FOREIGN_SCRIPT = {"arabic": 0.6, "chinese": 0.5}  # how many of them write their own letters at the gym
DOUBLE_FAMILY = {"english": 0.04, "polish": 0.05}
FEMININE = {"ski": "ska", "cki": "cka", "dzki": "dzka", "ny": "na"}


@dataclass(frozen=True, slots=True)
class Part:
    """A given or family name, as written and in Latin letters."""

    written: str
    latin: str


@dataclass(frozen=True, slots=True)
class Name:
    """A full name as it stands in the list, and the same in plain Latin letters for an e-mail address."""

    language: str
    full: str
    latin: str


@dataclass(frozen=True, slots=True)
class Family:
    """A family name and how the family writes it; what its members share."""

    language: str
    parts: tuple[Part, ...]
    own_script: bool


def draw_family(random: Random, language: str) -> Family:
    """A family of that language; common names come often, as they do."""
    count = 2 if language == "spanish" and random.random() < 0.5 else 1
    if random.random() < DOUBLE_FAMILY.get(language, 0):
        count = 2
    parts = tuple(_common(random, _parts(language, "s")) for _ in range(count))
    return Family(language, tuple(dict.fromkeys(parts)), random.random() < FOREIGN_SCRIPT.get(language, 0))


def draw(random: Random, family: Family) -> Name:
    """A member of the family."""
    sex = random.choice("fm")
    given = _common(random, _parts(family.language, sex))
    joint = " " if family.language == "spanish" else "-"
    if family.language == "polish" and sex == "f":
        surname = joint.join(_feminine(part.written) for part in family.parts)
    else:
        surname = joint.join(part.written for part in family.parts)
    latin = f"{given.latin} {joint.join(part.latin for part in family.parts)}"
    if not family.own_script:
        shown = f"{given.written} {surname}" if family.language not in FOREIGN_SCRIPT else latin
    elif family.language == "chinese":
        shown = surname + given.written
    else:
        shown = f"{given.written} {surname}"
    return Name(family.language, shown, latin)


def plain(text: str) -> str:
    """Lower-case ASCII letters, with a dot between words."""
    spread = unicodedata.normalize("NFKD", text.replace("ł", "l").replace("Ł", "L").replace("ø", "o"))
    letters = "".join(letter for letter in spread.lower() if letter.isascii())
    return ".".join("".join(filter(str.isalnum, word)) for word in letters.split())


@cache
def _parts(language: str, kind: str) -> tuple[Part, ...]:
    lines = (Path(__file__).parent / f"{language}.tsv").read_text(encoding="utf-8").splitlines()
    fields = [line.split("\t") for line in lines]
    return tuple(Part(written=row[1], latin=row[-1]) for row in fields if row[0] == kind)


def _common(random: Random, parts: tuple[Part, ...]) -> Part:
    """One of them, the first ones more often than the last."""
    return parts[int(len(parts) * random.random() ** 1.6)]


def _feminine(surname: str) -> str:
    for ending, feminine in FEMININE.items():
        if surname.endswith(ending):
            return surname.removesuffix(ending) + feminine
    return surname
