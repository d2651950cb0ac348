"""The surveys' pages of the admin: list, making one, its results."""

from __future__ import annotations

from typing import Any

import segno
from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from markupsafe import Markup

from backend.core import access, audit, clock, media, privacy
from backend.core.access import Actor
from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.i18n import LANGUAGES, Msg, Text, _
from backend.fields.base import Field
from backend.residents import queries as residents
from backend.residents import selection
from backend.settings import settings
from backend.surveys import (
    actions,
    anonymity,
    evaluation,
    export,
    form,
    page_form,
    personal,
    queries,
    results,
)
from backend.surveys.audience import Audience
from backend.surveys.models import Survey
from backend.web import dashboard, form_conditions, listing, nav, sections, session, subjects, workbook
from backend.web.dashboard import Card, Item
from backend.web.form_builder import Draft
from backend.web.sections import Section
from backend.web.text import locale, say

blueprint = Blueprint(
    "surveys",
    __name__,
    url_prefix="/admin/surveys",
    template_folder="templates",
    static_folder="static",
    static_url_path="/static",
)
STATUSES: dict[str, tuple[Msg, str]] = {
    "draft": (_("Being prepared"), "attention"),
    "open": (_("Taking answers"), "good"),
    "closed": (_("Ended"), "calm"),
}
TEXTS_SHOWN = 200
KNOWN_SHOWN = 30

nav.register(_("Surveys"), "surveys.index", "survey.read", 35, group="community")
subjects.register("survey", _("survey {number}"), "surveys.show", "survey_id")
privacy.register("surveys", personal.export, personal.forget)


@blueprint.get("")
@session.needs("survey.read")
def index() -> Any:
    actor = session.current_actor()
    page = listing.paginate(
        queries.listed(actor, request.args.get("status", ""), request.args.get("q", "").strip())
    )
    return render_template(
        "surveys/index.html",
        page=page,
        rates=queries.rates(page.items),
        statuses=STATUSES,
        title_of=form.title,
        may_add=access.may(actor, "survey.change"),
    )


# --- making one -----------------------------------------------------------------------------------------------


@blueprint.get("/new")
@session.needs("survey.change")
def new() -> Any:
    actor = session.current_actor()
    return _edit_page(None, page_form.fresh(actor), page_form.draft(None), {})


@blueprint.post("/new")
@session.needs("survey.change")
def create() -> Any:
    return _save(None)


@blueprint.get("/<int:survey_id>/edit")
@session.needs("survey.change")
def edit(survey_id: int) -> Any:
    survey = _changeable(survey_id)
    return _edit_page(survey, page_form.typed_of(survey), page_form.draft(survey), {})


@blueprint.post("/<int:survey_id>/edit")
@session.needs("survey.change")
def change(survey_id: int) -> Any:
    return _save(_changeable(survey_id))


def _changeable(survey_id: int) -> Survey:
    survey = queries.seen_by(session.current_actor(), survey_id)
    access.check(session.current_actor(), "survey.change", survey.org_id)
    if survey.status == "closed":
        raise Conflict(_("This survey is closed. Make a copy to ask again."))
    return survey


def _save(survey: Survey | None) -> Any:
    actor = session.current_actor()
    given = {name: value for name, value in request.form.items() if name != "csrf_token"}
    # What cannot be changed any more stands on the page, but is not sent.
    typed = {**page_form.typed_of(survey), "newcomers": "", **given} if survey is not None else given
    plan, draft, errors = page_form.read(typed, survey)
    if plan is not None:
        try:
            saved = actions.create(actor, plan) if survey is None else actions.change(actor, survey.id, plan)
        except Invalid as problem:
            errors[problem.field or ""] = problem.text
        else:
            flash(say(_("Saved.")), "success")
            return redirect(url_for("surveys.show", survey_id=saved.id), code=303)
    return _edit_page(survey, typed, draft, errors), 422


def _edit_page(survey: Survey | None, typed: dict[str, str], draft: Draft, errors: dict[str, Text]) -> str:
    actor = session.current_actor()
    return render_template(
        "surveys/edit.html",
        survey=survey,
        typed=typed,
        draft=draft,
        errors=errors,
        places=page_form.places(actor),
        modes=list(page_form.MODES.items()),
        spoken=[(code, language.name) for code, language in LANGUAGES.items()],
        buildings=[say(_("Building {n}", n=name)) for name in residents.buildings(actor)[:KNOWN_SHOWN]],
        frozen=survey is not None and survey.status != "draft",
    )


# --- one survey -----------------------------------------------------------------------------------------------


@blueprint.get("/<int:survey_id>")
@session.needs("survey.read")
def show(survey_id: int) -> Any:
    actor = session.current_actor()
    survey = queries.seen_by(actor, survey_id)
    given = request.args
    audience = Audience.from_json(survey.audience)
    wanted = evaluation.Wanted(
        given.get("by", ""), given.get("group", ""), given.get("row", ""), given.get("column", "")
    )
    view = evaluation.view(survey, wanted, locale())
    return render_template(
        "surveys/show.html",
        survey=survey,
        title=form.title(survey),
        intro=form.intro(survey),
        status=STATUSES[survey.status],
        waits=survey.status == "open" and survey.opens_at > clock.now(),
        rate=queries.rate(survey),
        view=view,
        counted=results.COUNTED,
        when={field.name: words for _n, field, words in form_conditions.sometimes(view.form)},
        texts={q.of.name: _texts(actor, survey, q.of, view.rows, given.get("q", "")) for q in view.questions if not q.bars and not q.figures},
        audience=audience.told(),
        fitting=len(selection.ids(audience.selection(clock.local(clock.now()).date()))) if survey.status == "draft" else 0,
        may_change=access.may(actor, "survey.change", survey.org_id),
        least=anonymity.LEAST * (1 if survey.status == "closed" else 2),
        step=anonymity.LEAST,
        link=_link(survey),
        code=segno.make(_link(survey), micro=False).svg_data_uri(scale=5) if survey.status == "open" else "",
    )  # fmt: skip


def _link(survey: Survey) -> str:
    base = settings().public_url or request.host_url.rstrip("/")
    return f"{base}/survey/{survey.token}"


def _texts(actor: Actor, survey: Survey, of: Field, rows: list[Any], search: str) -> dict[str, Any]:
    """What was written: `shown`, the first of the `total` that the search finds, with who wrote it where that is known."""
    reveal = not of.sensitive or access.may(actor, "resident.reveal", survey.org_id)
    found = []
    for row in rows:
        stored = form.stored(row).get(of.name)
        if stored is None:
            continue
        value = of.load(stored)
        text = of.show(value, locale()) if reveal else of.masked(value, locale())
        if search.casefold() in text.casefold():
            found.append((text, value.key if reveal and of.kind == "photo" else "", row.resident_id))
    shown = found[:TEXTS_SHOWN]
    known = residents.by_ids({who for _t, _k, who in shown if who})
    return {
        "total": len(found),
        "shown": [(text, photo, known.get(who) if who else None) for text, photo, who in shown],
    }


@blueprint.post("/<int:survey_id>/<act>")
@session.needs("survey.change")
def act(survey_id: int, act: str) -> Any:
    actor = session.current_actor()
    if act == "discard":
        actions.discard(actor, survey_id)
        flash(say(_("The draft is thrown away.")), "success")
        return redirect(url_for("surveys.index"), code=303)
    do = {"open": actions.release, "close": actions.close, "reopen": actions.reopen, "copy": actions.copy}
    if act not in do:
        raise NotFound()
    done = do[act](actor, survey_id)
    flash(say(_DONE[act]), "success")
    if act == "copy":
        return redirect(url_for("surveys.edit", survey_id=done.id), code=303)
    return redirect(url_for("surveys.show", survey_id=done.id), code=303)


_DONE: dict[str, Msg] = {
    "open": _("It is open. People are invited between 8 and 21 o'clock."),
    "close": _("It is closed. You can open it again on this page."),
    "reopen": _("It is open again."),
    "copy": _("This is the copy; nobody is asked yet."),
}


@blueprint.get("/<int:survey_id>/export")
@session.needs("survey.read")
def download(survey_id: int) -> Response:
    """One row for each answer, as an Excel file."""
    actor = session.current_actor()
    survey = queries.seen_by(actor, survey_id)
    if survey.anonymous and len(queries.answers(survey)) < anonymity.LEAST:
        raise Conflict(_("There are too few answers yet: one could guess who said what."))
    confidential = access.may(actor, "resident.export", survey.org_id)
    audit.record(actor, "survey.export", survey.subject, org_id=survey.org_id)
    return workbook.download(
        say(form.title(survey)), export.sheet(survey, locale(), confidential=confidential)
    )


@blueprint.get("/<int:survey_id>/photos/<key>")
@session.needs("survey.read")
def photo(survey_id: int, key: str) -> Response:
    actor = session.current_actor()
    survey = queries.seen_by(actor, survey_id)
    reveal = access.may(actor, "resident.reveal", survey.org_id)
    pictures = [f for f in form.questions(survey).fields if f.kind == "photo" and (reveal or not f.sensitive)]
    given = (form.stored(row) for row in queries.answers(survey))
    if not any(f.name in one and f.load(one[f.name]).key == key for one in given for f in pictures):
        raise NotFound()
    data, kind = media.load(key)
    return Response(
        data,
        content_type=kind,
        headers={"Cache-Control": "private, no-store", "Content-Disposition": "inline"},
    )


# --- elsewhere in the admin -----------------------------------------------------------------------------------


def _card(actor: Actor) -> Card | None:
    if not access.may(actor, "survey.read"):
        return None
    going = list(queries.listed(actor, "open").limit(5))
    rates = queries.rates(going)
    items = [
        Item(
            form.title(survey),
            url_for("surveys.show", survey_id=survey.id),
            _("{percent} % answered", percent=rates.get(survey.id, queries.Rate()).percent),
        )
        for survey in going
    ]
    return Card(
        _("Open surveys"),
        len(items),
        items,
        url_for("surveys.index", status="open"),
        "calm",
        _("No survey is open. One is made in a few minutes."),
        "survey",
    )


def _section(actor: Actor, resident_id: int) -> Section | None:
    if not access.may(actor, "survey.read", residents.org_of(resident_id)):
        return None
    reveal = access.may(actor, "resident.reveal", residents.org_of(resident_id))
    given = [
        (one, _lines(one, one.row, reveal), [(row, _lines(one, row, reveal)) for row in one.before])
        for one in queries.given_by(resident_id)
    ]
    if not given:
        return None
    html = render_template("surveys/section.html", given=given)
    return Section(_("Surveys"), Markup(html))  # noqa: S704  # rendered by our own template


def _lines(given: queries.Given, row: Any, reveal: bool) -> list[tuple[Text, str]]:
    stored = form.stored(row)
    return [
        (
            f.label,
            (f.masked if f.sensitive and not reveal else f.show)(f.load(stored[f.name]), locale()),
        )
        for f in given.form.fields
        if stored.get(f.name) is not None
    ]


dashboard.register(_card, order=60)
sections.register("resident", _section, order=60)
