"""Residents as rows to print: letters, envelopes, cards. What is sensitive is masked, save in the file
the mobile number and e-mail address for those who may take them along anyway (resident.export)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import peewee

from backend.core import access, orgs, privacy
from backend.core.access import Actor
from backend.core.i18n import Msg, Text, _
from backend.printing import batches, rows
from backend.printing.columns import Column
from backend.printing.rows import Row, RowSource
from backend.residents import file
from backend.residents import privacy as privacy_of
from backend.residents.form import FILE
from backend.residents.models import Household, Resident

KIND = "resident"
_OTHER_NAMES = {"name": ("名字",), "home": ("地址", "家庭住址", "address"), "mobile": ("手机", "电话")}
_HOME_PARTS: dict[str, Msg] = {"building": _("Building"), "unit": _("Unit"), "room": _("Room")}
_IN_FULL = ("mobile", "email")
_RECENT = 30


def _columns(_actor: Actor) -> list[Column]:
    on_file = [Column(name, field.label or name, _OTHER_NAMES.get(name, ())) for name, field in FILE.items()]
    place: list[tuple[str, Text]] = [*_HOME_PARTS.items(), ("org", _("Community or grid"))]
    return on_file + [Column(key, label) for key, label in place]


def _seen(actor: Actor) -> Any:
    return Resident.org_id.in_(access.org_ids(actor, "resident.read")) & (Resident.status != "erased")


def allowed(actor: Actor, ids: Sequence[int]) -> list[int]:
    """Those that the actor may read, in the given order, each once."""
    found: Any = Resident.select(Resident.id).where(Resident.id.in_(list(ids)) & _seen(actor)).tuples()
    known = {row[0] for row in found}
    return [i for i in dict.fromkeys(ids) if i in known]


def _rows(actor: Actor, ids: Sequence[int], locale: str, in_full: bool) -> Iterator[Row]:
    query = Resident.select(Resident, Household).join(Household, peewee.JOIN.LEFT_OUTER)
    found = {r.id: r for r in query.where(Resident.id.in_(list(ids)) & _seen(actor))}
    places = {
        o.id: o.name for o in orgs.Org.select().where(orgs.Org.id.in_({r.org_id for r in found.values()}))
    }
    private = privacy_of.only_hers(found)
    exported = {org_id: access.may(actor, "resident.export", org_id) for org_id in places}
    for resident in (found[i] for i in ids if i in found):
        answers = file.answers_of(resident)
        hers = private.get(resident.id, frozenset())
        row = file.masked(answers, locale, hers)
        if in_full and exported.get(resident.org_id):
            row |= {n: FILE[n].show(answers[n], locale) for n in _IN_FULL if n in answers and n not in hers}
        home = resident.household if "home" not in hers else None
        row |= {part: getattr(home, part) if home else "" for part in _HOME_PARTS}
        yield row | {"org": places.get(resident.org_id, "")}


def _recent(actor: Actor) -> list[int]:
    query: Any = Resident.select(Resident.id).where(_seen(actor)).order_by(Resident.id.desc()).limit(_RECENT)
    return [row[0] for row in query.tuples()]


rows.register(
    KIND,
    RowSource(_("Residents"), "resident.read", _columns, allowed, _rows, _recent, "residents.index"),
)


def _held(resident_id: int) -> list[dict[str, str]]:
    return [
        {"printed_at": b.created_at.isoformat(), "template": b.name}
        for b in batches.holding(KIND, resident_id)
    ]


privacy.register("printing", _held, lambda resident_id: batches.forget((KIND,), (resident_id,)))
