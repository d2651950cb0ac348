"""The text of the consent has changed: whoever agreed to an older one is asked once whether she agrees to the new one.

Staff press a button; the clock writes the messages, in portions. Without an answer the older consent stands for what it said.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import peewee

from backend.core import access, audit, clock, sweep
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import Conflict
from backend.core.i18n import _
from backend.fields.words import Option, Words
from backend.messaging import Resident as ToResident
from backend.messaging import say
from backend.residents import consent, decisions, file
from backend.residents.models import Consent, ConsentAsked, Resident

AT_ONCE = 100
PERMISSION = "consent.ask"


def outdated(actor: Actor) -> Any:
    """A query of the residents in the actor's Orgs whose consent stands for an older text alone, and who were not asked yet."""
    standing = Consent.withdrawn_at.is_null() & Consent.kinds.contains(consent.GENERAL)
    older = Consent.select(Consent.resident).where(standing & (Consent.version != consent.VERSION))
    newest = Consent.select(Consent.resident).where(standing & (Consent.version == consent.VERSION))
    asked = ConsentAsked.select(ConsentAsked.resident).where(ConsentAsked.version == consent.VERSION)
    return Resident.select(Resident.id).where(
        Resident.org_id.in_(access.org_ids(actor, PERMISSION))
        & Resident.status.in_(("pending", "approved"))
        & Resident.id.in_(older)
        & Resident.id.not_in(newest)
        & Resident.id.not_in(asked)
    )


def ask(actor: Actor) -> int:
    """Have all of them asked; returns how many will be. Raises Forbidden."""
    access.check(actor, PERMISSION)
    with transaction():
        wanted = outdated(actor)
        columns: list[Any] = [ConsentAsked.resident, ConsentAsked.version]
        source = wanted.select(Resident.id, peewee.Value(consent.VERSION))
        count = int(wanted.count())
        if count:
            ConsentAsked.insert_from(source, columns).on_conflict_ignore().execute()
            audit.record(actor, "consent.ask", f"consent:{consent.VERSION}", after={"residents": count})
        return count


def send() -> int:
    """The next portion of the messages; returns how many were written."""
    row = ConsentAsked
    waiting = [r.id for r in row.select(row.id).where(row.at.is_null()).order_by(row.id).limit(AT_ONCE)]
    return sweep.each("residents.consents", waiting, _send)


def _send(asked_id: int) -> int:
    with transaction():
        row = ConsentAsked
        mine = row.update(at=clock.now()).where((row.id == asked_id) & row.at.is_null()).execute()
        if not mine:
            return 0
        asked = row.get_by_id(asked_id)
        resident = Resident.get_by_id(asked.resident_id)
        if resident.status not in ("pending", "approved") or asked.version != consent.VERSION:
            return 0
        audit.record(
            file.as_actor(resident),
            "resident.consent_asked",
            file.subject(resident.id),
            org_id=resident.org_id,
        )
        say(
            ToResident(resident.id),
            Words(
                _("We have changed how we write down what you agreed to. {text}", text=consent.GENERAL_TEXT),
                short=_("Our terms have changed. {text}", text=consent.GENERAL_SHORT),
                spoken=_("Our terms have changed. {text}", text=consent.GENERAL_SPOKEN),
                options=(
                    Option(f"consent.agree:{consent.VERSION}", _("I agree")),
                    Option("flow:consent_withdraw", _("I do not agree")),
                ),
            ),
            purpose="registration",
            about=file.subject(resident.id),
            dedupe=f"consent:{consent.VERSION}:{resident.id}",
        )
        return 1


def agree(resident_id: int, version: str, *, channel: str) -> None:
    """She agrees to this version of the text. Raises Conflict where it is not the one that holds now, or her file is closed."""
    with transaction():
        resident = decisions.locked(resident_id)
        if version != consent.VERSION or resident.status not in ("pending", "approved"):
            raise Conflict(_("That question is over. Write “my file” to see what you agreed to."))
        consent.give(resident_id, version, channel)
        audit.record(
            file.as_actor(resident),
            "resident.consent",
            file.subject(resident_id),
            org_id=resident.org_id,
            after={"version": version},
        )


JOBS: list[tuple[str, float, Callable[[], int]]] = [("residents.consents", 15, send)]
