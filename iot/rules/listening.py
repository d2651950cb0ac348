"""The rules hear what devices say, within the transaction that stores it.

Nearly every message of nearly every device is of no interest to any rule: it costs a look into a table and, for each rule that asks for one of its
points, one evaluation. Only what holds, or grows with time, is remembered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from backend.core import clock
from iot import alarming
from iot.heard import Heard
from iot.models import Device
from iot.rules import about, effects, kept, loading
from iot.rules.about import About, Asked
from iot.rules.facts import alive
from iot.rules.kept import Kept, Key
from iot.rules.loading import Live
from iot.rules.running import Runner
from iot.rules.step import State
from iot.uplink import Scalar

LIFE_STEP_MS = 60_000
"""When somebody was noticed in a home is written so often at most."""


def listen(batch: Sequence[Heard]) -> None:
    """Raise and end what these messages call for."""
    loaded = loading.live()
    if not loaded.rules:
        return
    due = []
    for heard in batch:
        if not heard.said or not heard.trusted or alarming.late(heard):
            continue
        for live in loaded.of(heard.device):
            if not live.rule.points.isdisjoint(heard.said):
                due.append((heard, live))
    if due:
        _Work(due).done()


@dataclass(slots=True)
class _Work:
    """A batch's messages, each with a rule that it concerns."""

    due: list[tuple[Heard, Live]]
    rows: dict[Key, Kept] = field(default_factory=dict)
    runners: dict[Key, tuple[Live, Runner, Device | None]] = field(default_factory=dict)
    about: dict[int, About] = field(default_factory=dict)

    def done(self) -> None:
        devices = {heard.device.id for heard, live in self.due if not live.rule.of_home}
        homes = {heard.device.resident_id or 0 for heard, live in self.due if live.rule.of_home}
        self.rows = kept.read(devices, homes - {0})
        self.due = [
            (heard, live) for heard, live in self.due if not live.rule.of_home or self._tells(heard, live)
        ]
        self._ask()
        for heard, live in self.due:
            if self._fits(heard, live):
                self._hear(heard, live)
        changed = []
        for key, (live, runner, device) in self.runners.items():
            row = self.rows.get(key) or Kept(key)
            if runner.blank and not row.stored:
                continue
            row.take(runner, live)
            effects.act(live, runner, row, device)
            changed.append(row)
        kept.save(changed)

    def _tells(self, heard: Heard, live: Live) -> bool:
        """Whether a message says anything new of a home: somebody was noticed there, some time after it was last written down."""
        if heard.device.resident_id is None:
            return False
        row = self.rows.get((live.id, 0, heard.device.resident_id))
        if row is None or row.noticed is None:
            return True
        noticed = any(alive(point, value, heard.before) for point, value in heard.values.items())
        return noticed and (row.raised_at is not None or clock.to_ms(heard.at) - row.noticed >= LIFE_STEP_MS)

    def _ask(self) -> None:
        asked = Asked(
            any(live.rule.asks_place for _heard, live in self.due),
            any(live.rule.asks_home for _heard, live in self.due),
        )
        curious = [
            heard for heard, live in self.due
            if live.rule.asks_place or live.rule.asks_home or any(n.place == "device" for n in live.rule.names)
        ]  # fmt: skip
        models = {heard.profile.id: heard.profile for heard in curious if heard.profile is not None}
        if curious:
            self.about = about.of((heard.device for heard in curious), models, asked)

    def _fits(self, heard: Heard, live: Live) -> bool:
        if live.rule.where != "building":
            return True
        building = self.about[heard.device.id].get("device.building")
        return live.fits(heard.device, str(building or ""))

    def _hear(self, heard: Heard, live: Live) -> None:
        home = live.rule.of_home
        device = heard.device
        key = (live.id, 0, device.resident_id or 0) if home else (live.id, device.id, 0)
        known = self.runners.get(key)
        if known is None:
            row = self.rows.get(key)
            if row is None and not live.rule.grows and not self._begins(heard, live):
                return
            runner = (row or Kept(key)).runner(live)
            if row is None and not home:
                runner.state = _fresh(heard, live)
            if not home:
                runner.known.points = {p: (v, heard.before_at[p]) for p, v in heard.before.items()}
            known = self.runners[key] = (live, runner, None if home else device)
        runner = known[1]
        if home:
            # Which device says it matters to what is new in it.
            runner.known.points = {p: (v, heard.before_at[p]) for p, v in heard.before.items()}
        runner.known.about = self.about.get(device.id, {})
        runner.hear(heard.said, clock.from_ms(clock.to_ms(heard.at)))

    def _begins(self, heard: Heard, live: Live) -> bool:
        """Whether there is anything to remember: nothing is known of this device so far, and the condition holds."""
        at, said = clock.to_ms(heard.at), heard.said
        if any(heard.before_at.get(point, at) > at for point in live.rule.points & said.keys()):
            return False
        values: dict[str, Scalar] = {}
        for name in live.rule.holds.names:
            match name.place:
                case "":
                    values[name.text] = said.get(name.word)
                case "last":
                    values[name.text] = said.get(name.word, heard.before.get(name.word))
                case "before":
                    values[name.text] = heard.before.get(name.word)
                case _:
                    values[name.text] = self.about.get(heard.device.id, {}).get(name.text)
        return live.rule.holds.certain(values)


def _fresh(heard: Heard, live: Live) -> State:
    """What is known of a device that a rule remembers nothing of: when it last spoke of what the rule asks."""
    said = [heard.before_at[point] for point in live.rule.points if point in heard.before_at]
    at = clock.from_ms(max(said)) if said else None
    return State(heard_at=at, at=at)
