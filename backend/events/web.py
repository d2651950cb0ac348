"""The events' pages of the admin: list, one event, its words and times, its people."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from markupsafe import Markup

from backend.core import access, media, privacy
from backend.core.access import Actor
from backend.core.errors import Invalid, NotFound
from backend.core.i18n import LOCALES, Text, _, ngettext
from backend.events import actions, page_form, personal, places, printing, queries, roll, states, wording
from backend.events import participants as lists
from backend.events.models import Event
from backend.printing import batch_web
from backend.residents import queries as residents
from backend.web import dashboard, listing, nav, sections, session, subjects
from backend.web.dashboard import Card, Item
from backend.web.sections import Section
from backend.web.text import locale, say
from backend.web.text import when as moment

blueprint = Blueprint(
    "events",
    __name__,
    # /admin/events is the stream that open pages listen to.
    url_prefix="/admin/activities",
    template_folder="templates",
    static_folder="static",
    static_url_path="/static",
)


ON_PAGE = 100
"""Participants on one page."""


def _waiting(actor: Actor) -> int:
    return len(queries.awaiting(actor))


nav.register(_("Events"), "events.index", "event.read", 30, badge=_waiting, group="community")
subjects.register("event", _("event {number}"), "events.show", "event_id")
privacy.register("events", personal.export, personal.forget)


def _card(actor: Actor) -> Card | None:
    if not access.may(actor, "event.read"):
        return None
    waiting = queries.awaiting(actor)
    shown = waiting or [e for e in queries.coming() if access.may(actor, "event.read", e.org_id)][:5]
    return Card(
        _("Events: {n} wait for approval", n=len(waiting)) if waiting else _("Coming events"),
        len(shown),
        [Item(e.title, url_for("events.show", event_id=e.id), moment(e.starts_at)) for e in shown[:5]],
        url_for("events.index"),
        "attention" if waiting else "calm",
        _("Nothing is planned. An event is made in three minutes."),
        "event",
    )


dashboard.register(_card, order=40)


def _section(actor: Actor, resident_id: int) -> Section | None:
    if not access.may(actor, "event.read", residents.org_of(resident_id)):
        return None
    found = queries.of_resident(resident_id)
    org_id = residents.org_of(resident_id)
    coming = queries.open_now(org_id) if access.may(actor, "event.change", org_id) else []
    if not found and not coming:
        return None
    html = render_template(
        "events/section.html", found=found, coming=coming, resident_id=resident_id, **_words()
    )
    return Section(_("Events"), Markup(html))  # noqa: S704  # rendered by our own template


sections.register("resident", _section, order=40)


def _words() -> dict[str, Any]:
    return {
        "statuses": states.LABELS,
        "tones": states.TONES,
        "signup_statuses": states.SIGNUP_LABELS,
        "signup_tones": states.SIGNUP_TONES,
    }


# --- list -----------------------------------------------------------------------------------------------------


@blueprint.get("")
@session.needs("event.read")
def index() -> Any:
    actor = session.current_actor()
    found = queries.listed(actor, request.args.get("status", ""), request.args.get("q", ""))
    page = listing.paginate(found)
    return render_template(
        "events/index.html",
        page=page,
        places=queries.places_by_id(page.items),
        may_add=access.may(actor, "event.change"),
        **_words(),
    )


# --- writing --------------------------------------------------------------------------------------------------


@blueprint.get("/new")
@session.needs("event.change")
def new() -> Any:
    actor = session.current_actor()
    return _edit_page(actor, None, {"companions": "0", "confirm_minutes": "120"}, {})


@blueprint.post("/new")
@session.staff_only
def create() -> Any:
    actor = session.current_actor()
    try:
        event = actions.create(actor, page_form.read(request.form, None))
    except Invalid as error:
        return _edit_page(actor, None, request.form, _errors(error)), error.status
    return _done(event.id, _("Saved. Nobody sees it before you publish it."))


@blueprint.get("/<int:event_id>/edit")
@session.needs("event.change")
def edit(event_id: int) -> Any:
    actor = session.current_actor()
    event = queries.seen_by(actor, event_id)
    return _edit_page(actor, event, page_form.typed(event), {})


@blueprint.post("/<int:event_id>/edit")
@session.staff_only
def change(event_id: int) -> Any:
    actor = session.current_actor()
    event = queries.seen_by(actor, event_id)
    try:
        actions.change(actor, event_id, page_form.read(request.form, event.questions))
    except Invalid as error:
        return _edit_page(actor, event, request.form, _errors(error)), error.status
    return _done(event_id, _("Saved."))


def _errors(error: Invalid) -> dict[str, Text]:
    if not error.field:
        raise error
    name = f"{error.field}_{LOCALES[0]}" if error.field in page_form.TEXTS else error.field
    return {name: error.text}


def _edit_page(actor: Actor, event: Event | None, typed: Any, errors: dict[str, Text]) -> str:
    return render_template(
        "events/edit.html",
        event=event,
        typed=typed,
        errors=errors,
        orgs=queries.orgs_for(actor),
    )


# --- one event ------------------------------------------------------------------------------------------------


@blueprint.get("/<int:event_id>")
@session.needs("event.read")
def show(event_id: int) -> Any:
    actor = session.current_actor()
    event = queries.seen_by(actor, event_id)
    chosen = request.args.get("status", "")
    page = listing.paginate(lists.signups(event, (chosen,) if chosen else ()), ON_PAGE)
    theirs = event.organiser_kind == "resident"
    return render_template(
        "events/show.html",
        event=event,
        page=page,
        people=lists.named(page.items),
        places=queries.places_of(event),
        standing=places.STANDING,
        organiser=_organiser(event),
        when=wording.when(event),
        questions=queries.questions_of(event),
        photos=queries.photos(event),
        opinions=queries.opinions(event),
        may_change=access.may(actor, "event.change", event.org_id),
        may_bring=event.published_at is not None and access.may(actor, "record.import", event.org_id),
        may_print=access.may(actor, "print.use"),
        may_publish=access.may(actor, "event.approve" if theirs else "event.change", event.org_id),
        may_refuse=event.status == "awaiting" and access.may(actor, "event.approve", event.org_id),
        **_words(),
    )


def _organiser(event: Event) -> str:
    if event.organiser_kind != "resident":
        return ""
    found = residents.find(event.organiser_id)
    return found.name if found else "–"


@blueprint.post("/<int:event_id>/publish")
@session.staff_only
def publish(event_id: int) -> Any:
    actions.publish(session.current_actor(), event_id)
    return _done(event_id, _("Published. It is on the front page, and residents can sign up."))


@blueprint.post("/<int:event_id>/refuse")
@session.staff_only
def refuse(event_id: int) -> Any:
    actions.refuse(session.current_actor(), event_id, request.form.get("why", ""))
    return _done(event_id, _("Sent back, with your words."))


@blueprint.post("/<int:event_id>/call-off")
@session.staff_only
def call_off(event_id: int) -> Any:
    actions.call_off(session.current_actor(), event_id, request.form.get("why", ""))
    return _done(event_id, _("Called off, and everybody on the lists is told."))


@blueprint.post("/<int:event_id>/notify")
@session.staff_only
def notify(event_id: int) -> Any:
    to = {"signed": ("signed", "offered", "attended"), "waiting": ("waiting",)}.get(
        request.form.get("to", ""), (*places.STANDING, "attended")
    )
    told = actions.notify(session.current_actor(), event_id, request.form.get("text", ""), to)
    return _done(event_id, ngettext("One person is told.", "{n} people are told.", told))


@blueprint.post("/sign-up")
@session.staff_only
def sign_up() -> Any:
    """For a resident who rings up or stands at the counter."""
    event_id, resident_id = request.form.get("event", type=int), request.form.get("resident", type=int)
    if event_id is None or resident_id is None:
        raise Invalid(_("Which event do you mean?"), "event")
    wish = actions.Wish(request.form.get("companions", 0, type=int))
    residents.by_id(resident_id)
    done = actions.sign_up(session.current_actor(), event_id, resident_id, wish)
    words = _("On the waiting list.") if done.signup.status == "waiting" else _("Signed up.")
    return _done(event_id, _("That was so already.") if done.repeated else words)


@blueprint.post("/<int:event_id>/companions")
@session.staff_only
def companions(event_id: int) -> Any:
    """For a resident who rings up: she is told how it stands."""
    resident_id, many = (
        request.form.get("resident", 0, type=int),
        request.form.get("companions", -1, type=int),
    )
    actions.change_companions(session.current_actor(), event_id, resident_id, many)
    return _done(event_id, _("Saved."))


@blueprint.post("/<int:event_id>/remove")
@session.staff_only
def remove(event_id: int) -> Any:
    signup_id = request.form.get("signup", 0, type=int)
    actions.remove(session.current_actor(), event_id, signup_id, request.form.get("why", "").strip()[:300])
    return _done(event_id, _("Taken off the list; the place goes to the next."))


@blueprint.get("/<int:event_id>/participants.xlsx")
@session.needs("event.change")
def participants(event_id: int) -> Any:
    return roll.download(actions.take_list(session.current_actor(), event_id), locale())


@blueprint.get("/<int:event_id>/badges")
@session.needs("event.read")
def badges(event_id: int) -> Any:
    """Name tags, to print and cut."""
    event = queries.seen_by(session.current_actor(), event_id)
    people = lists.participants(event, ("signed", "attended"))
    names = [p.name for p in people]
    for person in people:
        names += printing.companions(person.signup)
    return render_template("events/badges.html", event=event, names=names)


@blueprint.post("/<int:event_id>/print")
@session.needs("print.use")
def print_people(event_id: int) -> Any:
    """Badges, certificates, whatever the templates are, for those who come or came."""
    actor = session.current_actor()
    event = queries.seen_by(actor, event_id)
    return batch_web.prepared(actor, printing.KIND, printing.coming(event))


# --- pictures -------------------------------------------------------------------------------------------------


@blueprint.post("/<int:event_id>/cover")
@session.staff_only
def cover(event_id: int) -> Any:
    actor = session.current_actor()
    file = request.files.get("photo")
    access.check(actor, "event.change", queries.seen_by(actor, event_id).org_id)
    if file is None or not file.filename:
        raise Invalid(_("Please choose a picture."), "photo")
    key = media.save(file.read(), file.mimetype, f"event:{event_id}")
    actions.set_cover(actor, event_id, key)
    return _done(event_id, _("The picture is on the event's page."))


@blueprint.post("/<int:event_id>/photos")
@session.staff_only
def add_photos(event_id: int) -> Any:
    files = [f for f in request.files.getlist("photos") if f.filename]
    if not files:
        raise Invalid(_("Please choose a picture."), "photos")
    for file in files[:20]:
        actions.add_photo(session.current_actor(), event_id, file.read(), file.mimetype)
    return _done(event_id, ngettext("One photo is kept.", "{n} photos are kept.", len(files[:20])))


@blueprint.post("/<int:event_id>/photos/<int:photo_id>/drop")
@session.staff_only
def drop_photo(event_id: int, photo_id: int) -> Any:
    actions.drop_photo(session.current_actor(), event_id, photo_id)
    return _done(event_id, _("The photo is gone."))


@blueprint.post("/<int:event_id>/photos/tell")
@session.staff_only
def tell_of_photos(event_id: int) -> Any:
    told = actions.tell_of_photos(session.current_actor(), event_id)
    return _done(event_id, ngettext("One person is told.", "{n} people are told.", told))


@blueprint.get("/<int:event_id>/photos/<int:photo_id>")
@session.needs("event.read")
def photo(event_id: int, photo_id: int) -> Any:
    event = queries.seen_by(session.current_actor(), event_id)
    return picture(queries.photo_key(event, photo_id), "private, no-store")


@blueprint.get("/<int:event_id>/cover")
@session.needs("event.read")
def cover_picture(event_id: int) -> Any:
    event = queries.seen_by(session.current_actor(), event_id)
    if not event.cover:
        raise NotFound()
    return picture(event.cover, "private, no-store")


def picture(key: str, cache: str) -> Response:
    data, kind = media.load(key)
    return Response(
        data, content_type=kind, headers={"Cache-Control": cache, "Content-Disposition": "inline"}
    )


def _done(event_id: int, words: Text) -> Any:
    flash(say(words), "success")
    return redirect(url_for("events.show", event_id=event_id), code=303)
