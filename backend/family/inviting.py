"""A resident invites somebody: a code that she passes on herself. Who has it has it from her, so it needs no further question."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.core import audit, clock, crypto, ids
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import Conflict, LinliError
from backend.core.i18n import _
from backend.family import knocks, relations, wording
from backend.family.models import Relation
from backend.family.topics import DEFAULT_TOPICS, packed
from backend.messaging import Resident, people, say
from backend.residents import queries as residents
from backend.settings import settings

VALID = timedelta(days=7)
MOST_OPEN = 5
"""Invitations of one resident that wait; the oldest makes room for a new one."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """`code` and `link` are shown once; only a digest of the code is kept."""

    relation_id: int
    code: str
    link: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Relative:
    """Who joins: the address, the resident behind it if any, and what he says of himself. `zone` is an IANA name or ""."""

    identity_id: int
    name: str
    called: str
    resident_id: int | None = None
    zone: str = ""


class WrongCode(LinliError):
    """The code fits nothing, is used or too old, or too many wrong ones were tried: it is not said which."""


def invite(resident_id: int, kind: str = "family") -> Invitation:
    """A code of six digits for one relative, good for 7 days, once."""
    until = clock.now() + VALID
    with transaction():
        name = residents.name_of(resident_id)
        waiting = Relation.select().where(Relation.resident_id == resident_id, Relation.status == "invited")
        for old in list(waiting.order_by(Relation.id.desc()))[MOST_OPEN - 1 :]:
            relations.end(old)
        code = ids.code()
        while Relation.select().where(Relation.code_index == digest(code)).exists():
            code = ids.code()
        relation = Relation.create(
            resident_id=resident_id,
            kind=kind,
            topics=packed(DEFAULT_TOPICS[kind]),
            status="invited",
            code_index=digest(code),
            code_until=until,
            created_at=clock.now(),
        )
        actor = Actor("resident", resident_id, name)
        audit.record(
            actor, "family.invite", relations.subject(relation), org_id=residents.org_of(resident_id)
        )
    return Invitation(relation.id, code, f"{settings().base_url}/chat?invite={code}", until)


def digest(code: str) -> str:
    return crypto.digest(code.strip(), "family-invite")


def invited_by(code: str, identity_id: int) -> Relation | None:
    """The invitation that this code opens; it is not used up. None, and counted, when it opens nothing; None as well after too
    many wrong ones. It raises nothing, so that the count stays."""
    with transaction():
        knocker = f"identity:{identity_id}"
        if knocks.too_many("code", knocker):
            return None
        found = _waiting(code)
        if found is None:
            knocks.knocked("code", knocker)
    return found


def _waiting(code: str) -> Relation | None:
    return Relation.get_or_none(  # type: ignore[no-any-return]
        (Relation.code_index == digest(code)) & (Relation.code_until > clock.now())
    )


def wrong_code() -> WrongCode:
    """It is not said what is wrong with it."""
    return WrongCode(
        _(
            "This code does not fit, was used already, or is older than 7 days. Please ask for a new one: who invites you writes “invite my family” to us."
        )
    )


def accept(code: str, relative: Relative) -> Relation:
    """The relative joins, and the resident is told. Raises WrongCode, Conflict for herself or a second time."""
    with transaction():
        relation = _waiting(code)
        if relation is None:
            raise wrong_code()
        if relative.resident_id == relation.resident_id:
            raise Conflict(_("This is your own code: it is for the person whom you invite."))
        relations.check_new(
            relation.resident_id, identity_id=relative.identity_id, relative_id=relative.resident_id
        )
        now = clock.now()
        taken = (
            Relation.update(
                status="active",
                name=relative.name,
                called=relative.called,
                identity_id=relative.identity_id,
                relative_id=relative.resident_id,
                zone=relative.zone,
                code_index=None,
                code_until=None,
                consented_at=now,
                consent_by="code",
            )
            .where(Relation.id == relation.id, Relation.code_index.is_null(False))
            .execute()
        )
        if not taken:
            raise wrong_code()
        relation = Relation.get_by_id(relation.id)
        org_id = residents.org_of(relation.resident_id)
        people.settle(relative.identity_id, org_id)
        audit.record(
            relations.as_relative(relation),
            "family.join",
            relations.subject(relation),
            org_id=org_id,
            after={"topics": relation.topics},
        )
        say(
            Resident(relation.resident_id),
            wording.joined(relation),
            purpose="family",
            about=relations.subject(relation),
        )
    return relation
