"""A repair taken on the phone: the caller's own words first, then the same Form as in a conversation, on one page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from backend.core import access, media, orgs
from backend.core.access import Actor
from backend.core.errors import Invalid, NotFound
from backend.core.i18n import Text, _
from backend.fields.words import Media, Said
from backend.requests import actions, page_form
from backend.requests.actions import Contact, SlotTaken
from backend.requests.form import report_of
from backend.residents import queries as residents
from backend.residents.queries import Summary
from backend.web import session
from backend.web.text import locale, say

blueprint = Blueprint("taking", __name__, url_prefix="/admin/requests/new", template_folder="templates")


@blueprint.get("")
@session.needs("request.create")
def new() -> Any:
    """`?resident=` comes from a resident's file; `?caller=` is a phone number, `?said=` the caller's words."""
    actor = session.current_actor()
    caller = _caller(actor)
    said = request.args.get("said", "").strip()
    if caller is None and not said and not request.args.get("category"):
        return render_template("requests/call.html", asked=bool(request.args.get("caller")))
    typed = page_form.heard(said, caller, locale())
    typed |= {k: v for k, v in request.args.items() if k in ("category", "phone") and v}
    if caller is None and request.args.get("caller"):
        typed["phone"] = request.args["caller"]
    return _page(actor, caller, typed, {})


@blueprint.post("")
@session.needs("request.create")
def take() -> Any:
    actor = session.current_actor()
    caller = _caller(actor)
    known = page_form.facts(_org_of(actor, caller), caller)
    typed: dict[str, str | Said] = {k: v for k, v in request.form.items() if k != "csrf_token"}
    errors: dict[str, Text] = {}
    try:
        photo = _photo(actor)
        if photo is not None:
            typed["photo"] = photo
    except Invalid as problem:
        errors["photo"] = problem.text
    answers, wrong = page_form.read(typed, known, locale())
    errors |= wrong
    if not errors and "place" in answers:
        try:
            contact = Contact(
                resident_id=caller.id if caller else None,
                phone=answers.get("phone"),
                org_id=_org_of(actor, caller),
            )
            report = report_of(answers, "desk", request.form.get("description", ""))
            booked = actions.book(actor, report, contact)
        except SlotTaken as taken:
            errors["slot"] = taken.text
        else:
            flash(say(_("Taken on as R-{number}.", number=booked.request.number)), "success")
            return redirect(url_for("requests.show", number=booked.request.number), code=303)
    return _page(actor, caller, {k: v for k, v in typed.items() if isinstance(v, str)}, errors), 422


def _page(actor: Actor, caller: Summary | None, typed: dict[str, str], errors: dict[str, Text]) -> str:
    known = page_form.facts(_org_of(actor, caller), caller)
    return render_template(
        "requests/new.html",
        rows=page_form.rows(typed, errors, known, locale()),
        caller=caller,
        category=typed.get("category", ""),
        said=typed.get("description", ""),
    )


def _caller(actor: Actor) -> Summary | None:
    """The registered resident who calls, when this member of staff may know of her."""
    resident_id = request.values.get("resident", type=int)
    if resident_id is not None:
        found = residents.find(resident_id)
        if found is None or not access.may(actor, "resident.read", found.org_id):
            raise NotFound()
        return found
    text = request.args.get("caller", "").strip()
    if not text:
        return None
    rows = list(residents.listed(actor, residents.Filters(text=text)).limit(2))
    return residents.find(rows[0].id) if len(rows) == 1 else None


def _org_of(actor: Actor, caller: Summary | None) -> int:
    """Hers; else the first community where this member of staff takes requests."""
    if caller is not None:
        return caller.org_id
    own = orgs.Org.select().where(orgs.Org.id.in_(access.org_ids(actor, "request.create")))
    found = own.where(orgs.Org.level == "community").order_by(orgs.Org.id).first() or own.first()
    if found is None:
        raise NotFound()
    return int(found.id)


def _photo(actor: Actor) -> Said | None:
    file = request.files.get("photo")
    data = file.read() if file is not None else b""
    if file is None or not data:
        return None
    key = media.save(data, file.mimetype or "", f"staff:{actor.id}")
    return Said(media=Media(key, "image/jpeg"))
