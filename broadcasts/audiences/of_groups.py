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
    if relation:
        return [i for i in _holders(actor, audience, relation) if i > after][:limit]
    return list(islice(query.ids(actor, _question(audience), after), limit))


def _holders(actor: Actor, audience: Audience, relation: str) -> list[int]:
    """Their rows: few, of however large a table."""
    return sorted(among(actor, _question(audience), family.holders(relation)))


def _count(actor: Actor, audience: Audience) -> int:
    _tag, relation = _checked(audience)
    if relation:
        return len(_holders(actor, audience, relation))
    return query.count(actor, _question(audience), at_most=2_000_000)


def _whose(
    actor: Actor, audience: Audience, resident_ids: Sequence[int], _identity_ids: Sequence[int]
) -> list[int]:
    _tag, relation = _checked(audience)
    asked = set(resident_ids).intersection(family.holders(relation)) if relation else resident_ids
    return among(actor, _question(audience), sorted(asked))


def _told(_actor: Actor, audience: Audience) -> Text:
    tag, relation = _checked(audience)
    if tag:
        return _("{table}: tagged “{tag}”", table=table_of(audience).title, tag=tag)
    return _("Residents who are: {relation}", relation=KINDS[relation])


finding.register("group", Way(_("A group"), _ids, _count, _told, _whose))
