"""The rules that are shipped: data of the same kind as those of staff, whole rows in the same tables. Nobody changes them: an Org that wants another one
copies it, and the copy takes its place there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import peewee

from backend.core import audit, clock
from backend.core.access import SYSTEM
from backend.core.db import savepoint, transaction
from backend.core.i18n import LOCALES, Msg, _, render
from iot.rules import loading
from iot.rules.definition import Definition
from iot.rules.models import DeviceRule, DeviceRuleVersion

MINUTES, HOURS = 60, 3_600


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """`live`: it is harmless enough to begin with; the others wait until an Org copies them. `why` is shown beside it."""

    key: str
    name: Msg
    why: Msg
    words: Msg
    condition: str
    kind: str
    severity: str
    live: bool = True
    clear: str = ""
    lasts: int = 0
    times: int = 1
    within: int = 0
    ends: bool = True

    def definition(self) -> Definition:
        return Definition(
            render(self.name, "zh_CN"),
            self.condition,
            self.kind,
            self.severity,
            {locale: render(self.words, locale) for locale in LOCALES},
            clear=self.clear,
            lasts=self.lasts,
            times=self.times,
            within=self.within,
            ends=self.ends,
        )


_SHIPPED = (
    BuiltIn(
        "door_left_open",
        _("Door left open"),
        _("A door or window that has stood open for a quarter of an hour. For some doors that is usual: copy it, and name the devices."),
        _("The door has been open for 15 minutes."),
        "door_open",
        "door_left_open",
        "warning",
        live=False,
        lasts=15 * MINUTES,
    ),
    BuiltIn(
        "manhole",
        _("Manhole cover moved"),
        _("A cover that was moved or opened. Somebody has to look and close the alarm, also when it lies right again."),
        _("The cover reports that it was moved or opened. Somebody may fall in: please secure the place."),
        "moved",
        "manhole",
        "critical",
        ends=False,
    ),
    BuiltIn(
        "tilt",
        _("Tilted"),
        _("A pole, a wall or a cover that leans by more than 15 degrees, in two messages. It ends below 10."),
        _("It leans by {value}. It may fall: please keep people away and have a look."),
        "tilt > 15 or tilt < -15",
        "tilt",
        "warning",
        clear="tilt < 10 and tilt > -10",
        times=2,
        ends=False,
    ),
    BuiltIn(
        "no_movement",
        _("No movement of somebody who lives alone"),
        _("No motion sensor, door or switch in the home of somebody of 60 or more, who lives alone and is not away, has noticed anybody for 12 hours."),
        _("Nothing at home has noticed anybody for 12 hours. Please call her or look in; it may also be that a sensor does not work."),
        "home.quiet > hours(12) and home.alone and home.age >= 60 and not home.away",
        "no_movement",
        "warning",
        clear="home.quiet < minutes(10) or home.away",
    ),
    BuiltIn(
        "water_none",
        _("No water used for a day"),
        _("The meter of somebody of 60 or more, who lives alone and is not away, still reports and has not moved for 24 hours."),
        _("No water was used for 24 hours. Please ask whether all is well."),
        "since.water_total > hours(24) and ago.water_total < hours(13) and home.alone and home.age >= 60 and not home.away",
        "water_use",
        "warning",
        clear="since.water_total < hours(1) or home.away",
    ),
    BuiltIn(
        "water_runs",
        _("Water runs without a pause"),
        _("A meter that has not stood still for an hour and a half in the last 24 hours, told in 20 messages or more: a leak, or a tap left open."),
        _("Water has run without a pause for 24 hours. Please look for a leak or an open tap."),
        # Not from message to message: the same frame told again a minute later is no pause, and a meter that stands still is no flow.
        "since.water_total < minutes(90)",
        "water_use",
        "warning",
        lasts=24 * HOURS,
        times=20,
    ),
    BuiltIn(
        "battery_low",
        _("Battery low"),
        _("A battery below 15 %, or a device that says so itself. It ends above 30 %."),
        _("The battery is low. Please change it in the next days."),
        "battery < 15 or battery_low",
        "battery_low",
        "info",
        clear="battery > 30 or (not battery_low and not known(battery))",
    ),
    BuiltIn(
        "too_hot",
        _("Too hot"),
        _("55 °C or more, in two messages: hotter than any room. It ends below 45 °C."),
        _("It is {value} hot there. There may be a fire."),
        "temperature >= 55",
        "too_hot",
        "critical",
        clear="temperature < 45",
        times=2,
    ),
)  # fmt: skip
BUILT_IN: dict[str, BuiltIn] = {one.key: one for one in _SHIPPED}


def ensure() -> int:
    """Bring them into the database, a new version of those that say something new; returns how many changed."""
    known = {row.built_in: row for row in DeviceRule.select().where(DeviceRule.built_in.is_null(False))}
    changed = 0
    for key, shipped in BUILT_IN.items():
        definition = shipped.definition().to_json()
        row = known.get(key)
        if row is None or _definition(row) != definition:
            with transaction():
                changed += _write(key, row, definition, live=shipped.live)
    return changed


def _definition(row: DeviceRule) -> Any:
    which = (DeviceRuleVersion.rule_id == row.id) & (DeviceRuleVersion.number == row.version)
    return DeviceRuleVersion.get(which).definition


def _write(key: str, row: DeviceRule | None, definition: Any, *, live: bool) -> int:
    now = clock.now()
    number = row.version + 1 if row is not None else 1
    values = {
        "name": definition["name"], "state": "live" if live else "draft", "version": number, "live_version": number if live else None,
        "revision": loading.next_revision(), "changed_at": now, "by_name": SYSTEM.name,
    }  # fmt: skip
    if row is None:
        try:
            with savepoint():
                row = DeviceRule.create(built_in=key, created_at=now, **values)
        except peewee.IntegrityError:
            return 0  # another process was faster
    else:
        DeviceRule.update(**values).where(DeviceRule.id == row.id).execute()
    DeviceRuleVersion.create(
        rule_id=row.id, number=number, definition=definition, at=now, by_name=SYSTEM.name
    )
    audit.record(SYSTEM, "device_rule.ship", row.subject, after=definition)
    return 1
