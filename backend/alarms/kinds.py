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
ABOUT_HER = CALLS | {"missed_checkin", "visit_trouble"}
"""Kinds where she herself is in need: who goes to her goes for all of them."""
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

KINDS: dict[str, Kind] = {
    "sos": Kind(_("Cry for help"), _QUICK, ("going", "cannot", "called_120", "safe", "false_alarm")),
    "asked_for_help": Kind(_("Asks for help"), _QUICK, ("going", "cannot", "called_120", "safe")),
    "missed_checkin": Kind(_("No sign of life"), _STEADY, ("safe", "going", "cannot", "called_120")),
    "smoke": Kind(_("Smoke"), _QUICK, ("going", "called_119", "cannot", "safe", "false_alarm")),
    "gas": Kind(_("Gas"), _QUICK, ("going", "called_119", "cannot", "safe", "false_alarm")),
    "water_leak": Kind(_("Water on the floor"), _STEADY, ("going", "cannot", "safe", "false_alarm")),
    "fall": Kind(_("Fall"), _QUICK, ("going", "cannot", "called_120", "safe", "false_alarm")),
    "visit_overdue": Kind(
        _("Visit overdue"),
        _ladder(grid_worker=30, duty_desk=30, community_admin=30),
        ("going", "cannot", "safe"),
    ),
    "visit_trouble": Kind(_("Trouble found at a visit"), _QUICK, ("going", "cannot", "called_120", "safe")),
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
}
