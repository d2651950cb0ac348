"""What raises an alarm at once, without a rule of staff: smoke, gas, water, a help button, a fall."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.alarms import actions as alarms
from backend.alarms import queries
from backend.core import clock
from backend.core.i18n import LOCALES, Msg, _
from backend.fields.dates import Date
from backend.fields.words import Words
from iot.heard import Heard
from iot.maintenance import windows as maintenance
from iot.models import Device
from iot.points import SAFETY
from iot.registry import devices
from iot.uplink import Scalar

STALE = timedelta(hours=24)
"""What a device tells so late is kept, and nobody is woken for it, unless lives hang on it."""
IMPLAUSIBLE = timedelta(days=30)
"""Nobody keeps a cry for help for so long: a device that says so now has a wrong clock, and means now."""
KEPT_BY_BROKER = timedelta(minutes=10)
"""A retained message is a picture of some earlier moment: older than this it raises nothing."""
_DAY = Date("at")
STILL = timedelta(minutes=10)
"""Smoke that was called a false alarm may take so long to clear; after that it is another matter."""


@dataclass(frozen=True, slots=True)
class Cause:
    """`again`: each time counts as a new one (a button), not only the change from no to yes."""

    kind: str
    severity: str
    words: Msg
    again: bool = False


CAUSES: dict[str, Cause] = {
    "smoke": Cause("smoke", "critical", _("The smoke detector reports smoke.")),
    "gas": Cause(
        "gas", "critical", _("The gas detector reports gas. Please do not use switches or flames there.")
    ),
    "carbon_monoxide": Cause(
        "gas", "critical", _("The detector reports carbon monoxide. Please open the windows and go outside.")
    ),
    "water_leak": Cause("water_leak", "warning", _("The water sensor reports water on the floor.")),
    "sos": Cause("sos", "critical", _("The help button was pressed."), again=True),
    "video_event": Cause("camera", "warning", _("The camera reports something."), again=True),
    "fall": Cause("fall", "critical", _("The sensor reports a fall."), again=True),
}


def listen(batch: Sequence[Heard]) -> None:
    """Raise what these readings call for; an open alarm of the same device and kind gets a line more."""
    for heard in batch:
        if heard.trusted and heard.device.org_id is not None:
            if not late(heard):
                _act(heard)
            elif not heard.uplink.retained and not heard.replayed:
                _act_late(heard)


def late(heard: Heard) -> bool:
    """Whether it is too long ago to wake anybody for."""
    age = heard.received - heard.at
    if heard.uplink.retained:
        return age > KEPT_BY_BROKER
    return STALE < age <= IMPLAUSIBLE


def _act(heard: Heard) -> None:
    device = heard.device
    for point, value in heard.values.items():
        cause = CAUSES.get(point)
        if cause is None:
            continue
        before = heard.before.get(point)
        if value is False and before is True and heard.before_at.get(point, 0) <= clock.to_ms(heard.at):
            maintenance.settled(f"{device.subject}:{point}")
        if value is True and _counts(heard, cause, changed=before is not True):
            _raise(heard, point, cause, _("{what} Device: {name}.", what=cause.words, name=_name(device)))


def _act_late(heard: Heard) -> None:
    """It came just now, and by the device's clock it was days ago: that clock is wrong, or nobody could be told until now. Where lives
    hang on it, either is a reason to look."""
    for point, value in heard.values.items():
        cause = CAUSES.get(point)
        if cause is None or point not in SAFETY or value is not True:
            continue
        if _counts(heard, cause, changed=heard.before.get(point) is not True):
            words = _(
                "{what} Device: {name}. The device says that this was on {when}, but it came only now: its clock is wrong, or nobody could be told. Please look all the same.",
                what=cause.words,
                name=_name(heard.device),
                when=_moment(heard.at),
            )
            _raise(heard, point, cause, words)


def _moment(at: datetime) -> dict[str, str]:
    here = clock.local(at)
    return {locale: f"{_DAY.show(here.date(), locale)} {here:%H:%M}" for locale in LOCALES}


def _raise(heard: Heard, point: str, cause: Cause, words: Msg) -> None:
    """Each Point by itself: who was told of gas has not been told to go outside for carbon monoxide."""
    maintenance.alarm(
        heard.device,
        cause.kind,
        severity=cause.severity,
        words=Words(words),
        dedupe=f"{heard.device.subject}:{point}",
        at=heard.received,
    )


def over(device: Device, values: Mapping[str, Scalar], now: datetime) -> bool:
    """Whether one of these values calls for help, and what it called for before is over, if it ever called: then the same words are another call."""
    for point in SAFETY & values.keys():
        if values[point] is not True or queries.open_under(f"{device.subject}:{point}") is not None:
            continue
        last = queries.latest(device.subject, CAUSES[point].kind)
        if last is None or last[1] is None or now - last[1] > STILL:
            return True
    return False


def plainly(heard: Heard) -> None:
    """Tell staff of what could not be told in the usual way, where somebody's life may hang on it."""
    device = heard.device
    found = [CAUSES[point].words for point, said in heard.values.items() if said is True and point in SAFETY]
    if found and heard.trusted and device.org_id is not None:
        words = _(
            "{what} Device: {name}. The alarm could not be raised in the usual way: please look there yourself, now.",
            what=found[0],
            name=_name(device),
        )
        alarms.raise_alarm(
            "unheard",
            org_id=device.org_id,
            severity="critical",
            words=Words(words),
            source=device.subject,
            dedupe=f"{device.subject}:unheard",
            device_id=device.id,
        )


def _name(device: Device) -> str:
    return device.name or device.address


def _counts(heard: Heard, cause: Cause, *, changed: bool) -> bool:
    """A button counts each time. A state counts when it begins; one that lasts adds nothing to an open alarm, and counts again when somebody closed that and
    it is still so after a while. What the broker kept comes with each new connection, and what was pressed meanwhile comes besides: without a time of
    its own, it counts when it is the first word of it."""
    if changed:
        return True
    if cause.again:
        return not heard.uplink.retained or heard.uplink.at is not None
    last = queries.latest(heard.device.subject, cause.kind)
    if last is None:
        return True
    status, cleared_at = last
    return status == "cleared" and cleared_at is not None and heard.received - cleared_at > STILL


def _moved(device: Device) -> None:
    """What it says where it goes is another matter than what is still open where it was."""
    for point in (*CAUSES, "unheard", "unread"):
        alarms.part(f"{device.subject}:{point}")


devices.ON_MOVED.append(_moved)
