"""A test against the past as a page shows it: how often, when, for which devices, with a line for each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.core import clock
from backend.core.i18n import Msg, _
from backend.residents import queries as residents
from iot.models import Device
from iot.rules.definition import Definition
from iot.rules.models import DeviceRuleTest

WIDTH = 1_000
"""Of a line, in units of its drawing."""
LINES = 40
PROBLEMS: dict[str, Msg] = {
    "many_messages": _("There were more messages than a test looks at. Please test fewer days or fewer devices."),
    "many_episodes": _("It would have been raised so often that the test stopped: it would be too much for anybody."),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Episode:
    """`ended` None: it lasts still. `x` and `width` for its drawing."""

    raised: datetime
    ended: datetime | None
    x: int
    width: int

    @property
    def lasted(self) -> float | None:
        """Seconds."""
        return (self.ended - self.raised).total_seconds() if self.ended is not None else None


@dataclass(frozen=True, slots=True)
class Line:
    """One device, or one home (`device_id` None)."""

    name: str
    device_id: int | None
    episodes: list[Episode]


@dataclass(frozen=True, slots=True)
class Result:
    percent: float
    episodes: int
    a_day: float
    lines: list[Line]
    more: int
    days: list[int]
    problem: Msg | None


def of(run: DeviceRuleTest, said: Definition) -> Result:
    """`days`: where midnights are on a line."""
    by_number: dict[int, list[Episode]] = {}
    for number, raised, ended in run.found:
        by_number.setdefault(number, []).append(_episode(run, raised, ended))
    ordered = sorted(by_number, key=lambda number: -len(by_number[number]))
    names = _names(ordered[:LINES], said)
    lines = [
        Line(names.get(number, f"{number}"), None if said.of_home else number, by_number[number])
        for number in ordered[:LINES]
    ]
    length = run.until - run.since
    return Result(
        100.0 if run.state == "done" else 100.0 * run.done / max(run.total, 1),
        len(run.found),
        len(run.found) / max(length / timedelta(days=1), 1),
        lines,
        max(len(ordered) - LINES, 0),
        _midnights(run),
        PROBLEMS.get(run.problem),
    )


def _episode(run: DeviceRuleTest, raised: int, ended: int | None) -> Episode:
    since, until = clock.to_ms(run.since), clock.to_ms(run.until)
    begins = round((raised - since) * WIDTH / (until - since))
    ends = round(((ended or until) - since) * WIDTH / (until - since))
    # Short ones are still to be seen.
    x = min(begins, WIDTH - 4)
    return Episode(clock.from_ms(raised), clock.from_ms(ended) if ended else None, x, max(ends - x, 4))


def _midnights(run: DeviceRuleTest) -> list[int]:
    first = clock.local(run.since).replace(hour=0, minute=0, second=0, microsecond=0)
    found = []
    for day in range(1, 40):
        at = first + timedelta(days=day)
        if at >= run.until:
            break
        found.append(round((at - run.since) / (run.until - run.since) * WIDTH))
    return found


def _names(numbers: list[int], said: Definition) -> dict[int, str]:
    if said.of_home:
        return {number: who.name for number, who in residents.by_ids(numbers).items()}
    rows = Device.select(Device.id, Device.name, Device.address).where(Device.id.in_(numbers))
    return {device.id: device.name or device.address for device in rows}
