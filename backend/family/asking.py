"""A relative asks to be connected: the resident is asked on her own channel, and nothing is shown before she says yes.

A stranger must not learn from it whether a number is registered: the answer to the question is the same either way.
"""

from __future__ import annotations

from datetime import timedelta

from backend.core import audit, clock, sweep
from backend.core.access import SYSTEM
from backend.core.db import transaction
from backend.core.errors import Conflict
from backend.core.i18n import _
from backend.family import knocks, relations, wording
from backend.family.inviting import Relative
from backend.family.models import Relation
from backend.family.topics import DEFAULT_TOPICS, packed
from backend.messaging import Resident, people, say
from backend.residents import queries as residents

VALID = timedelta(days=7)
"""How long the resident may take to say yes."""


def ask(relative: Relative, number: str) -> None:
    """Ask whoever has proven the E.164 `number` to be hers. Raises Conflict only for too many questions of this relative."""
    with transaction():
        knocker = f"identity:{relative.identity_id}"
        if knocks.too_many("ask", knocker):
            raise Conflict(
                _("You have asked several times today. Please try again tomorrow, or call the office.")
            )
        knocks.knocked("ask", knocker)
        resident_id = _whose(number)
        if resident_id is None or resident_id == relative.resident_id:
            return
        waiting = Relation.select().where(
            Relation.resident_id == resident_id,
            Relation.identity_id == relative.identity_id,
            Relation.status.in_(("asked", "active")),
        )
        if waiting.exists() or knocks.too_many("asked", f"resident:{resident_id}"):
            return
        knocks.knocked("asked", f"resident:{resident_id}")
        relation = Relation.create(
            resident_id=resident_id,
            kind="family",
            name=relative.name,
            called=relative.called,
            identity_id=relative.identity_id,
            relative_id=relative.resident_id,
            zone=relative.zone,
            topics=packed(DEFAULT_TOPICS["family"]),
            status="asked",
            created_at=clock.now(),
        )
        audit.record(
            relations.as_relative(relation),
            "family.ask",
            relations.subject(relation),
            org_id=residents.org_of(resident_id),
        )
        asking = people.get(relative.identity_id)
        shown = asking.address if asking.channel in ("sms", "voice") else ""
        say(
            Resident(resident_id),
            wording.asked(relation, shown),
            purpose="family",
            about=relations.subject(relation),
        )


def _whose(number: str) -> int | None:
    """The resident who has proven this number; only she can be asked on a channel of her own."""
    for channel in ("sms", "voice"):
        identity = people.find(channel, number)
        if identity is not None and identity.resident_id is not None and identity.verified_at is not None:
            return int(identity.resident_id)
    return None


def answer(resident_id: int, relation_id: int, *, yes: bool) -> Relation:
    """Her yes or no. After a no the relative hears nothing: that she was asked at all is hers to tell. Raises Conflict when the
    question is too old, or was answered."""
    with transaction():
        relation = relations.of_resident(resident_id, relation_id)
        if relation.status == "active" and yes:
            return relation
        if relation.status != "asked" or relation.created_at < clock.now() - VALID:
            raise Conflict(_("This question is settled already. To change something, write “family”."))
        actor = relations.as_resident(resident_id)
        org_id = residents.org_of(resident_id)
        audit.record(
            actor, "family.agree" if yes else "family.refuse", relations.subject(relation), org_id=org_id
        )
        if not yes:
            relations.end(relation)
            return relation
        relations.end_entered(resident_id, relation.identity_id, relation.relative_id)
        if relation.identity_id is not None:
            people.settle(relation.identity_id, org_id)
        Relation.update(status="active", consented_at=clock.now(), consent_by="answer").where(
            Relation.id == relation.id
        ).execute()
        if (to := relations.to_relative(relation)) is not None:
            say(to, wording.agreed(actor.name), purpose="family", about=relations.subject(relation))
    return Relation.get_by_id(relation.id)  # type: ignore[no-any-return]


def forget_unanswered() -> int:
    """End questions and invitations that nobody answered in time; returns how many."""
    now = clock.now()
    stale = Relation.select(Relation.id).where(
        ((Relation.status == "asked") & (Relation.created_at < now - VALID))
        | ((Relation.status == "invited") & (Relation.code_until < now))
    )
    return sweep.each("family.forget_unanswered", [relation.id for relation in stale], _lapse)


def _lapse(relation_id: int) -> int:
    with transaction():
        relation = Relation.get_by_id(relation_id)
        if relation.status not in ("asked", "invited"):
            return 0
        relations.end(relation)
        audit.record(SYSTEM, "family.lapse", relations.subject(relation))
    return 1
