"""People of a list from a file: {"kind": "list:7", "how": "list"}."""

from __future__ import annotations

from collections.abc import Sequence

from backend.core.access import Actor
from backend.core.i18n import Text, _
from broadcasts.audiences import finding
from broadcasts.audiences.finding import Audience, Way
from broadcasts.lists import actions as lists
from broadcasts.lists import rows as lists_rows
from broadcasts.models import AudienceList


def _list(actor: Actor, audience: Audience) -> AudienceList:
    return lists.usable(actor, lists_rows.list_of(str(audience.get("kind", ""))))


def _ids(actor: Actor, audience: Audience, after: int, limit: int) -> list[int]:
    return lists_rows.ids(_list(actor, audience).id, after, limit)


def _whose(
    actor: Actor, audience: Audience, resident_ids: Sequence[int], identity_ids: Sequence[int]
) -> list[int]:
    return lists_rows.whose(_list(actor, audience).id, resident_ids, identity_ids)


def _told(actor: Actor, audience: Audience) -> Text:
    return _("List: {name}", name=_list(actor, audience).name)


finding.register(
    "list",
    Way(_("A list from a file"), _ids, lambda actor, audience: _list(actor, audience).total, _told, _whose),
)
