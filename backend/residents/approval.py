"""Staff look at a registration: approve it, reject it, ask for a correction, put it right themselves."""

from __future__ import annotations

from backend.core import access, clock, orgs
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import Conflict, Invalid
from backend.core.i18n import Text, _
from backend.fields.words import Option, Words
from backend.messaging import Resident as ToResident
from backend.messaging import people, say
from backend.residents import decisions, face, file, flags, home_face, households, links, living, moves
from backend.residents.file import Answers
from backend.residents.form import FILE
from backend.residents.models import Household, Resident
from backend.residents.registering import join
from backend.residents.status import STATUS_WORDS


def approve(actor: Actor, resident_id: int) -> None:
    """The file is right. Of two colleagues who approve at once, the second gets Conflict.

    A number that staff entered is vouched for by this approval: from now on it is where we reach her.
    """
    with transaction():
        resident = decisions.get(actor, resident_id, "resident.approve")
        _settle(resident, "approved", actor)
        if resident.mobile and resident.mobile_proven_at is None:
            file.prove_mobile(resident)
            resident.save(only=[Resident.mobile_proven_at])
            join(resident, None, resident.mobile)
        decisions.noted(actor, "resident.approve", resident)
        tell(
            resident,
            Words(
                _(
                    "Good news, {name}: your registration is approved. Whatever you need, just write it here, for example “the "
                    "kitchen tap leaks”.",
                    name=resident.name,
                ),
                short=_(
                    "{name}, your registration is approved. Just write us what you need.", name=resident.name
                ),
            ),
        )


def reject(actor: Actor, resident_id: int, why: str) -> None:
    """It cannot be accepted; she is told why, her addresses are free again, and she may begin anew."""
    _needs(why)
    with transaction():
        resident = decisions.get(actor, resident_id, "resident.approve")
        _settle(resident, "rejected", actor)
        home_face.show([resident.household_id])
        decisions.noted(actor, "resident.reject", resident, why=why)
        tell(
            resident,
            Words(
                _(
                    "We could not accept your registration: {why} You can register again at any time by writing “register”, or come "
                    "to the office with your ID card.",
                    why=why,
                ),
                short=_(
                    "We could not accept your registration: {why} To try again, write: register", why=why
                ),
            ),
        )
        people.release(resident.id)


def ask_correction(actor: Actor, resident_id: int, field: str, text: str) -> None:
    """Tell her what does not fit; one tap opens that question again."""
    if field not in FILE:
        raise Invalid(_("Please choose what shall be corrected."), "field")
    with transaction():
        resident = decisions.get(actor, resident_id, "resident.approve")
        if resident.status not in ("pending", "approved"):
            raise _settled_already(resident)
        decisions.noted(actor, "resident.ask_correction", resident, why=f"{field}: {text}")
        label = FILE[field].label
        tell(
            resident,
            Words(
                _(
                    "About your registration: please look at “{label}” once more. {text}",
                    label=label,
                    text=text,
                ),
                options=(Option(f"file.correct:{field}", _("Correct it")),),
            ),
        )


def correct(actor: Actor, resident_id: int, changes: Answers, why: str, *, moved: bool = True) -> None:
    """Staff put values right; what she proved or confirmed before does not carry over to a new number or e-mail. Not `moved`: her home was written
    wrongly, and what hangs there is in the one that is written now."""
    _needs(why)
    with transaction():
        resident = decisions.get(actor, resident_id, "resident.change")
        if resident.status == "erased":
            raise _settled_already(resident)
        before = file.answers_of(resident)
        apply(resident, changes, moved=moved)
        decisions.noted(actor, "resident.correct", resident, before, why)


def apply(resident: Resident, changes: Answers, *, quiet: bool = False, moved: bool = True) -> None:
    """Put decided changes into the file and save it; `quiet`: no activation link goes to a new e-mail address. Raises Invalid when the
    document is on another file."""
    if "id_number" in changes:
        index = file.id_index(str(changes.get("id_type", resident.id_type)), changes["id_number"])
        if Resident.select().where((Resident.id_index == index) & (Resident.id != resident.id)).exists():
            raise Invalid(_("This document is on another file."), "id_number")
    living.check(file.answers_of(resident) | dict(changes))
    mobile, email, org_id, home_id = resident.mobile, resident.email, resident.org_id, resident.household_id
    kept = {n: v for n, v in changes.items() if n != "mobile"}
    file.write(resident, kept)
    if "name" in changes:
        resident.flags = flags.joined(set(flags.listed(resident.flags)) - {"heard_name"})
    if changes.get("email"):
        resident.flags = flags.joined(set(flags.listed(resident.flags)) - {"no_email"})
    if home_id is not None and resident.household_id != home_id:
        moves.leaves(resident.id, moved=moved)
    resident.save()
    if resident.household_id != home_id:
        home_face.show([home_id, resident.household_id])
    if resident.org_id != org_id:
        moves.tell([resident.id], resident.org_id)
    if changes.get("mobile") and changes["mobile"] != mobile:
        decisions.renumber(resident, changes["mobile"])
        join(resident, None, changes["mobile"])
    if email and changes.get("email", email) != email:
        _drop_email(resident, email)
    if changes.get("email", email) != email and not quiet:
        links.send_activation(resident)


def place(actor: Actor, resident_id: int, org_id: int) -> None:
    """Put a home, with everybody in it, into another grid; or one resident into another community."""
    with transaction():
        resident = decisions.get(actor, resident_id, "resident.change")
        access.check(actor, "resident.change", org_id)
        if orgs.get(org_id).level not in ("grid", "community"):
            raise Invalid(_("A home lies in a grid or a community."), "org")
        household = resident.household
        if household is None:
            Resident.update(org_id=org_id).where(Resident.id == resident_id).execute()
            moves.tell([resident_id], org_id)
        elif households.community_of(org_id) == household.community_id:
            Household.update(org_id=org_id).where(Household.id == household.id).execute()
            Resident.update(org_id=org_id).where(Resident.household == household.id).execute()
            members = Resident.select(Resident.id).where(Resident.household == household.id)
            moves.tell([member.id for member in members], org_id)
        else:
            # She lives in another community: the others of this address stay.
            there = households.ensure(households.home_of(household), org_id)
            moves.leaves(resident_id)
            Resident.update(household=there.id, org_id=there.org_id).where(
                Resident.id == resident_id
            ).execute()
            moves.tell([resident_id], there.org_id)
        decisions.noted(actor, "resident.place", resident, why=orgs.full_name(orgs.get(org_id)))
        if household is not None:
            face.show(
                [r.id for r in Resident.select(Resident.id).where(Resident.household == household.id)], actor
            )
            home_face.show([household.id, Resident.get_by_id(resident_id).household_id])


def annotate(actor: Actor, resident_id: int, note: str) -> None:
    """The office's own note on the file; residents do not see it."""
    with transaction():
        resident = decisions.get(actor, resident_id, "resident.approve")
        resident.note = note.strip()[:500]
        resident.save(only=[Resident.note])
        decisions.noted(actor, "resident.note", resident)


def tell(resident: Resident, words: Words) -> None:
    """Say it in her language, on her channel."""
    say(ToResident(resident.id), words, purpose="registration", about=file.subject(resident.id))


def _settle(resident: Resident, status: str, actor: Actor) -> None:
    stamp = {"approved_at": clock.now(), "approved_by": actor.id} if status == "approved" else {}
    done = (
        Resident.update(status=status, **stamp)
        .where((Resident.id == resident.id) & (Resident.status == "pending"))
        .execute()
    )
    if not done:
        raise _settled_already(Resident.get_by_id(resident.id))
    resident.status = status


def _settled_already(resident: Resident) -> Conflict:
    return Conflict(
        _(
            "A colleague was faster: this file is “{status}” by now.",
            status=STATUS_WORDS[resident.status],
        )
    )


def _drop_email(resident: Resident, email: str) -> None:
    identity = people.find("email", email)
    if identity is not None and identity.resident_id == resident.id:
        people.leave(identity.id)


def _needs(why: Text) -> None:
    if not str(why).strip():
        raise Invalid(_("Please say why, in a few words."), "why")
