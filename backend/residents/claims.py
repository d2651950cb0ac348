"""Somebody gives a document that is on another person's file, from a phone that is not that person's.

It may be herself with a new number, or somebody else. She learns nothing about the file; staff compare and decide.
"""

from __future__ import annotations

import json
from collections.abc import Collection

from backend.core import access, audit, clock, live
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.i18n import _
from backend.fields.words import Words
from backend.messaging import At, people, say
from backend.residents import decisions, file
from backend.residents.file import Answers
from backend.residents.models import FileChange, Resident


def file_claim(
    known: Resident, identity_id: int | None, channel: str, answers: Answers, proven: Collection[str]
) -> None:
    """Put the claim before staff; the same person's earlier claim on this file is replaced by what she says now."""
    FileChange.delete().where(
        (FileChange.resident == known.id)
        & (FileChange.kind == "claim")
        & (FileChange.status == "pending")
        & (FileChange.identity_id == identity_id)
    ).execute()
    said = file.dumped(answers) | {"_proven": answers["mobile"] in proven}
    FileChange.create(
        resident=known.id,
        org_id=known.org_id,
        kind="claim",
        status="pending",
        before=file.to_text(file.answers_of(known)),
        after=json.dumps(said, ensure_ascii=False),
        identity_id=identity_id,
        by="claimant",
        channel=channel,
        at=clock.now(),
    )
    audit.record(access.SYSTEM, "resident.claimed", file.subject(known.id), org_id=known.org_id, after=said)
    live.publish(live.ADMIN, {"kind": "resident", "id": known.id})


def accept(actor: Actor, change_id: int) -> None:
    """Staff have made sure that she is the person on the file: her new address, and a number that she proved, are hers."""
    from backend.residents.registering import join

    with transaction():
        change = decisions.take(actor, change_id, "claim", "approved")
        resident = change.resident
        after = json.loads(change.after)
        proven = bool(after.get("_proven"))
        before = file.answers_of(resident)
        if proven:
            decisions.renumber(resident, file.loaded(after)["mobile"])
        join(resident, change.identity_id, resident.mobile if proven else None)
        decisions.noted(actor, "resident.claim_accepted", resident, before)
        if change.identity_id is not None:
            say(
                At(change.identity_id),
                Words(
                    _("Welcome back, {name}. Your file is joined to this address now.", name=resident.name)
                ),
                purpose="registration",
                about=file.subject(resident.id),
            )


def refuse(actor: Actor, change_id: int, why: str) -> None:
    """It is not the same person, or cannot be told from here."""
    with transaction():
        change = decisions.take(actor, change_id, "claim", "rejected", why)
        decisions.noted(actor, "resident.claim_refused", change.resident, why=why)
        if change.identity_id is not None and people.get(change.identity_id).resident_id is None:
            say(
                At(change.identity_id),
                Words(
                    _(
                        "We could not complete your registration from here: {why} Please come to the office with your ID card; it takes "
                        "five minutes.",
                        why=why,
                    )
                ),
                purpose="registration",
            )
