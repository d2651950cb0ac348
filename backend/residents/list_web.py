"""The residents' pages of the admin: the list, the queue, entering and correcting a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from backend.core import access
from backend.core.access import Actor
from backend.core.errors import Invalid
from backend.core.i18n import Msg, Text, _
from backend.printing import batch_web, batches
from backend.residents import (
    actions,
    consent,
    decisions,
    file,
    history,
    page_form,
    printing,
    privacy,
    queries,
    tenancies,
)
from backend.residents.flags import FLAGS
from backend.residents.form import REGISTRATION
from backend.residents.status import STATUS_WORDS
from backend.web import dashboard, listing, nav, session, subjects
from backend.web.dashboard import Card, Item
from backend.web.text import locale, say

blueprint = Blueprint("residents", __name__, url_prefix="/admin/residents", template_folder="templates")

KINDS: dict[str, Msg] = {
    "change": _("Change of a file"),
    "claim": _("Claim on a file"),
    "erase": _("Deletion of a file"),
}
TONES = {"pending": "attention", "approved": "good", "rejected": "calm", "erased": "calm"}


def _may_decide(actor: Actor) -> bool:
    return access.may(actor, "resident.approve")


nav.register(
    _("Residents"),
    "residents.index",
    "resident.read",
    20,
    badge=queries.waiting_count,
    group="people",
    also=("/admin/family",),
)
subjects.register("resident", _("the file"), "residents.show", "resident_id")


def _card(actor: Actor) -> Card | None:
    if not _may_decide(actor):
        return None
    first = queries.waiting_files(actor).limit(4)
    return Card(
        _("Registrations and changes waiting"),
        queries.waiting_count(actor),
        [Item(r.name, url_for("residents.show", resident_id=r.id, queue=1), _home(r)) for r in first],
        url_for("residents.queue"),
        "attention",
        _("Nobody waits. New registrations appear here by themselves."),
        "resident",
    )


dashboard.register(_card, order=30)


def _tenancies(actor: Actor) -> Card | None:
    """Whose tenancy ends soon; nothing where nobody's does."""
    if not _may_decide(actor):
        return None
    ending = tenancies.ending(actor)
    count = ending.count()
    if not count:
        return None
    return Card(
        _("Tenancies that end"),
        count,
        [
            Item(r.name, url_for("residents.show", resident_id=r.id), r.tenancy_until.isoformat())
            for r in ending.limit(5)
        ],
        url_for("residents.index", tenancy="ending"),
        "attention",
        live="resident",
    )


dashboard.register(_tenancies, order=60)


def _home(resident: Any) -> str:
    return _homes([resident])[resident.id]


def _homes(residents: Sequence[Any]) -> dict[int, str]:
    """Where they live, by id, as far as staff may see it."""
    return {r_id: shown.get("home", "") for r_id, shown in _seen(residents, ("home",)).items()}


def _seen(residents: Sequence[Any], names: tuple[str, ...]) -> dict[int, dict[str, str]]:
    """These values of several files, masked, by id."""
    private = privacy.only_hers(r.id for r in residents)
    found = {}
    for resident in residents:
        answers = file.answers_of(resident)
        wanted = {n: answers[n] for n in names if n in answers}
        found[resident.id] = file.masked(wanted, locale(), private.get(resident.id, ()))
    return found


@blueprint.get("")
@session.needs("resident.read")
def index() -> Any:
    actor = session.current_actor()
    page = listing.paginate(queries.listed(actor, _filters()))
    counts = queries.counts(actor)
    seen = _seen(page.items, ("home", "mobile"))
    return render_template(
        "residents/index.html",
        page=page,
        homes={r_id: shown.get("home", "") for r_id, shown in seen.items()},
        mobiles={r_id: shown.get("mobile", "–") for r_id, shown in seen.items()},
        statuses=[(s, words, counts.get(s, 0)) for s, words in STATUS_WORDS.items()],
        status_words=STATUS_WORDS,
        tones=TONES,
        buildings=[(b, _("Building {n}", n=b)) for b in queries.buildings(actor)],
        orgs=queries.orgs_of(actor),
        flags=FLAGS,
        waiting=queries.waiting_count(actor) if _may_decide(actor) else 0,
        ending=tenancies.ending(actor).count() if _may_decide(actor) else 0,
        may_add=access.may(actor, "resident.create"),
        may_print=access.may(actor, "print.use"),
    )


def _filters() -> queries.Filters:
    given = request.args
    return queries.Filters(
        given.get("status", ""),
        given.get("building", ""),
        given.get("org", type=int),
        given.get("q", ""),
        given.get("tenancy", ""),
    )


@blueprint.post("/print")
@session.needs("print.use")
def print_these() -> Any:
    """Everybody whom the filters in the address fit."""
    actor = session.current_actor()
    found = queries.listed(actor, _filters()).limit(batches.MOST_ROWS + 1)
    return batch_web.prepared(actor, printing.KIND, [r.id for r in found])


@blueprint.get("/queue")
@session.needs("resident.approve")
def queue() -> Any:
    actor = session.current_actor()
    page = listing.paginate(queries.waiting_files(actor))
    files = page.items
    waiting = queries.waiting_changes(actor)
    changes = list(waiting.limit(listing.PER_PAGE))
    return render_template(
        "residents/queue.html",
        page=page,
        files=files,
        changes_count=waiting.count(),
        homes=_homes(files),
        changes=changes,
        kinds=KINDS,
        differing={c.id: differing(c) for c in changes},
        flags=FLAGS,
    )


def differing(change: Any) -> list[history.Change]:
    """Before and after of a waiting change, masked."""
    if change.kind == "erase":
        return []
    before, after = file.from_text(change.before), file.from_text(change.after)
    return history.changes(before, after, locale())


@blueprint.route("/new", methods=["GET", "POST"])
@session.needs("resident.create")
def add() -> Any:
    """The whole registration on one page, for staff who take a call or stand at the counter."""
    actor = session.current_actor()
    facts = _communities(actor)
    errors: dict[str, Text] = {}
    if request.method == "POST":
        answers, errors = page_form.read_registration(request.form, facts, locale())
        for name in ("consent", "consent_sensitive"):
            if name in answers and not answers[name]:
                errors[name] = _("Without this consent we may not keep the file.")
        if not errors:
            try:
                made = actions.register(
                    actions.Applicant(None, "staff", org_id=int(answers.get("community") or _only(actor))),
                    answers,
                    proven=(),
                    consent_version=consent.VERSION,
                    actor=actor,
                )
            except Invalid as error:
                errors[error.field or "id_number"] = error.text
            else:
                flash(say(_("Registered; the file waits for approval.")))
                return redirect(url_for("residents.show", resident_id=made.resident_id), code=303)
    drawn = page_form.rows(REGISTRATION, request.form, errors, facts, locale())
    page = render_template("residents/new.html", rows=drawn, errors=errors)
    return page, 422 if errors else 200


def _communities(actor: Actor) -> dict[str, Any]:
    """The fact from which the Form asks for the community: only when the actor serves several."""
    found = queries.communities_of(actor)
    if len(found) < 2:
        return {}
    return {"communities": [{"value": str(org_id), "label": name} for org_id, name in found]}


def _only(actor: Actor) -> int:
    found = queries.communities_of(actor)
    if not found:
        raise Invalid(_("There is no community to register in yet. Please call the office."), "home")
    return found[0][0]


@blueprint.route("/<int:resident_id>/correct", methods=["GET", "POST"])
@session.needs("resident.change")
def correct(resident_id: int) -> Any:
    actor = session.current_actor()
    resident = decisions.get(actor, resident_id, "resident.change")
    on_file = file.answers_of(resident)
    errors: dict[str, Text] = {}
    private = privacy.hidden(resident_id)
    typed: Any = page_form.typed_of({n: v for n, v in on_file.items() if n not in private})
    if request.method == "POST":
        typed = request.form
        changes, errors = page_form.read_correction(typed, on_file, locale())
        if not errors and not changes:
            flash(say(_("Nothing was different, so nothing was changed.")))
            return redirect(url_for("residents.show", resident_id=resident_id), code=303)
        if not errors:
            try:
                moved = typed.get("moved") != "written"
                actions.correct(actor, resident_id, changes, typed.get("why", ""), moved=moved)
            except Invalid as error:
                errors[error.field or "why"] = error.text
            else:
                flash(say(_("Saved.")))
                return redirect(url_for("residents.show", resident_id=resident_id), code=303)
    drawn = page_form.rows(page_form.CORRECTION, typed, errors, {}, locale())
    page = render_template(
        "residents/correct.html",
        resident=resident,
        rows=drawn,
        kept=file.masked(on_file, locale(), private),
        errors=errors,
        why=request.form.get("why", ""),
        moved=request.form.get("moved", ""),
    )
    return page, 422 if errors else 200


def done(words: Text, resident_id: int) -> Any:
    """After an act: say so, then the next file of the queue, or the same file."""
    flash(say(words))
    if request.form.get("queue"):
        following = queries.waiting_files(session.current_actor()).first()
        if following is not None:
            return redirect(url_for("residents.show", resident_id=following.id, queue=1), code=303)
        return redirect(url_for("residents.queue"), code=303)
    return redirect(url_for("residents.show", resident_id=resident_id), code=303)
