"""The people of these tests: elders of one community and those who write to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from backend import domains
from backend.core import orgs
from backend.core.access import SYSTEM, Actor
from backend.records import tables
from backend.residents import face
from backend.residents.models import Resident
from tests.care.town import Town, elder, found, hire


@dataclass(frozen=True)
class Village:
    town: Town
    admin: Actor
    second: Actor
    worker: Actor
    """A grid worker, who may not send anything to many."""

    @property
    def happy(self) -> orgs.Org:
        return self.town.happy

    def person(self, name: str, room: int, *channels: str, locale: str = "zh_CN", **columns: Any) -> int:
        """A resident with her row in the table of residents."""
        number = elder(self.town, name, room, *channels, locale=locale)
        if columns:
            Resident.update(**columns).where(Resident.id == number).execute()
        face.show([number], SYSTEM)
        return number


def build() -> Village:
    """A community with an admin, a second one, and a grid worker."""
    domains.load()
    town = found()
    tables.ensure_built_in()
    second = hire("wu", "吴主任", "community_admin", town.happy)
    return Village(town, town.actor(town.admin), town.actor(second), town.actor(town.grid_worker))
