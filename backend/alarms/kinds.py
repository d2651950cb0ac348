"""The kinds of alarm: what each is called, its ladder, and the answers that fit it."""

from __future__ import annotations

from dataclasses import dataclass

from backend.alarms.ladder import Policy, Rung
from backend.core.i18n import Msg, _

SEVERITIES: dict[str, Msg] = {
    "critical": _("Critical"),
    "warning": _("Warning"),
    "info": _("Notice"),
}
RUNGS: dict[str, Msg] = {
    "family": _("the family"),
    "volunteer": _("the neighbours"),
    "grid_worker": _("the grid worker"),
    "duty_desk": _("the duty desk"),
    "community_admin": _("the community admin"),
}
ENDS = frozenset({"safe", "false_alarm"})
"""Answers that clear the alarm; `cannot` sends it on, every other one says that something is being done."""
CALLS = frozenset({"sos", "asked_for_help"})
"""Kinds where somebody called for help, and waits to hear who comes."""
FIRES = frozenset({"smoke", "gas", "too_hot"})
"""Kinds where the fire brigade is called, not the ambulance."""
AT_HOME = frozenset({"smoke", "gas"})
"""Kinds where whoever lives there has to go outside: she is told as well (see `at_home`)."""
ABOUT_HER = CALLS | {"no_movement", "missed_checkin", "visit_trouble", "geofence"}
"""Kinds where she herself is in need: who goes to her goes for all of them."""
SINGLE = CALLS | {"fall", "no_movement", "visit_trouble", "geofence"}
"""Kinds where each is one person in need of somebody: staff are told of every one by itself, however many there are (see `storms`)."""
ANSWERS = ("going", "safe", "false_alarm", "called_120", "called_119", "cannot")


@dataclass(frozen=True, slots=True)
class Kind:
    """`answers`: what is offered, in order: a keypad's first digit is the first."""

    title: Msg
    policy: Policy
    answers: tuple[str, ...]


def _ladder(**minutes: int) -> Policy:
    return tuple(Rung(who, wait) for who, wait in minutes.items())


_QUICK = _ladder(family=3, volunteer=3, grid_worker=4, duty_desk=4, community_admin=5)
_STEADY = _ladder(family=10, volunteer=10, grid_worker=15, duty_desk=15, community_admin=10)

_OUTSIDE = _ladder(grid_worker=10, duty_desk=10, community_admin=10)
"""Things of the community: no family of anybody is woken for them."""

KINDS: dict[str, Kind] = {
    "sos": Kind(_("Cry for help"), _QUICK, ("going", "cannot", "called_120", "safe", "false_alarm")),
    "asked_for_help": Kind(_("Asks for help"), _QUICK, ("going", "cannot", "called_120", "safe")),
    "missed_checkin": Kind(_("No sign of life"), _STEADY, ("safe", "going", "cannot", "called_120")),
    "smoke": Kind(_("Smoke"), _QUICK, ("going", "called_119", "cannot", "safe", "false_alarm")),
    "gas": Kind(_("Gas"), _QUICK, ("going", "called_119", "cannot", "safe", "false_alarm")),
    "water_leak": Kind(_("Water on the floor"), _STEADY, ("going", "cannot", "safe", "false_alarm")),
    "fall": Kind(_("Fall"), _QUICK, ("going", "cannot", "called_120", "safe", "false_alarm")),
    "geofence": Kind(
        _("Left the safe area"), _QUICK, ("going", "cannot", "called_120", "safe", "false_alarm")
    ),
    "no_movement": Kind(
        _("No movement at home"), _STEADY, ("safe", "going", "cannot", "called_120", "false_alarm")
    ),
    "water_use": Kind(_("Unusual use of water"), _STEADY, ("safe", "going", "cannot", "false_alarm")),
    "door_left_open": Kind(_("Door left open"), _STEADY, ("going", "cannot", "safe", "false_alarm")),
    "manhole": Kind(_("Manhole cover moved"), _OUTSIDE, ("going", "cannot", "safe", "false_alarm")),
    "tilt": Kind(_("Tilted"), _OUTSIDE, ("going", "cannot", "safe", "false_alarm")),
    "too_hot": Kind(
        _("Too hot"),
        _ladder(family=5, volunteer=5, grid_worker=10, duty_desk=10, community_admin=10),
        ("going", "called_119", "cannot", "safe", "false_alarm"),
    ),
    "battery_low": Kind(
        _("Battery low"),
        _ladder(grid_worker=2_880, duty_desk=2_880, community_admin=2_880),
        ("going", "cannot", "safe"),
    ),
    "device_notice": Kind(_("Device reports"), _STEADY, ("going", "cannot", "safe", "false_alarm")),
    "camera": Kind(_("Camera event"), _STEADY, ("going", "cannot", "safe", "false_alarm")),
    "visit_overdue": Kind(
        _("Visit overdue"),
        _ladder(grid_worker=30, duty_desk=30, community_admin=30),
        ("going", "cannot", "safe"),
    ),
    "visit_trouble": Kind(_("Trouble found at a visit"), _QUICK, ("going", "cannot", "called_120", "safe")),
    "health_limit": Kind(
        _("Health value out of bounds"),
        _ladder(family=30, grid_worker=30, duty_desk=60, community_admin=60),
        ("going", "safe", "cannot", "called_120"),
    ),
    "care_stuck": Kind(
        _("Check-in stands still"),
        _ladder(duty_desk=10, community_admin=10, grid_worker=10),
        ("safe", "going", "cannot"),
    ),
    "long_away": Kind(
        _("Long away, no word"),
        _ladder(grid_worker=720, duty_desk=720, community_admin=720),
        ("safe", "going", "cannot"),
    ),
    "unreached": Kind(
        _("Cannot be reached any more"),
        _ladder(duty_desk=480, grid_worker=480, community_admin=480),
        ("safe", "going", "cannot"),
    ),
    "device_silent": Kind(
        _("Device silent"),
        _ladder(grid_worker=480, duty_desk=480, community_admin=480),
        ("going", "cannot", "false_alarm"),
    ),
    "device_offline": Kind(
        _("Device offline"),
        _ladder(grid_worker=480, duty_desk=480, community_admin=480),
        ("going", "cannot", "false_alarm"),
    ),
    "devices_silent": Kind(
        _("Many devices silent"),
        _ladder(duty_desk=15, grid_worker=15, community_admin=30),
        ("going", "cannot", "false_alarm"),
    ),
    "device_place": Kind(
        _("Where are these devices?"),
        _ladder(duty_desk=480, grid_worker=480, community_admin=480),
        ("going", "safe", "cannot"),
    ),
    "unheard": Kind(
        _("A device calls for help, and it could not be dealt with"),
        _ladder(duty_desk=3, grid_worker=3, community_admin=4),
        ("going", "cannot", "called_120", "called_119", "safe", "false_alarm"),
    ),
    "devices_unread": Kind(
        _("Devices cannot be read"),
        _ladder(duty_desk=15, grid_worker=15, community_admin=30),
        ("going", "cannot", "false_alarm"),
    ),
}
