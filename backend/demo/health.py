"""Three weeks of an elder's blood pressure with a limit of her doctor's, and a rule that says who needs what. Nothing here reminds anybody."""

from __future__ import annotations

from datetime import timedelta

from backend.care.health import consenting, limits, measuring
from backend.care.services import rules, running
from backend.care.services.rules import Wanted
from backend.core import clock
from backend.core.access import Actor
from backend.demo.repairs import Neighbour

PRESSURES = (
    (138, 84), (141, 86), (135, 82), (144, 88), (139, 83), (133, 80), (146, 90), (152, 91), (143, 85), (140, 84),
    (137, 82), (149, 89), (142, 86), (136, 81), (134, 80), (141, 85), (147, 88), (139, 84), (135, 83), (138, 82), (140, 85),
)  # fmt: skip


def make(org_id: int, elder: Neighbour, admin: Actor) -> None:
    consenting.noted_by_staff(admin, elder.id, "visit")
    bounds = {"blood_pressure_high": (90.0, 150.0), "blood_pressure_low": (55.0, 95.0)}
    limits.agree(admin, elder.id, "pressure", bounds, "note")
    for days, (high, low) in zip(range(len(PRESSURES), 0, -1), PRESSURES, strict=True):
        values = {"blood_pressure_high": float(high), "blood_pressure_low": float(low)}
        measuring.measured(elder.id, values, clock.now() - timedelta(days=days), f"resident:{elder.id}")
    facts = {"age": 70, "alone": 0, "no_visit": 30}
    rule = rules.save(
        admin, Wanted(org_id, "独居且三十天没有走访", "visit", "看看近况，问问需要什么。", facts)
    )
    running.run(rule.id)
