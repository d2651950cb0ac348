"""The page of one resident: a life in one column, and what staff do with it."""

from __future__ import annotations

from typing import Any

from flask import make_response, render_template, request

from backend.core import access
from backend.core.errors import Invalid
from backend.core.i18n import Text, _
from backend.fields.id_number import described
from backend.messaging import Resident as To
from backend.messaging import channels, people
from backend.records import subject_section
from backend.residents import (
    actions,
    consents,
    decisions,
    fax_number,
    file,
    files,
    flags,
    history,
    home_web,
    privacy,
    queries,
    tenancies,
)
from backend.residents.form import FILE
from backend.residents.list_web import KINDS, TONES, blueprint, differing, done
from backend.residents.living import LIVING, RELATION
from backend.residents.models import Consent, FileChange, Resident
from backend.residents.status import STATUS_WORDS
from backend.web import sections, session
from backend.web.text import locale

__all__ = ["blueprint", "files", "home_web"]

sections.register("resident", subject_section.of("resident"), order=30)

CHANNELS: dict[str, Text] = {**channels.NAMES, "staff": _("The office")}


@blueprint.get("/<int:resident_id>")
@session.needs("resident.read")
def show(resident_id: int) -> Any:
    return page(resident_id)


def page(resident_id: int, *, revealed: dict[str, str] | None = None, problem: Invalid | None = None) -> Any:
    """The file page; `revealed` values stand in full, once, and the page is kept nowhere."""
    actor = session.current_actor()
    resident = decisions.get(actor, resident_id, "resident.read")
    answers = file.answers_of(resident)
    waiting = _in_queue(resident)
    private = privacy.hidden(resident_id)
    members = [] if "home" in private else _members(resident)
    html = render_template(
        "residents/show.html",
        resident=resident,
        fields=[(n, f.label, f.sensitive or n in private) for n, f in FILE.items() if n in answers],
        own=[(item, privacy.label(item)) for item in sorted(private - FILE.keys() - privacy.elsewhere())],
        shown=file.masked(answers, locale(), private) | (revealed or {}),
        private=private,
        shared=privacy.shares([resident_id]).get(resident_id, frozenset()),
        kept_addresses=_kept_addresses(private),
        revealed=revealed or {},
        region=described(resident.id_number or "", locale()) if resident.id_type == "resident_id" else "",
        living=[f.name for f in LIVING],
        relations={c.value: c.label for c in RELATION.choices},
        tenancy_over=resident.tenancy_until is not None and resident.tenancy_until < tenancies.today(),
        status=STATUS_WORDS[resident.status],
        tone=TONES[resident.status],
        flags=[flags.FLAGS[f] for f in flags.listed(resident.flags)],
        members=members,
        ageless=_ageless(members),
        addresses=people.identities(To(resident_id), reachable=False),
        channels=CHANNELS,
        consent_channels=consents.CHANNELS,
        fax=fax_number.of(resident_id),
        consents=list(Consent.select().where(Consent.resident == resident_id).order_by(Consent.id.desc())),
        changes=[(c, differing(c)) for c in _waiting_changes(resident)],
        kinds=KINDS,
        history=history.of(resident_id, locale()),
        sections=sections.made("resident", actor, resident_id),
        may={
            p: access.may(actor, f"resident.{p}", resident.org_id)
            for p in ("approve", "change", "reveal", "erase")
        },
        may_print=access.may(actor, "print.use") and resident.status != "erased",
        places=queries.orgs_of(actor, "resident.change"),
        queue=waiting,
        problem=problem,
        correctable=[(n, f.label) for n, f in FILE.items()],
    )
    response = make_response(html, 422 if problem else 200)
    response.headers["Cache-Control"] = "no-store"
    return response


def _members(resident: Resident) -> list[Resident]:
    if resident.household is None:
        return []
    found = list(
        Resident.select()
        .where(
            (Resident.household == resident.household)
            & (Resident.id != resident.id)
            & (Resident.org_id.in_(access.org_ids(session.current_actor(), "resident.read")))
        )
        .order_by(Resident.birthday)
    )
    private = privacy.only_hers(m.id for m in found)
    return [m for m in found if "home" not in private.get(m.id, ())]


def _kept_addresses(private: frozenset[str]) -> set[str]:
    """The channels whose addresses tell what she keeps to herself."""
    told = {"mobile": ("sms", "voice"), "email": ("email",)}
    return {channel for item in private for channel in told.get(item, ())}


def _ageless(members: list[Resident]) -> set[int]:
    """Those who keep their birthday to themselves."""
    return {r_id for r_id, items in privacy.only_hers(m.id for m in members).items() if "birthday" in items}


def _waiting_changes(resident: Resident) -> list[FileChange]:
    return list(
        FileChange.select()
        .where((FileChange.resident == resident.id) & (FileChange.status == "pending"))
        .order_by(FileChange.id)
    )


def _in_queue(resident: Resident) -> dict[str, int | None] | None:
    """Where this file stands among those that wait, when staff walk through the queue."""
    if not (request.args.get("queue") or request.form.get("queue")):
        return None
    ids = [r.id for r in queries.waiting_files(session.current_actor()).limit(1000)]
    if resident.id not in ids:
        return {"n": None, "all": len(ids), "previous": None, "next": ids[0] if ids else None}
    at = ids.index(resident.id)
    return {
        "n": at + 1,
        "all": len(ids),
        "previous": ids[at - 1] if at else None,
        "next": ids[at + 1] if at + 1 < len(ids) else None,
    }


@blueprint.post("/<int:resident_id>/approve")
@session.staff_only
def approve(resident_id: int) -> Any:
    actions.approve(session.current_actor(), resident_id)
    return done(_("{name} is approved and told so.", name=queries.name_of(resident_id)), resident_id)


@blueprint.post("/<int:resident_id>/reject")
@session.staff_only
def reject(resident_id: int) -> Any:
    actions.reject(session.current_actor(), resident_id, request.form.get("why", ""))
    return done(_("Rejected, and the resident is told why."), resident_id)


@blueprint.post("/<int:resident_id>/ask")
@session.staff_only
def ask(resident_id: int) -> Any:
    form = request.form
    actions.ask_correction(
        session.current_actor(), resident_id, form.get("field", ""), form.get("text", "").strip()
    )
    return done(_("The resident is asked to correct it."), resident_id)


@blueprint.post("/<int:resident_id>/note")
@session.staff_only
def note(resident_id: int) -> Any:
    actions.annotate(session.current_actor(), resident_id, request.form.get("note", ""))
    return done(_("Saved."), resident_id)


@blueprint.post("/<int:resident_id>/place")
@session.staff_only
def place(resident_id: int) -> Any:
    org_id = request.form.get("org", type=int)
    if org_id is None:
        raise Invalid(_("Please choose where the home lies."), "org")
    actions.place(session.current_actor(), resident_id, org_id)
    return done(_("Saved."), resident_id)


@blueprint.post("/<int:resident_id>/fax")
@session.staff_only
def fax(resident_id: int) -> Any:
    try:
        fax_number.set_(session.current_actor(), resident_id, request.form.get("fax", ""))
    except Invalid as problem:
        return page(resident_id, problem=problem)
    return done(_("Saved."), resident_id)


@blueprint.post("/<int:resident_id>/reveal")
@session.staff_only
def reveal(resident_id: int) -> Any:
    field, why = request.form.get("field", ""), request.form.get("why", "")
    try:
        value = actions.reveal(session.current_actor(), resident_id, field, why)
    except Invalid as problem:
        return page(resident_id, problem=problem)
    return page(resident_id, revealed={field: value})


@blueprint.post("/<int:resident_id>/erase")
@session.staff_only
def erase(resident_id: int) -> Any:
    actions.erase_file(session.current_actor(), resident_id, request.form.get("why", ""))
    return done(_("The file is erased."), resident_id)


_DECIDE: dict[tuple[str, bool], Any] = {
    ("change", True): lambda actor, change_id, why: actions.approve_change(actor, change_id),
    ("change", False): actions.reject_change,
    ("claim", True): lambda actor, change_id, why: actions.accept_claim(actor, change_id),
    ("claim", False): actions.refuse_claim,
    ("erase", True): lambda actor, change_id, why: actions.erase(actor, change_id),
    ("erase", False): actions.keep_file,
}


@blueprint.post("/changes/<int:change_id>")
@session.staff_only
def decide(change_id: int) -> Any:
    """Approve or refuse what waits about a file: a change, a claim, a deletion."""
    actor = session.current_actor()
    change = decisions.get_change(actor, change_id)
    yes = request.form.get("decision") == "yes"
    _DECIDE[change.kind, yes](actor, change_id, request.form.get("why", ""))
    words = _("Done, and the resident is told.") if yes else _("Refused, and the resident is told why.")
    return done(words, change.resident.id)
