"""Between what a resident's values should be, as her doctor, she and the office agreed; without a word of theirs the bounds in `kinds`
hold."""

from __future__ import annotations

import json
from collections.abc import Mapping

from backend.care import record
from backend.care.health import consenting
from backend.care.health.kinds import KINDS, VALUES, Bound
from backend.care.health.models import HealthLimit
from backend.core import access, audit, clock
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import Invalid
from backend.core.i18n import Msg, _
from backend.residents import queries as residents

ACTS: dict[str, Msg] = {
    "alarm": _("Family first, then the grid worker and the duty desk are told until somebody answers"),
    "visit": _("Somebody visits her today"),
    "note": _("It is only noted"),
}
"""What a value outside leads to."""
USUAL = "alarm"


def of(resident_id: int) -> dict[str, HealthLimit]:
    """What was agreed for her, by kind."""
    return {row.kind: row for row in HealthLimit.select().where(HealthLimit.resident_id == resident_id)}


def bounds(row: HealthLimit | None) -> dict[str, Bound]:
    """By name of the value; empty where nothing was agreed."""
    return {n: (b[0], b[1]) for n, b in json.loads(row.bounds).items()} if row is not None else {}


def agree(actor: Actor, resident_id: int, kind: str, wanted: Mapping[str, Bound], act: str) -> None:
    """Staff note what was agreed. Raises Forbidden, Invalid."""
    org_id = residents.org_of(resident_id)
    access.check(actor, "care.change", org_id)
    consenting.require(resident_id)
    if kind not in KINDS or act not in ACTS:
        raise Invalid(_("Please choose one."), "act")
    checked = {name: _checked(name, wanted.get(name, (None, None))) for name in KINDS[kind].names}
    with transaction():
        mine = (HealthLimit.resident_id == resident_id) & (HealthLimit.kind == kind)
        HealthLimit.delete().where(mine).execute()
        HealthLimit.create(
            resident_id=resident_id, kind=kind, bounds=json.dumps(checked), act=act, changed_at=clock.now()
        )
        after = {"kind": kind, "bounds": checked, "act": act}
        audit.record(actor, "health.limit", f"health:{resident_id}", org_id=org_id, after=after)
        record.changed(resident_id)


def _checked(name: str, bound: Bound) -> Bound:
    least, most = bound
    low, high = VALUES[name].possible
    if any(b is not None and not low <= b <= high for b in bound):
        raise Invalid(
            _("We expect a number from {least} to {most}.", least=f"{low:g}", most=f"{high:g}"), name
        )
    if least is not None and most is not None and least >= most:
        raise Invalid(_("The least is above the most."), name)
    return bound
