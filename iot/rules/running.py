"""A rule that goes from message to message and from moment to moment, for one device or one home. Pure: the same for what happens now and for the past."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from backend.core import clock
from iot.rules.definition import Definition
from iot.rules.facts import Known
from iot.rules.step import Effect, Facts, State, step
from iot.uplink import Scalar

LOOK = timedelta(minutes=30)
"""So often at least is looked at what can change without a message and without a known moment: who lives in a home, whether she is away."""
MOST_LOOKS = 300
"""Of one long silence; what is left of it is jumped over."""
FAR_S = 40 * 86_400.0
"""What time alone changes later than this is looked at when a message comes."""
_MS = timedelta(milliseconds=1)


@dataclass(slots=True)
class Runner:
    """What a rule keeps of one device or home. After `hear` and `wait`, `effects` holds what is to be done, each with its moment."""

    rule: Definition
    state: State = field(default_factory=State)
    known: Known = field(default_factory=Known)
    effects: list[tuple[Effect, datetime]] = field(default_factory=list)

    def hear(self, said: Mapping[str, Scalar], at: datetime) -> None:
        """A message; what time alone has brought about before it comes first."""
        self.wait(at)
        late = self.state.heard_at is not None and at < self.state.heard_at
        before = self.known.hear(said, clock.to_ms(at))
        if not late:
            self._step(at, said, before)

    def wait(self, until: datetime) -> None:
        """Nothing is said until then, that moment too."""
        looks = 0
        while self.state.wake_at is not None and self.state.wake_at <= until:
            looks += 1
            self._step(self.state.wake_at if looks < MOST_LOOKS else until)

    def look(self, at: datetime) -> None:
        """Begin to watch at that moment, without a message."""
        self._step(at)

    def _step(
        self,
        at: datetime,
        said: Mapping[str, Scalar] | None = None,
        before: Mapping[str, Scalar] | None = None,
    ) -> None:
        facts = self._facts(at, said, before)
        clearable = self.rule.clears is not None
        self.state, effect = step(self.rule.timing, self.state, facts, at, clearable=clearable)
        if effect is not Effect.NONE:
            self.effects.append((effect, self.state.at or at))

    def _facts(
        self, at: datetime, said: Mapping[str, Scalar] | None, before: Mapping[str, Scalar] | None
    ) -> Facts:
        moment = max(at, self.state.at) if self.state.at is not None else at
        rule = self.rule
        values = self.known.values(rule.names, clock.to_ms(moment), said, before)
        turns = [c.changes_in(values) for c in (rule.holds, rule.clears) if c is not None and rule.grows]
        moments = [
            moment + timedelta(seconds=after) + _MS for after in turns if after is not None and after < FAR_S
        ]
        if rule.asks_home and rule.grows:
            moments.append(moment + LOOK)
        clears = rule.clears.holds(values) if rule.clears is not None else None
        return Facts(rule.holds.holds(values), clears, said is not None, min(moments, default=None))

    @property
    def blank(self) -> bool:
        """Whether there is nothing to keep."""
        state = replace(self.state, heard_at=None, at=None)
        return state == State() and not self.rule.grows
