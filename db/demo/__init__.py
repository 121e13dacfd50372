"""A gym to try everything on: three organizations, their people and twelve weeks of sessions around today.

Whoever looks at it finds habits as in a real gym: regulars keep their weekday and hour, newcomers come and
some stay away, popular classes fill up days ahead.
"""

from db.demo.filling import PEOPLE, fill, is_filled
from db.demo.staff import EVERYWHERE, MANAGER, OWNER, PASSWORD, STAFF

__all__ = ["EVERYWHERE", "MANAGER", "OWNER", "PASSWORD", "PEOPLE", "STAFF", "fill", "is_filled"]
