"""A person becomes a resident: the file is made, or found again, and her addresses are joined to it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

import peewee

from backend.core import access, audit, clock, live, orgs
from backend.core.access import Actor
from backend.core.db import savepoint, transaction
from backend.core.errors import Invalid
from backend.core.i18n import DEFAULT_LOCALE, _
from backend.messaging import people
from backend.residents import claims, consent, decisions, face, file, flags, home_face, links
from backend.residents.file import Answers
from backend.residents.models import Resident


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who registers, and where: her address on a channel, or none when staff enter what she tells them."""

    identity_id: int | None
    channel: str
    locale: str = DEFAULT_LOCALE
    org_id: int | None = None


@dataclass(frozen=True, slots=True)
class Registered:
    """`new`: a file that waits for approval; `joined`: she was registered already, and this address is now hers too;
    `claimed`: the document is on another file and staff will look (`resident_id` is None: nothing is disclosed)."""

    outcome: Literal["new", "joined", "claimed"]
    resident_id: int | None
    email_sent: bool = False


def register(
    applicant: Applicant,
    answers: Answers,
    *,
    proven: Collection[str],
    consent_version: str,
    actor: Actor | None = None,
) -> Registered:
    """Make the file of a newcomer, waiting for approval.

    `proven`: the addresses that she has shown to be hers (E.164). `actor`: the staff member who enters it for her, who
    gets Invalid, naming the field, when the document is registered already.
    """
    org_id = _org_for(applicant)
    if actor is not None:
        access.check(actor, "resident.create", org_id)
    with transaction():
        index = file.id_index(str(answers["id_type"]), answers["id_number"])
        known = _on_file(index)
        if known is None:
            resident = _create(applicant, answers, org_id, index)
            if resident is not None:
                return _opened(resident, applicant, answers, proven, consent_version, actor)
            known = Resident.get(Resident.id_index == index)
        if known.status == "rejected":
            known = decisions.locked(known.id)
        if known.status == "rejected":
            _reopen(known, applicant, answers)
            return _opened(known, applicant, answers, proven, consent_version, actor)
        if actor is not None:
            raise Invalid(
                _("This document is registered already. Please look for the file by its number."), "id_number"
            )
        if answers["mobile"] in proven and known.mobile_index == file.mobile_index(answers["mobile"]):
            _met(known)
            join(known, applicant.identity_id, answers["mobile"])
            consent.give(known.id, consent_version, applicant.channel)
            return Registered("joined", known.id)
        claims.file_claim(known, applicant.identity_id, applicant.channel, answers, proven)
        return Registered("claimed", None)


def _met(resident: Resident) -> None:
    """Whom staff had entered from a list has now agreed herself, and shown that the number is hers."""
    kept = set(flags.listed(resident.flags)) - {"no_consent", "unproven_mobile"}
    if resident.mobile_proven_at is None:
        file.prove_mobile(resident)
    resident.flags = flags.joined(kept)
    resident.save(only=[Resident.flags, Resident.mobile_proven_at])


def _org_for(applicant: Applicant) -> int:
    if applicant.org_id is not None:
        return applicant.org_id
    community = orgs.default_community()
    if community is None:
        raise Invalid(_("There is no community to register in yet. Please call the office."))
    return int(community.id)


def _on_file(index: str) -> Resident | None:
    return Resident.get_or_none(Resident.id_index == index)


def _create(applicant: Applicant, answers: Answers, org_id: int, index: str) -> Resident | None:
    """The new row; None when the same document was registered in this very moment."""
    resident = Resident(
        org_id=org_id,
        status="pending",
        name=answers["name"],
        locale=applicant.locale,
        channel=applicant.channel,
        created_at=clock.now(),
    )
    file.write(resident, answers)
    try:
        with savepoint():
            resident.save(force_insert=True)
    except peewee.IntegrityError:
        if _on_file(index) is None:
            raise
        return None
    return resident


def _reopen(resident: Resident, applicant: Applicant, answers: Answers) -> None:
    """A rejected file is opened again with what she says now; nothing of the old stays joined to it."""
    people.release(resident.id)
    former_home = resident.household_id
    resident.status = "pending"
    resident.locale, resident.channel, resident.created_at = (
        applicant.locale,
        applicant.channel,
        clock.now(),
    )
    resident.flags = flags.joined({"rejected_before"})
    file.write(resident, answers)
    resident.save()
    home_face.show([former_home])


def _opened(
    resident: Resident,
    applicant: Applicant,
    answers: Answers,
    proven: Collection[str],
    consent_version: str,
    actor: Actor | None,
) -> Registered:
    noted = set(flags.listed(resident.flags))
    if answers["mobile"] in proven:
        file.prove_mobile(resident)
    else:
        noted.add("unproven_mobile")
    if not answers.get("email"):
        noted.add("no_email")
    if applicant.channel == "voice":
        noted.add("heard_name")
    if actor is not None:
        noted.add("entered_by_staff")
    if _shared(resident):
        noted.add("shared_mobile")
    resident.flags = flags.joined(noted)
    resident.save()
    face.show([resident.id], actor or file.as_actor(resident))
    home_face.show([resident.household_id])
    consent.give(resident.id, consent_version, applicant.channel)
    audit.record(
        actor or file.as_actor(resident),
        "resident.register",
        file.subject(resident.id),
        org_id=resident.org_id,
        after=file.dumped(answers) | {"flags": resident.flags},
    )
    join(resident, applicant.identity_id, answers["mobile"] if answers["mobile"] in proven else None)
    email_sent = links.send_activation(resident)
    live.publish(live.ADMIN, {"kind": "resident", "id": resident.id})
    return Registered("new", resident.id, email_sent)


def _shared(resident: Resident) -> bool:
    return bool(
        Resident.select()
        .where(
            (Resident.mobile_index == resident.mobile_index)
            & (Resident.id != resident.id)
            & Resident.status.in_(("pending", "approved"))
        )
        .exists()
    )


def join(resident: Resident, identity_id: int | None, mobile: str | None) -> None:
    """These addresses are hers: the one she writes from, and a number she has proven (SMS and calls). An address that
    belongs to another resident, the shared phone of a family, stays where it is. A line that she calls from is hers only
    when its number is proven: a caller's number can be forged."""
    found = [identity_id] if identity_id is not None and people.get(identity_id).channel != "voice" else []
    if mobile is not None:
        found += [int(people.ensure(c, mobile, resident.locale).id) for c in ("sms", "voice")]
    for each in found:
        if people.get(each).resident_id in (None, resident.id):
            people.join_resident(each, resident.id, resident.org_id)


def join_proven(identity_id: int, mobile: str) -> int | None:
    """Somebody who registered elsewhere shows the same phone here: this address is hers from now on. Returns the
    resident's id; None, and nothing is disclosed, when no file, or more than one, has this number. A number that staff
    entered counts once it is vouched for: a mistyped one must not open a stranger's file."""
    with transaction():
        found = list(
            Resident.select().where(
                (Resident.mobile_index == file.mobile_index(mobile))
                & Resident.mobile_proven_at.is_null(False)
                & Resident.status.in_(("pending", "approved"))
            )
        )
        if len(found) != 1:
            return None
        resident = found[0]
        join(resident, identity_id, mobile)
        audit.record(
            file.as_actor(resident), "resident.join", file.subject(resident.id), org_id=resident.org_id
        )
        return int(resident.id)
