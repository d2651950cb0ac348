"""What is said to a device: asked for by staff, written down, sent by the ingest process once it is committed, and told how it went.

A command that must never happen twice (a door that opens) is given up when it was not sent within ONCE, and when it is not known whether it was.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import peewee

from backend.alarms import remarks
from backend.core import access, audit, clock, live, sweep
from backend.core.access import Actor
from backend.core.db import Instant, Model, transaction
from backend.core.errors import Conflict, Forbidden, Invalid, NotFound
from backend.core.i18n import Msg, Text, _
from backend.fields.words import Words
from backend.messaging import say
from backend.messaging.people import StaffMember
from iot.commands import downlinks
from iot.heard import Heard
from iot.mapping import same
from iot.models import Device, DeviceProfile
from iot.registry import devices
from iot.registry.abilities import ACTS, Ability, Setting, filled
from iot.uplink import Uplink

COMMAND = "device.command"
ONCE = timedelta(seconds=30)
LATER = timedelta(minutes=5)
"""How long a command may wait for the broker; one that must not happen twice no longer than ONCE."""
ANSWER = timedelta(seconds=60)
KEPT = timedelta(hours=24)
"""How long an answer is waited for: of a device that listens, and of one that wakes up now and then."""
_KEEPING = ("application/", "v3/")
"""Topics of networks that say themselves whether a device has taken a command."""
LONGEST_TOPIC = 200
"""A topic for commands that is longer is not known at all: cut off it would be another device's."""
UNDER_WAY = ("waiting", "sending", "sent")
STATES: dict[str, tuple[Msg, str]] = {
    "waiting": (_("is being sent"), "attention"),
    "sending": (_("is being sent"), "attention"),
    "sent": (_("sent, no answer yet"), "attention"),
    "told": (_("sent; this device does not answer"), "calm"),
    "confirmed": (_("the device has done it"), "good"),
    "failed": (_("did not work"), "urgent"),
    "expired": (_("given up"), "urgent"),
}
_NOT_SENT = "not sent in time"
_UNKNOWN = "not known whether it was sent"
_NO_ANSWER = "no answer"
_REFUSED = "the device refused"
WHYS: dict[str, Msg] = {
    _NOT_SENT: _("It could not be sent in time. Nothing happened."),
    _UNKNOWN: _("It is not known whether it went out, so it was not sent again. Please look yourself."),
    _NO_ANSWER: _("The device has not answered. Please look yourself."),
    _REFUSED: _("The device refused."),
}


class DeviceCommand(Model):
    """One command. `state`: waiting, sending (the broker may have it), sent, told (no answer is to be expected), confirmed (the device said so), failed,
    expired. `expects`: what the device says when it has done it, by Point or its own name. `once`: it must never happen twice."""

    device_id = peewee.IntegerField(index=True)
    name = peewee.CharField(40)
    key = peewee.CharField(36, unique=True)
    topic = peewee.CharField(250)
    payload = peewee.TextField()
    expects = peewee.JSONField()
    once = peewee.BooleanField()
    state = peewee.CharField(10)
    why = peewee.CharField(200, default="")
    by_name = peewee.CharField(80)
    staff_id = peewee.IntegerField(null=True)
    alarm_id = peewee.IntegerField(null=True)
    made_at = Instant()
    expires_at = Instant()
    sent_at = Instant(null=True)
    done_at = Instant(null=True)


DeviceCommand.add_index(
    DeviceCommand.expires_at, where=DeviceCommand.state.in_(UNDER_WAY), name="device_command_under_way"
)


# --- asking ----------------------------------------------------------------------------------------------------


def ask(actor: Actor, device_id: int, name: str, *, alarm_id: int | None = None) -> DeviceCommand:
    """Have the device do one of ACTS that its model knows. A second one while the first is under way is the first. Raises NotFound, Forbidden,
    Conflict, Invalid."""
    with transaction():
        device, its = _checked(actor, device_id)
        known = next((one for one in abilities(its) if one.name == name), None)
        if known is None:
            raise Invalid(_("This device’s model does not know that."))
        expects = {known.expects[0]: known.expects[1]} if known.expects else None
        return _make(actor, device, name, known.said, expects, once=ACTS[name].once, alarm_id=alarm_id)


def tell(actor: Actor, device_id: int, setting: Setting, value: int) -> DeviceCommand:
    """Have the device set this. Raises as `ask`."""
    with transaction():
        device, _its = _checked(actor, device_id)
        said = filled(setting.said, value)
        return _make(actor, device, f"set_{setting.key}", said, {setting.name: str(value)}, once=False)


def abilities(its: DeviceProfile | None) -> list[Ability]:
    """What devices of this model can be told; nothing while nobody has approved it."""
    if its is None or its.state != "approved":
        return []
    return [Ability.from_json(one) for one in its.commands or ()]


def offered(actor: Actor, device: Device) -> list[tuple[str, Msg]]:
    """(name, what it is called) of the commands that the actor may give it and that it can be given now."""
    return [(name, title) for name, title, why in _known(actor, device) if why is None]


def refused(actor: Actor, device: Device) -> list[tuple[Msg, Msg]]:
    """(what it is called, why not) of those that its model knows and that it cannot be given: staff read that before they need it."""
    return [(title, why) for _name, title, why in _known(actor, device) if why is not None]


def _known(actor: Actor, device: Device) -> list[tuple[str, Msg, Msg | None]]:
    if device.status != "active" or device.org_id is None or not access.may(actor, COMMAND, device.org_id):
        return []
    its = DeviceProfile.get_or_none(DeviceProfile.id == device.profile_id)
    return [(one.name, ACTS[one.name].title, _why_not(device, one.name)) for one in abilities(its)]


def _why_not(device: Device, name: str) -> Msg | None:
    spoken = downlinks.format_of(device.address, device.reply)
    if not spoken:
        return _("This device takes no commands, or has not been heard yet.")
    if name not in ACTS or not ACTS[name].once:
        return None
    if spoken in downlinks.KEEPING:
        return _(
            "Its network keeps commands until the device wakes: a door must not open at some later time."
        )
    if device.online is False:
        # The broker would keep it for a session that comes back hours later.
        return _("It is not connected now: a door must not open at some later time.")
    return None


def offered_at(actor: Actor, device_id: int) -> list[tuple[str, Msg]]:
    """The same by its number; nothing where there is no such device."""
    device = Device.get_or_none(Device.id == device_id)
    return offered(actor, device) if device is not None else []


def called(device_id: int) -> str:
    """What people call this device."""
    device = Device.get_or_none(Device.id == device_id)
    return _called(device) if device is not None else ""


def _checked(actor: Actor, device_id: int) -> tuple[Device, DeviceProfile]:
    device = devices.seen(actor, device_id)
    if device.status != "active" or device.profile_id is None:
        raise Conflict(_("Please say first what this device is and where."))
    if device.org_id is None:
        raise Forbidden()
    access.check(actor, COMMAND, device.org_id)
    its = devices.profile(device.profile_id)
    if its.state != "approved":
        raise Conflict(_("Please approve the device’s model first."))
    return device, its


def _make(
    actor: Actor,
    device: Device,
    name: str,
    said: str,
    expects: dict[str, str] | None,
    *,
    once: bool,
    alarm_id: int | None = None,
) -> DeviceCommand:
    open_one = DeviceCommand.get_or_none(
        (DeviceCommand.device_id == device.id)
        & (DeviceCommand.name == name)
        & DeviceCommand.state.in_(UNDER_WAY if once else ("waiting", "sending"))
    )
    if open_one is not None:
        return open_one  # type: ignore[no-any-return]
    if (why := _why_not(device, name)) is not None:
        raise Invalid(why)
    key, now = str(uuid.uuid4()), clock.now()
    message = downlinks.downlink(device.address, device.reply, name, said, key)
    made: DeviceCommand = DeviceCommand.create(
        device_id=device.id, name=name, key=key, topic=message.topic, payload=message.payload, once=once, state="waiting",
        expects=message.expects if expects is None else expects, by_name=actor.name[:80],
        staff_id=actor.id if actor.kind == "staff" else None, alarm_id=alarm_id, made_at=now,
        expires_at=now + (ONCE if once else LATER),
    )  # fmt: skip
    audit.record(
        actor,
        "device.command",
        device.subject,
        org_id=device.org_id,
        after={"command": name, "alarm": alarm_id},
    )
    if alarm_id is not None:
        remarks.add(
            alarm_id,
            _("{name} told {device}: {what}.", name=actor.name, device=_called(device), what=title(made)),
        )
    _changed(made)
    return made


# --- sending ---------------------------------------------------------------------------------------------------


def claim() -> list[DeviceCommand]:
    """What is to be sent now; the caller is the only one who sends. What waited too long is given up."""
    if not DeviceCommand.select().where(DeviceCommand.state == "waiting").exists():
        return []
    with transaction():
        now = clock.now()
        found = list(
            DeviceCommand.select().where(DeviceCommand.state == "waiting").order_by(DeviceCommand.id)
        )
        for one in found:
            if one.expires_at <= now:
                _end(one, "expired", _NOT_SENT)
            else:
                one.state = "sending"
                one.save()
        return [one for one in found if one.state == "sending"]


def sent(command: DeviceCommand) -> None:
    """The broker has it. An answer may have come before."""
    keeping = command.topic.startswith(_KEEPING)
    answers = bool(command.expects) or keeping or command.topic.startswith("linli/")
    now = clock.now()
    with transaction():
        DeviceCommand.update(
            state="sent" if answers else "told",
            sent_at=now,
            expires_at=now + (KEPT if keeping else ANSWER),
            done_at=None if answers else now,
        ).where((DeviceCommand.id == command.id) & (DeviceCommand.state == "sending")).execute()
        _changed(command)


def not_sent(command: DeviceCommand) -> None:
    """The broker did not take it, as far as we know. It is sent again, save where that might do it twice."""
    with transaction():
        fresh = DeviceCommand.get_by_id(command.id)
        if fresh.state != "sending":
            return
        if fresh.once:
            _end(fresh, "failed", _UNKNOWN)
        else:
            fresh.state = "waiting"
            fresh.save()


def take_up() -> None:
    """What a sender left that ended in the middle."""
    for one in DeviceCommand.select().where(DeviceCommand.state == "sending"):
        not_sent(one)


# --- answers ---------------------------------------------------------------------------------------------------


def listen(batch: Sequence[Heard]) -> None:
    """See `iot.heard.Listener`: where devices take commands, and what they have done of what they were told."""
    for heard in batch:
        if heard.uplink.reply != heard.device.reply and 0 < len(heard.uplink.reply) <= LONGEST_TOPIC:
            heard.device.reply = heard.uplink.reply
            Device.update(reply=heard.device.reply).where(Device.id == heard.device.id).execute()
    if not batch:
        return
    found = list(
        DeviceCommand.select().where(DeviceCommand.state.in_(("sending", "sent"))).order_by(DeviceCommand.id)
    )
    if not found:
        return
    for heard in batch:
        for one in found:
            if (
                one.device_id == heard.device.id
                and one.state in ("sending", "sent")
                and heard.received >= one.made_at
            ):
                _compare(one, heard)


def _compare(one: DeviceCommand, heard: Heard) -> None:
    said = {**heard.uplink.values, **heard.values}
    if said.get("answer") == one.key:
        _end(one, *(("failed", _REFUSED) if said.get("ok") is False else ("confirmed", "")))
    elif one.expects and all(name in said and same(said[name], value) for name, value in one.expects.items()):
        _end(one, "confirmed", "")


def answered(device_id: int, uplink: Uplink) -> None:
    """A network says what became of a command: `answer` is its key, `ok` whether the device has taken it."""
    if uplink.values.get("answer"):
        one = DeviceCommand.get_or_none(
            (DeviceCommand.key == str(uplink.values["answer"])) & (DeviceCommand.device_id == device_id)
        )
        if one is not None and one.state in UNDER_WAY:
            refused = _NO_ANSWER if one.topic.startswith(_KEEPING) else _REFUSED
            _end(one, *(("confirmed", "") if uplink.values.get("ok") is True else ("failed", refused)))


def time_out() -> int:
    """Tell who asked for a command that it was not answered, or not sent because nobody sends; returns how many."""
    due = DeviceCommand.select(DeviceCommand.id).where(
        DeviceCommand.state.in_(UNDER_WAY) & (DeviceCommand.expires_at <= clock.now())
    )
    return sweep.each("commands.time_out", [row.id for row in due], _time_out)


def _time_out(command_id: int) -> int:
    with transaction():
        one = DeviceCommand.get_by_id(command_id)
        if one.state not in UNDER_WAY or one.expires_at > clock.now():
            return 0
        why = {"waiting": _NOT_SENT, "sending": _UNKNOWN}.get(one.state, _NO_ANSWER)
        _end(one, "expired" if one.state == "waiting" else "failed", why)
        return 1


def _end(one: DeviceCommand, state: str, why: str) -> None:
    one.state, one.why, one.done_at = state, why, clock.now()
    one.save()
    _changed(one)
    device = Device.get_by_id(one.device_id)
    facts: dict[str, Text] = {"what": title(one), "device": _called(device)}
    if one.alarm_id is not None and not why:
        remarks.add(one.alarm_id, _("{device} has done it: {what}.", **facts))
    if why:
        facts["why"] = WHYS[why]
    if one.alarm_id is not None and why:
        remarks.add(one.alarm_id, _("“{what}” at {device}: {why}", **facts))
    if state in ("failed", "expired") and one.staff_id is not None:
        words = Words(_("“{what}” at {device}: {why}", **facts))
        say(
            StaffMember(one.staff_id), words, purpose="device", queue="alerts", about=device.subject,
            dedupe=f"command:{one.id}",
        )  # fmt: skip


def _called(device: Device) -> str:
    return device.name or device.address


def _changed(one: DeviceCommand) -> None:
    live.publish(live.ADMIN, {"kind": "device", "id": one.device_id})


# --- what pages show -------------------------------------------------------------------------------------------


def title(one: DeviceCommand) -> Text:
    known = ACTS.get(one.name)
    return known.title if known else _("Setting {name}", name=one.name.removeprefix("set_"))


def of_device(device_id: int, limit: int = 10) -> list[DeviceCommand]:
    """The last ones, the newest first."""
    query = DeviceCommand.select().where(DeviceCommand.device_id == device_id)
    return list(query.order_by(DeviceCommand.id.desc()).limit(limit))


def by_id(command_id: int) -> DeviceCommand:
    """Raises NotFound."""
    found = DeviceCommand.get_or_none(DeviceCommand.id == command_id)
    if found is None:
        raise NotFound()
    return found  # type: ignore[no-any-return]


def over_before(moment: datetime) -> Any:
    """A condition: over, and asked for before then."""
    return DeviceCommand.state.not_in(UNDER_WAY) & (DeviceCommand.made_at < moment)
