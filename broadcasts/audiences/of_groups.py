"""People who have something in common: rows with a tag, {"how": "group", "tag": "独居"}; or residents who are somebody's volunteer, carer,
neighbour or family, {"kind": "table:resident", "how": "group", "relation": "volunteer"}."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

from backend.core.access import Actor
from backend.core.errors import Invalid
from backend.core.i18n import Text, _
from backend.family import queries as family
from backend.family.topics import KINDS
from backend.records import query
from backend.records.query import Query
from broadcasts.audiences import finding
from broadcasts.audiences.finding import Audience, Way
from broadcasts.audiences.of_tables import among, on_days, table_of

RESIDENTS = "table:resident"
_AT_ONCE = 2_000


def _checked(audience: Audience) -> tuple[str, str]:
    """(tag, relation), one of them ""."""
    tag, relation = str(audience.get("tag", "")).strip(), str(audience.get("relation", ""))
    if not tag and (relation not in KINDS or audience.get("kind") != RESIDENTS):
        raise Invalid(_("Which group? Please write its tag, or choose one."), "tag")
    return tag, "" if tag else relation


def _question(audience: Audience) -> Query:
    tag, _relation = _checked(audience)
    where: dict[str, Any] = {"tag": tag} if tag else {"and": []}
    return on_days(Query(table_of(audience), where=where, org_id=audience.get("org")), audience.get("days"))


def _ids(actor: Actor, audience: Audience, after: int, limit: int) -> list[int]:
    _tag, relation = _checked(audience)
    found: list[int] = []
    while len(found) < limit:
        at_once = max(limit, _AT_ONCE) if relation else limit
        ids = list(islice(query.ids(actor, _question(audience), after), at_once))
        found += _holders(audience, ids, relation) if relation else ids
        if len(ids) < at_once:
            break
        after = ids[-1]
    return found[:limit]


def _holders(audience: Audience, ids: list[int], relation: str) -> list[int]:
    whose = {f.row_id: f.resident_id for f in finding.people_of(str(audience["kind"]), ids)}
    holding = family.holding([r for r in whose.values() if r is not None], relation)
    return [i for i in ids if whose[i] in holding]


def _count(actor: Actor, audience: Audience) -> int:
    _tag, relation = _checked(audience)
    if not relation:
        return query.count(actor, _question(audience), at_most=2_000_000)
    total = after = 0
    while ids := _ids(actor, audience, after, _AT_ONCE):
        total, after = total + len(ids), ids[-1]
    return total


def _whose(
    actor: Actor, audience: Audience, resident_ids: Sequence[int], _identity_ids: Sequence[int]
) -> list[int]:
    _tag, relation = _checked(audience)
    ids = among(actor, _question(audience), resident_ids)
    return _holders(audience, ids, relation) if relation else ids


def _told(_actor: Actor, audience: Audience) -> Text:
    tag, relation = _checked(audience)
    if tag:
        return _("{table}: tagged “{tag}”", table=table_of(audience).title, tag=tag)
    return _("Residents who are: {relation}", relation=KINDS[relation])


finding.register("group", Way(_("A group"), _ids, _count, _told, _whose))
