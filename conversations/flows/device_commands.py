"""Staff who answer an alarm of a device tell it something from their chat: sound the siren, open the door. One question before each."""

from __future__ import annotations

from backend.alarms import queries as alarms
from backend.core.access import Actor
from backend.core.errors import NotFound
from backend.core.i18n import _
from backend.fields.words import Option, Words
from backend.staff import queries as staff
from conversations.flow import Answer, Command, Person
from iot.commands import actions as commands
from iot.registry.abilities import ACTS


def offers(person: Person, alarm_id: int) -> tuple[Option, ...]:
    """What this alarm's device can be told by who answers; nothing in a call to us, where nobody knows who she is."""
    if person.staff_id is None or not person.certain:
        return ()
    device_id = alarms.by_id(alarm_id).device_id
    if device_id is None:
        return ()
    offered = commands.offered_at(staff.actor_by_id(person.staff_id), device_id)
    return tuple(Option(f"device.ask:{alarm_id}.{name}", title) for name, title in offered)


def _meant(person: Person, argument: str) -> tuple[Actor, int, int, str]:
    """(who, which alarm, its device, what). Raises NotFound."""
    number, _dot, name = argument.partition(".")
    if (
        person.staff_id is None
        or not person.certain
        or not number.isdecimal()
        or len(number) > 9
        or name not in ACTS
    ):
        raise NotFound()
    actor = staff.actor_by_id(person.staff_id)
    alarm = alarms.seen_by(actor, int(number))
    if alarm.device_id is None:
        raise NotFound()
    return actor, alarm.id, alarm.device_id, name


def _ask(person: Person, argument: str) -> Answer:
    _actor, alarm_id, device_id, name = _meant(person, argument)
    facts = {"what": ACTS[name].title, "device": commands.called(device_id)}
    return Answer.of(
        Words(
            _("{what} at {device}: now?", **facts),
            options=(
                Option(f"device.do:{alarm_id}.{name}", _("Yes: {what}", what=ACTS[name].title), _("Yes")),
                Option(f"alarm.list:{alarm_id}", _("No"), _("No")),
            ),
        )
    )


def _do(person: Person, argument: str) -> Answer:
    actor, alarm_id, device_id, name = _meant(person, argument)
    commands.ask(actor, device_id, name, alarm_id=alarm_id)
    return Answer.of(
        Words(
            _("It is on its way. If the device does not answer, I tell you."),
            _("On its way. Without an answer I tell you."),
        )
    )


COMMANDS = [
    Command("device.ask", _ask, audience="staff"),
    Command("device.do", _do, audience="staff"),
]
