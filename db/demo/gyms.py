"""The three organizations of the demo, as they differ from each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from zoneinfo import ZoneInfo

OPEN_GYM = "Open gym"


@dataclass(frozen=True, slots=True)
class Gym:
    """One organization: its share of the people, prices in minor units of `currency`, and what it is made of.

    `offers` are the prices of what `db.demo.sales.TERMS` names.
    `later` are the minutes by which its whole timetable is shifted.
    """

    name: str
    timezone: str
    currency: str
    share: float
    languages: dict[str, float]
    prices: dict[str, int]
    offers: dict[str, int]
    rooms: tuple[str, str, str, str]
    instructors: tuple[str, ...]
    desks: tuple[str, ...]
    later: int
    draw_phone: Callable[[Random], str]

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which its timetable is meant."""
        return ZoneInfo(self.timezone)


def _british(random: Random) -> str:
    number = f"{random.randrange(10**6):06}"
    return random.choice(("07700 {}", "+44 7700 {}")).format(number)


def _american(random: Random) -> str:
    area, number = random.choice((212, 347, 646, 718, 917, 929)), f"{random.randrange(10**4):04}"
    return random.choice(("({}) 555-{}", "+1 {} 555 {}", "{}-555-{}")).format(area, number)


def _australian(random: Random) -> str:
    number = f"{random.randrange(10**6):06}"
    return random.choice(("0491 {} {}", "+61 491 {} {}")).format(number[:3], number[3:])


GYMS = (
    Gym(
        name="Harbour Lane",
        timezone="Europe/London",
        currency="GBP",
        share=0.40,
        languages={"english": 45, "spanish": 12, "polish": 18, "arabic": 13, "chinese": 12},
        prices={
            "Spin": 1400,
            "Yoga": 1300,
            "HIIT": 1200,
            "Boxing": 1500,
            "Pilates": 1600,
            "Strength": 1200,
            "Mobility": 0,
            OPEN_GYM: 800,
        },
        offers={"10-Class Pass": 11000, "5-Class Starter": 6000, "Unlimited": 8900, "Twice a week": 5900},
        rooms=("R1", "R2", "Ring", "Floor"),
        instructors=(
            "Kim Park",
            "Nadia Haddad",
            "Joe Brennan",
            "Agata Wilk",
            "Femi Okafor",
            "Rosa Gil",
            "Tess Shaw",
        ),
        desks=("Front desk", "Side desk"),
        later=0,
        draw_phone=_british,
    ),
    Gym(
        name="Union Square",
        timezone="America/New_York",
        currency="USD",
        share=0.34,
        languages={"english": 45, "spanish": 28, "polish": 7, "arabic": 8, "chinese": 12},
        prices={
            "Spin": 3200,
            "Yoga": 2600,
            "HIIT": 2800,
            "Boxing": 3400,
            "Pilates": 3500,
            "Strength": 2500,
            "Mobility": 0,
            OPEN_GYM: 2000,
        },
        offers={"10-Class Pass": 26000, "5-Class Starter": 14000, "Unlimited": 21000, "Twice a week": 14500},
        rooms=("Studio A", "Studio B", "Studio C", "Floor"),
        instructors=("Marcus Hayes", "Ximena Vega", "Dana Lin", "Cody Brooks", "Lena Mazur", "Omar Saleh"),
        desks=("Lobby",),
        later=15,
        draw_phone=_american,
    ),
    Gym(
        name="Bondi Road",
        timezone="Australia/Sydney",
        currency="AUD",
        share=0.26,
        languages={"english": 52, "spanish": 7, "polish": 5, "arabic": 11, "chinese": 25},
        prices={
            "Spin": 2800,
            "Yoga": 2500,
            "HIIT": 2600,
            "Boxing": 2900,
            "Pilates": 3000,
            "Strength": 2400,
            "Mobility": 0,
            OPEN_GYM: 1800,
        },
        offers={"10-Class Pass": 23500, "5-Class Starter": 12500, "Unlimited": 19000, "Twice a week": 12900},
        rooms=("Wave", "Reef", "Cage", "Floor"),
        instructors=("Bronte Lloyd", "Jack Nguyen", "Mei Huang", "Sami Khoury", "Tilly Grant", "Ravi Mehta"),
        desks=("Front desk",),
        later=-30,
        draw_phone=_australian,
    ),
)
