"""A resident's rights over her data (row A8): see it, take it along, have it deleted, take consent back; and the record
of every look at a masked value."""

from __future__ import annotations

from typing import Any

from backend.core import audit, clock, live, privacy
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.i18n import _
from backend.fields.words import Words
from backend.messaging import At, forgetting, people, say, topics
from backend.messaging import Resident as ToResident
from backend.records import store
from backend.residents import approval, consent, decisions, file, home_face, links, one_at_a_time
from backend.residents import privacy as privacy_of
from backend.residents.form import FILE
from backend.residents.models import Consent, FileChange, Link, Resident

FORGOTTEN = "—"


def reveal(actor: Actor, resident_id: int, field: str, why: str) -> str:
    """A masked value in full, for a stated reason; the look itself is on record. Raises Invalid without a reason."""
    if not why.strip():
        raise Invalid(_("Please say why you need to see it; it is kept on record."), "why")
    with transaction():
        resident = decisions.get(actor, resident_id, "resident.reveal")
        hers = field in privacy_of.hidden(resident_id)
        value = file.answers_of(resident).get(field)
        own = privacy_of.own_value(resident_id, field, "en") if hers and field not in FILE else None
        if own is None and (value is None or not (hers or FILE[field].sensitive)):
            raise NotFound()
        audit.record(
            actor, "resident.reveal", file.subject(resident_id), org_id=resident.org_id, why=f"{field}: {why}"
        )
        return own if own is not None else FILE[field].show(value, "en")


def export_own_data(resident_id: int) -> dict[str, Any]:
    """Everything that we hold about her, as JSON, in full: for herself, never for staff."""
    with transaction():
        resident = Resident.get_by_id(resident_id)
        audit.record(
            file.as_actor(resident), "resident.export", file.subject(resident_id), org_id=resident.org_id
        )
        addresses = people.identities(ToResident(resident_id), reachable=False)
        return {
            "file": file.dumped(file.answers_of(resident)),
            "status": resident.status,
            "registered_at": _iso(resident.created_at),
            "approved_at": _iso(resident.approved_at),
            "email_confirmed_at": _iso(resident.email_confirmed_at),
            "addresses": [{"channel": i.channel, "address": i.address, "state": i.state} for i in addresses],
            "consents": [
                {
                    "version": c.version,
                    "kinds": c.kinds.split(),
                    "given_at": _iso(c.given_at),
                    "channel": c.channel,
                    "withdrawn_at": _iso(c.withdrawn_at),
                    "withdrawn_channel": c.withdrawn_channel or None,
                }
                for c in Consent.select().where(Consent.resident == resident_id).order_by(Consent.id)
            ],
            "privacy": privacy_of.settings_of(resident_id),
            "lists_of_the_office": privacy_of.held_by_office(resident_id),
            "history": [
                {"at": _iso(e.at), "by": e.actor_kind, "what": e.action}
                for e in audit.of(file.subject(resident_id))
            ],
            "topics_left": topics.export(resident_id),
            "messages": forgetting.export(resident_id),
            **privacy.export(resident_id),
        }


def export_by_link(token: str) -> dict[str, Any]:
    """The export behind a one-time link. Raises NotFound or Conflict as `links.open_link` does."""
    with transaction():
        link = links.open_link("export", token)
        links.use(link)
        return export_own_data(link.resident_id)


def request_erasure(resident_id: int, *, channel: str, identity_id: int | None = None, why: str = "") -> int:
    """She wants her data deleted: staff see that nothing is open (a repair, a bill) and confirm. Returns the request's id."""
    with transaction():
        resident = Resident.get_by_id(resident_id)
        waiting = FileChange.get_or_none(
            (FileChange.resident == resident_id)
            & (FileChange.kind == "erase")
            & (FileChange.status == "pending")
        )
        if waiting is not None:
            return int(waiting.id)
        change = FileChange.create(
            resident=resident_id,
            org_id=resident.org_id,
            kind="erase",
            status="pending",
            why=why or None,
            identity_id=identity_id,
            by="resident",
            channel=channel,
            at=clock.now(),
        )
        audit.record(
            file.as_actor(resident),
            "resident.request_erasure",
            file.subject(resident_id),
            org_id=resident.org_id,
            why=why,
        )
        live.publish(live.ADMIN, {"kind": "resident", "id": resident_id})
        return int(change.id)


def withdraw_consent(resident_id: int, *, channel: str, identity_id: int | None = None) -> int:
    """She takes her consent back, at once; without it we may keep nothing, so the deletion of her file is asked for too."""
    with transaction():
        consent.withdraw(resident_id, channel)
        resident = Resident.get_by_id(resident_id)
        audit.record(
            file.as_actor(resident),
            "resident.withdraw_consent",
            file.subject(resident_id),
            org_id=resident.org_id,
        )
        return request_erasure(resident_id, channel=channel, identity_id=identity_id, why="consent withdrawn")


def keep_file(actor: Actor, change_id: int, why: str) -> None:
    """The erasure cannot be done yet (a matter is open, the law asks for it); she is told why."""
    if not why.strip():
        raise Invalid(_("Please say why, in a few words."), "why")
    with transaction():
        change = decisions.take(actor, change_id, "erase", "rejected", why)
        decisions.noted(actor, "resident.keep", change.resident, why=why)
        approval.tell(change.resident, Words(_("We could not delete your file yet: {why}", why=why)))


def erase(actor: Actor, change_id: int) -> None:
    """Staff confirm an erasure that the resident asked for."""
    with transaction():
        change = decisions.take(actor, change_id, "erase", "approved")
        _erase(actor, change.resident)


def erase_file(actor: Actor, resident_id: int, why: str) -> None:
    """Erase without a request through a channel: she asked at the counter, or the reason to keep the file has ended."""
    if not why.strip():
        raise Invalid(_("Please say why, in a few words."), "why")
    with transaction():
        resident = decisions.get(actor, resident_id, "resident.erase")
        if resident.status == "erased":
            raise Conflict(_("This file is erased already."))
        _erase(actor, resident)


def _erase(actor: Actor, resident: Resident) -> None:
    """Empty everything personal. The row, its Org, the dates and the facts in the audit log remain."""
    one_at_a_time.hold(resident.id)
    reached = people.identities(ToResident(resident.id))
    privacy.forget(resident.id)
    forgetting.forget(resident.id, keep=reached[0].id if reached else None, also=_unproven(resident))
    people.release(resident.id)
    consent.withdraw(resident.id)
    privacy_of.forget(resident.id)
    Link.delete().where(Link.resident == resident.id).execute()
    FileChange.update(before=None, after=None, why=None, decision=None).where(
        FileChange.resident == resident.id
    ).execute()
    FileChange.update(status="rejected", decided_at=clock.now(), decided_by=actor.id).where(
        (FileChange.resident == resident.id) & (FileChange.status == "pending")
    ).execute()
    home_id = resident.household_id
    empty(resident.id)
    store.forget("resident", resident.id)
    home_face.show([home_id])
    audit.erase_payloads(file.subject(resident.id))
    audit.record(actor, "resident.erase", file.subject(resident.id), org_id=resident.org_id)
    if reached:
        say(
            At(reached[0].id),
            Words(_("Your file is deleted, as you asked. Should you need us again, just write.")),
            purpose="registration",
        )
    live.publish(live.ADMIN, {"kind": "resident", "id": resident.id})


def empty(resident_id: int) -> None:
    """The row of an erased file: that there was one."""
    Resident.update(
        status="erased",
        name=FORGOTTEN,
        gender="",
        birthday=None,
        id_type="",
        id_number=None,
        id_index=None,
        mobile=None,
        mobile_index=None,
        mobile_proven_at=None,
        email=None,
        email_index=None,
        email_confirmed_at=None,
        household=None,
        flags="",
        note="",
        residence="",
        relation="",
        tenancy_from=None,
        tenancy_until=None,
        landlord=None,
        landlord_phone=None,
    ).where(Resident.id == resident_id).execute()


def _unproven(resident: Resident) -> list[int]:
    """The addresses on file that nobody has proven yet, such as the e-mail that an activation link went to."""
    written = [("email", resident.email), ("sms", resident.mobile), ("voice", resident.mobile)]
    found = [people.find(channel, address) for channel, address in written if address]
    return [i.id for i in found if i is not None and i.resident_id is None]


def _iso(at: Any) -> str | None:
    return at.isoformat() if at is not None else None
