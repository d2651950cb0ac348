"""What the devices of a home say through a stretch of its life. Pure, and the same for the same seed."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from iot.fleet import days, happenings
from iot.fleet.days import Spell
from iot.fleet.happenings import Happening
from iot.fleet.speech import CHINA, Said
from iot.fleet.things import Home, Thing
from iot.uplink import Scalar

MOTION_LASTS = timedelta(seconds=90)
WALK_M, LOST_M = 260.0, 1_500.0
"""How far she usually walks, and how far she is when she has lost her way."""
RUNS_M3_AN_HOUR = 0.06


def life(
    home: Home,
    begin: datetime,
    end: datetime,
    seed: int = 0,
    befall: Sequence[Happening] = (),
    only: frozenset[str] = frozenset(),
) -> list[Said]:
    """In order; `begin` included, `end` not. `only`: of these parts, of all without any."""
    living = _Living(home, begin, end, seed, tuple(befall), only)
    found = {(said.at, said.thing.name): said for said in living.said() if begin <= said.at < end}
    dead = happenings.of(befall, "dying")
    return [
        found[key]
        for key in sorted(found)
        if dead is None or key[0] < dead or found[key].thing.model.part != happenings.DYING
    ]


@dataclass
class _Living:
    home: Home
    begin: datetime
    end: datetime
    seed: int
    befall: tuple[Happening, ...]
    only: frozenset[str]

    def __post_init__(self) -> None:
        self.still = happenings.of(self.befall, "still")
        home = self.home
        self.spells = days.spells(home.name, home.kind, self.begin, self.end, self.seed, self.still)

    def said(self) -> Iterator[Said]:
        speaks = {"door": self._door, "motion": self._motion, "bed": self._bed}
        for thing in self.home.things:
            if self.only and thing.model.part not in self.only:
                continue
            yield from speaks[thing.model.part](thing) if thing.model.part in speaks else self._steady(thing)
        # Last, so that nothing that is said at the same moment takes its place.
        for happening in self.befall:
            yield from happenings.told(self.home, happening)

    def _rng(self, *about: object) -> random.Random:
        return random.Random(f"{self.seed}|{self.home.name}|{about}")  # noqa: S311  # no secret

    def _beats(self, thing: Thing) -> Iterator[datetime]:
        return days.beats(self.begin, self.end, thing.model.minutes, int(thing.eui[:6], 16))

    def _battery(self, thing: Thing, at: datetime) -> int:
        fading = happenings.of(self.befall, "fading")
        if fading is not None and at >= fading and thing.model.part == happenings.DYING:
            return max(3, round(16 - (at - fading) / timedelta(hours=1)))
        if thing.model.part == "watch":
            hour = at.astimezone(CHINA).hour
            return 100 if hour < 7 else 100 - 2 * (hour - 6)
        return 55 + int(thing.eui[6:8], 16) % 45

    # --- what speaks when something changes, and in between --------------------------------------------------

    def _openings(self) -> list[tuple[datetime, datetime]]:
        """When the door of the flat is open."""
        left = happenings.of(self.befall, "door")
        found = [] if left is None else [(left, left + happenings.OPEN)]
        for before, spell in zip(self.spells, self.spells[1:], strict=False):
            if ("out" in (before.where, spell.where)) and spell.where != "still":
                shut = spell.begin + timedelta(seconds=self._rng("door", spell.begin).uniform(8, 50))
                if all(end < spell.begin or shut < begin for begin, end in found):
                    found.append((spell.begin, shut))
        return sorted(found)

    def _door(self, thing: Thing) -> Iterator[Said]:
        openings = self._openings()
        for begin, end in openings:
            for at, shut in ((begin, False), (end, True)):
                yield Said(at, thing, {"contact": shut, "battery": self._battery(thing, at)})
        for at in self._beats(thing):
            is_open = any(begin <= at < end for begin, end in openings)
            yield Said(at, thing, {"contact": not is_open, "battery": self._battery(thing, at)})

    def _motion(self, thing: Thing) -> Iterator[Said]:
        seen: list[datetime] = []
        for spell in self.spells:
            if spell.where == "home":
                seen += self._seen(spell)
        for at in seen:
            for moment, there in ((at, True), (at + MOTION_LASTS, False)):
                yield Said(moment, thing, {"occupancy": there, "battery": self._battery(thing, at)})
        for at in self._beats(thing):
            there = any(one <= at < one + MOTION_LASTS for one in seen)
            yield Said(at, thing, {"occupancy": there, "battery": self._battery(thing, at)})

    def _seen(self, spell: Spell) -> Iterator[datetime]:
        rng = self._rng("motion", spell.begin)
        at = spell.begin + timedelta(seconds=rng.uniform(5, 60))
        while at + MOTION_LASTS < spell.end:
            yield at
            at += timedelta(minutes=rng.uniform(6, 14))

    def _bed(self, thing: Thing) -> Iterator[Said]:
        for spell in self.spells:
            if spell.where != "still":
                yield Said(spell.begin + timedelta(seconds=3), thing, self._bedded(spell.where, spell.begin))
        for at in self._beats(thing):
            yield Said(at, thing, self._bedded(days.at(self.spells, at), at))

    def _bedded(self, where: str, at: datetime) -> dict[str, Scalar]:
        in_bed = where == "bed"
        return {"bed": in_bed} | ({"breath": 13 + self._rng("breath", at).randrange(5)} if in_bed else {})

    # --- what speaks by the clock ----------------------------------------------------------------------------

    def _steady(self, thing: Thing) -> Iterator[Said]:
        for at in self._beats(thing):
            yield Said(at, thing, self._values(thing, at))

    def _values(self, thing: Thing, at: datetime) -> dict[str, Scalar]:
        part, battery = thing.model.part, self._battery(thing, at)
        match part:
            case "water" | "energy":
                return {"total" if part == "water" else "energy_import": round(self._counted(part, at), 2)}
            case "climate":
                hour = at.astimezone(CHINA).hour + at.minute / 60
                warm = 20.5 + 2 * math.sin((hour - 9) / 24 * 2 * math.pi)
                some = self._rng("climate", at)
                return {
                    "temperature": round(warm + some.uniform(-0.3, 0.3), 1),
                    "humidity": round(46 + some.uniform(-4, 4)),
                }
            case "plug":
                used = (35, 120) if days.at(self.spells, at) == "home" else (2, 5)
                return {"Power": self._rng("plug", at).randint(*used)}
            case "smoke" | "gas":
                return {"alarm": "normal", "battery": battery}
            case "leak":
                return {"water_leak": False, "battery": battery}
            case "button":
                return {"pressed": False, "battery": battery}
            case "radar":
                return {"fall": False}
            case "camera":
                return {"video": False}
        return self._worn(at, battery)

    def _counted(self, what: str, at: datetime) -> float:
        total = days.counted(self.home.name, self.home.kind, what, at, self.seed, self.still)
        runs = happenings.of(self.befall, "water")
        if what == "water" and runs is not None and at > runs:
            total += RUNS_M3_AN_HOUR * ((at - runs) / timedelta(hours=1))
        return total

    def _worn(self, at: datetime, battery: int) -> dict[str, Scalar]:
        some = self._rng("worn", at)
        spell = next((s for s in self.spells if s.holds(at)), None)
        where = spell.where if spell is not None else "home"
        lost = happenings.of(self.befall, "leaving")
        away = WALK_M * some.uniform(0.5, 1) if where == "out" else some.uniform(0, 8)
        if lost is not None and lost <= at < lost + happenings.LOST:
            away = LOST_M + some.uniform(-50, 50)
        angle = some.uniform(0.6, 0.9)
        north, east = away * math.sin(angle) / 111_320, away * math.cos(angle) / 85_000
        walked = min(at, self.still).astimezone(CHINA) if self.still is not None else at.astimezone(CHINA)
        awake = max(0.0, walked.hour - 6 + walked.minute / 60)
        return {
            "lat": round(self.home.latitude + north, 6), "lon": round(self.home.longitude + east, 6),
            "acc": 12 if where == "out" else 25, "steps": int(awake * 310), "battery": battery,
        }  # fmt: skip
