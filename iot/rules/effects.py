"""What comes of a rule: an alarm, and its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from backend.alarms import actions as alarms
from backend.care.health import consenting
from backend.core import clock
from backend.core.access import SYSTEM
from backend.core.i18n import LOCALES, Msg, Text, _, render
from backend.fields.words import Words
from backend.residents import queries as residents
from iot.maintenance import windows as maintenance
from iot.models import Device
from iot.points import BODY, POINTS
from iot.rules.kept import Kept
from iot.rules.loading import Live
from iot.rules.models import DeviceRuleMemory
from iot.rules.running import Runner
from iot.rules.step import Effect
from iot.uplink import Scalar


def act(live: Live, runner: Runner, kept: Kept, device: Device | None) -> None:
    """Do what the runner says, in the caller's transaction. `device` None: the rule watches the home of `kept`'s resident. Of what began and ended by
    itself before we looked nobody is told."""
    for effect in _net(live, [effect for effect, _moment in runner.effects]):
        if effect is Effect.RAISE:
            kept.alarm_id = _raise(live, runner, kept, device)
        else:
            _end(live, kept, device)


def _net(live: Live, effects: Sequence[Effect]) -> list[Effect]:
    found: list[Effect] = []
    for effect in effects:
        if effect is Effect.CLEAR and live.rule.ends and found[-1:] == [Effect.RAISE]:
            found.pop()
        else:
            found.append(effect)
    return found


def open_key(live: Live, kept: Kept, device: Device | None) -> str:
    """One open alarm for each device, or home, and kind."""
    whose = device.subject if device is not None else f"home:{kept.key[2]}"
    return f"{whose}:{live.rule.kind}"


def _raise(live: Live, runner: Runner, kept: Kept, device: Device | None) -> int | None:
    rule = live.rule
    whose = device.resident_id if device is not None else kept.key[2]
    words, measured = _words(live, runner, device, whose)
    key = open_key(live, kept, device)
    if device is not None:
        return maintenance.alarm(
            device,
            rule.kind,
            severity=rule.severity,
            words=words,
            dedupe=key,
            at=clock.now(),
            measured=measured,
        )
    resident_id = kept.key[2]
    return alarms.raise_alarm(
        rule.kind,
        org_id=residents.org_of(resident_id),
        severity=rule.severity,
        words=words,
        source=f"home:{resident_id}",
        resident_id=resident_id,
        dedupe=key,
        measured=measured,
    )


def _end(live: Live, kept: Kept, device: Device | None) -> None:
    """It is over by itself; where a person has to say so, it goes on. So it does while another rule still holds for the same alarm."""
    maintenance.settled(open_key(live, kept, device))
    alarm_id, kept.alarm_id = kept.alarm_id, None
    if alarm_id is None or not live.rule.ends:
        return
    mine = (
        (DeviceRuleMemory.rule_id == kept.key[0])
        & (DeviceRuleMemory.device_id == kept.key[1])
        & (DeviceRuleMemory.resident_id == kept.key[2])
    )
    others = DeviceRuleMemory.select().where(
        (DeviceRuleMemory.alarm_id == alarm_id) & DeviceRuleMemory.raised_at.is_null(False) & ~mine
    )
    if not others.exists():
        alarms.clear(SYSTEM, alarm_id, _("it is over by itself, says the rule “{name}”", name=live.rule.name))


_TO_FEW: Msg = _("(only those who look after her health see the value)")


def _words(
    live: Live, runner: Runner, device: Device | None, whose: int | None
) -> tuple[Words, Words | None]:
    """(what everybody who is told reads, the same with what was measured of somebody's body). The second is None where the rule says nothing of the
    kind, and where she has not agreed that it is kept: an alarm is kept for years."""
    point, value = _value(live, runner)
    if point not in BODY or not any("{value}" in text for text in live.rule.words.values()):
        return Words(_filled(live, device, dict.fromkeys(LOCALES, value))), None
    words = Words(_filled(live, device, {locale: render(_TO_FEW, locale) for locale in LOCALES}))
    if whose is not None and not consenting.stands(whose):
        return words, None
    return words, Words(_filled(live, device, dict.fromkeys(LOCALES, value)))


def _filled(live: Live, device: Device | None, value: Mapping[str, str]) -> Text:
    """As staff wrote it; the device's name stands behind when they left it out."""
    name = (device.name or device.address) if device is not None else ""
    said: Text = {
        locale: text.replace("{name}", name).replace("{value}", value[locale])
        for locale, text in live.rule.words.items()
    }
    if not name or any("{name}" in text for text in live.rule.words.values()):
        return said
    return _("{what} Device: {name}.", what=said, name=name)


def _value(live: Live, runner: Runner) -> tuple[str, str]:
    """The first point that the condition asks for and that has a value, with its value and unit; empty where none has."""
    for name in live.rule.holds.names:
        known = runner.known.points.get(name.word) if name.point else None
        if known is not None:
            return name.word, shown(name.word, known[0])
    return "", ""


def shown(point: str, value: Scalar) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:g} {POINTS[point].unit}".strip() if point in POINTS else f"{value:g}"
