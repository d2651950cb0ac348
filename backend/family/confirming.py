"""Whom staff have written down is asked first whether it is him, and is told next to nothing until he says so.

The rule. What staff enter may be a mistyped number. So the relation is `entered`: the resident has agreed, the relative has not
answered yet. He is asked by a message that names her by a hint (陈＊＊) and no address. Until he has said yes once, by a tap, a
digit or a key on an address of his, he is told nothing of her daily life. An alarm is the exception, for one that reaches nobody
costs a life: he is told with everybody else, but only that she may need help, whom to call, and the same question; his yes
brings the details at once. What he says of the alarm before that is noted and stops nothing (`alarms.answering`). Who says
“not me” is told nothing more, and the office looks for the right number.

The question never lapses: without it the alarm would not reach him.
"""

from __future__ import annotations

from backend.core import audit, live
from backend.core.db import transaction
from backend.core.errors import Conflict
from backend.core.i18n import _
from backend.family import relations, wording
from backend.family.models import Relation
from backend.messaging import Resident, StaffMember, say
from backend.residents import queries as residents
from backend.staff import queries as staff

MOST_TOLD = 3
"""Staff who hear that a number was wrong, the nearest first."""


def ask(relation: Relation) -> None:
    """Ask him whether it is him. Belongs in the transaction that enters him."""
    if (to := relations.to_relative(relation)) is not None:
        words = wording.is_it_you(relation, residents.name_of(relation.resident_id))
        say(to, words, purpose="family", about=relations.subject(relation))


def confirm(identity_id: int, resident_id: int | None, relation_id: int) -> Relation:
    """ "Yes, it is me.\" From now on he is told what she agreed to, and she hears it. Raises NotFound for anybody else, Conflict when
    it is over."""
    with transaction():
        relation = relations.of_relative(identity_id, resident_id, relation_id)
        if relation.status == "active":
            return relation
        if relation.status != "entered":
            raise Conflict(_("This question is settled already. To change something, write “family”."))
        relation.status = "active"
        Relation.update(status="active").where(Relation.id == relation.id).execute()
        _noted(relation, "family.confirm")
        say(
            Resident(relation.resident_id),
            wording.confirmed(relation),
            purpose="family",
            about=relations.subject(relation),
        )
    return relation


def deny(identity_id: int, resident_id: int | None, relation_id: int) -> None:
    """ "That is not me.\" Nothing more goes to this address, and staff hear that the right number is missing. Raises NotFound for
    anybody else, Conflict when he has said yes before: leaving is another thing."""
    with transaction():
        relation = relations.of_relative(identity_id, resident_id, relation_id)
        if relation.status == "withdrawn":
            return
        if relation.status != "entered":
            raise Conflict(_("You said before that it is you. To hear nothing more, write “leave family”."))
        relations.end(relation)
        _noted(relation, "family.deny")
        org_id = residents.org_of(relation.resident_id)
        words = wording.denied(relation, residents.name_of(relation.resident_id))
        for member in staff.staff_with_permission("family.change", org_id)[:MOST_TOLD]:
            say(StaffMember(member.id), words, purpose="family", about=relations.subject(relation))


def _noted(relation: Relation, action: str) -> None:
    audit.record(
        relations.as_relative(relation),
        action,
        relations.subject(relation),
        org_id=residents.org_of(relation.resident_id),
    )
    live.publish(live.ADMIN, {"kind": "family", "id": relation.id})
