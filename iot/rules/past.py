"""What a rule would have done: it runs over the readings of the last days, device by device, exactly as it would have run then.

The work stands in the database and is done in portions by the scheduler, so that a long one shows how far it is and holds up nothing. Who lives alone and
who is away is taken as of today.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from backend.core import access, clock, orgs
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.i18n import _
from iot.body import whole
from iot.models import Device, DeviceProfile, Reading
from iot.registry.devices import CHANGE, READ
from iot.rules import about, actions
from iot.rules.about import About, Asked
from iot.rules.definition import Definition
from iot.rules.facts import Known
from iot.rules.loading import Live
from iot.rules.models import DeviceRule, DeviceRuleTest
from iot.rules.running import Runner
from iot.rules.step import Effect

DAYS = (1, 7, 14, 30)
PORTION_S = 1.0
MOST_EPISODES = 200
MOST_MESSAGES = 1_000_000
AT_ONCE = 100
"""Devices of a portion whose facts are read together."""
PAGE = 5_000
"""Readings in memory at a time."""
KEPT = timedelta(days=30)


def begin(
    actor: Actor, rule_id: int, days: int, org_id: int, *, portion_s: float = PORTION_S
) -> DeviceRuleTest:
    """Look at the last days with the newest version, at the devices of an Org and below; what is done within a moment is done at once. Raises NotFound,
    Forbidden, Invalid, Conflict."""
    rule = actions.seen(actor, rule_id)
    access.check(actor, CHANGE, org_id)
    if days not in DAYS:
        raise Invalid(_("Please choose one."), "days")
    waiting = (DeviceRuleTest.by_staff == actor.id) & (DeviceRuleTest.state == "waiting")
    if DeviceRuleTest.select().where(waiting).count() >= 3:
        raise Conflict(_("Three of your tests are still running. Please wait for them."))
    now = clock.now()
    made = DeviceRuleTest(
        rule_id=rule.id, version=rule.version, org_id=org_id, since=now - timedelta(days=days), until=now,
        state="waiting", found=[], by_staff=actor.id, begun_at=now,
    )  # fmt: skip
    _portion(made, portion_s)
    return made


def seen(actor: Actor, test_id: int) -> tuple[DeviceRuleTest, DeviceRule]:
    """Raises NotFound."""
    found = DeviceRuleTest.get_or_none(DeviceRuleTest.id == test_id)
    if found is None or not (access.may(actor, READ, found.org_id) and found.by_staff == actor.id):
        raise NotFound()
    return found, actions.seen(actor, found.rule_id)


def go_on(portion_s: float = PORTION_S) -> int:
    """A portion of the test that waits longest, and away with the old ones; returns how many wait."""
    DeviceRuleTest.delete().where(DeviceRuleTest.begun_at < clock.now() - KEPT).execute()
    waiting = list(
        DeviceRuleTest.select().where(DeviceRuleTest.state == "waiting").order_by(DeviceRuleTest.id)
    )
    if waiting:
        _portion(waiting[0], portion_s)
    return len(waiting)


def _portion(test: DeviceRuleTest, portion_s: float) -> None:
    """Go on for a moment, at least by one device or home."""
    ends = time.monotonic() + portion_s
    rule = DeviceRule.get_by_id(test.rule_id)
    said = actions.says(rule, test.version)
    subjects = _subjects(test, said)
    test.total = len(subjects)
    rest = [number for number in subjects if number > test.cursor]
    facts: dict[int, About] = {}
    for place, number in enumerate(rest):
        if place % AT_ONCE == 0:
            facts = _facts(said, rest[place : place + AT_ONCE])
        _try(test, said, number, facts.get(number, {}))
        test.cursor, test.done = number, test.done + 1
        if test.messages >= MOST_MESSAGES or len(test.found) >= MOST_EPISODES:
            test.problem = "many_messages" if test.messages >= MOST_MESSAGES else "many_episodes"
            break
        if time.monotonic() > ends:
            break
    if test.problem or test.done >= test.total or not rest:
        test.state = "done"
    with transaction():
        test.save()


def _subjects(test: DeviceRuleTest, said: Definition) -> list[int]:
    """The ids of the devices in use that the rule is for, or of the residents whose homes it watches, in order."""
    live = Live(0, 0, "/", "", "", True, said)
    query = (
        Device.select(Device.id, Device.profile_id, Device.resident_id, Device.org_id)
        .join(DeviceProfile, on=(DeviceProfile.id == Device.profile_id))
        .where(Device.org_id.in_(_below(test.org_id)) & (Device.status == "active") & (DeviceProfile.state == "approved"))
    )  # fmt: skip
    fitting = [device for device in query if live.fits(device)]
    if said.of_home:
        return sorted({device.resident_id for device in fitting if device.resident_id is not None})
    return sorted(device.id for device in fitting)


def _below(org_id: int) -> Any:
    return orgs.within((orgs.get(org_id).path,))


def _facts(said: Definition, numbers: list[int]) -> dict[int, About]:
    if said.of_home:
        return about.of_home(numbers)
    devices = list(Device.select().where(Device.id.in_(numbers)))
    models = {
        p.id: p for p in DeviceProfile.select().where(DeviceProfile.id.in_({d.profile_id for d in devices}))
    }
    return about.of(devices, models, Asked(said.asks_place, said.asks_home))


def _try(test: DeviceRuleTest, said: Definition, number: int, facts: About) -> None:
    """One device, or one home, through all of its days."""
    if (
        said.where == "building"
        and not said.of_home
        and str(facts.get("device.building", "")) not in said.which
    ):
        return
    runner = Runner(said, known=Known(about=facts))
    points: dict[int, dict[str, Any]] = {}
    for device_id, at, values in _readings(test, said, number):
        test.messages += 1
        if said.of_home:
            # Each device's last values are its own; when somebody was noticed is the home's.
            runner.known.points = points.setdefault(device_id, {})
        if not said.points.isdisjoint(values):
            runner.hear(values, at)
        if test.messages >= MOST_MESSAGES:
            break
    runner.wait(test.until)
    test.found = [*test.found, *_episodes(runner, number)][:MOST_EPISODES]


def _readings(
    test: DeviceRuleTest, said: Definition, number: int
) -> Iterator[tuple[int, datetime, Mapping[str, Any]]]:
    """In the order in which they were said, a page at a time."""
    whose: Any = [number]
    if said.of_home:
        whose = Device.select(Device.id).where(Device.resident_id == number)
    after: tuple[datetime, int] = (test.since, 0)
    while True:
        later = (Reading.at > after[0]) | ((Reading.at == after[0]) & (Reading.id > after[1]))
        rows: Any = (
            Reading.select(Reading.id, Reading.device_id, Reading.at, Reading.values, Reading.body)
            .where(Reading.device_id.in_(whose) & later & (Reading.at <= test.until))
            .order_by(Reading.at, Reading.id)
            .limit(PAGE)
            .tuples()
        )
        page = list(rows)
        for _id, device_id, at, values, body in page:
            yield device_id, at, whole(values, body)
        if len(page) < PAGE:
            return
        after = (page[-1][2], page[-1][0])


def _episodes(runner: Runner, number: int) -> list[list[int | None]]:
    """[device or resident, raised, ended or None], in milliseconds."""
    found: list[list[int | None]] = []
    for effect, at in runner.effects:
        if effect is Effect.RAISE:
            found.append([number, clock.to_ms(at), None])
        elif found:
            found[-1][2] = clock.to_ms(at)
    return found
