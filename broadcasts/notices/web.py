"""Notices in the admin: the list, the editor with its preview, what each said before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for

from backend.core import access, media
from backend.core.access import Actor
from backend.core.errors import Conflict, Invalid, LinliError, NotFound
from backend.core.i18n import LANGUAGES, Text, _
from backend.messaging.channels import NAMES
from backend.messaging.topics import TOPICS
from backend.printing import record_rows, rows
from backend.printing.web import SURFACE_CSP
from backend.records.list_web import orgs_of
from backend.web import nav, session, subjects
from backend.web.text import locale, say
from broadcasts.campaigns.recipients import REASONS
from broadcasts.models import Notice
from broadcasts.notices import actions as notices
from broadcasts.notices import form as notice_form
from broadcasts.notices import preview, starters, wording, wording_changes
from broadcasts.notices.estimate import Row
from broadcasts.notices.form import Typed
from broadcasts.notices.wording import MOST_BUTTONS, Wording

SEE, WRITE = "campaign.read", "notice.write"
blueprint = Blueprint(
    "notices",
    __name__,
    url_prefix="/admin/notices",
    template_folder="../templates",
    static_folder="../static",
    static_url_path="/static",
)
_MARKS = {
    "zh_CN": ("{{姓名}}", "{{如果 手机}} … {{否则}} … {{结束}}", "{{如果 性别 = 女}} … {{结束}}"),
    "en": ("{{Name}}", "{{if Mobile}} … {{else}} … {{end}}", "{{if Gender = Female}} … {{end}}"),
}

nav.register(_("Notices"), "notices.index", SEE, 45, group="messages")
subjects.register("wording", _("notice text {number}"), "notices.show", "notice_id")


@blueprint.app_context_processor
def _words() -> dict[str, object]:
    """For `broadcasts/outlook.html`, wherever it is shown."""
    return {"channel_titles": NAMES, "left_out_words": REASONS}


@blueprint.app_template_global()
def row_page(kind: str, row: Row) -> str:
    """Where staff look at a row of an audience; "" when it has no page."""
    prefix, _colon, key = kind.partition(":")
    if prefix == record_rows.PREFIX:
        return url_for("records.show", key=key, row_id=row.row_id)
    return subjects.link(f"resident:{row.resident_id}" if row.resident_id is not None else kind)


@blueprint.get("")
@session.needs(SEE)
def index() -> Any:
    actor, given = session.current_actor(), request.args
    words, topic = given.get("q", "").strip().casefold(), given.get("topic", "")
    state = notices.RETIRED if given.get("state") == notices.RETIRED else notices.ACTIVE
    found = [
        one
        for one in notices.listed(actor, state)
        if words in one.name.casefold() and topic in ("", one.topic)
    ]
    return render_template(
        "broadcasts/notices.html",
        found=found,
        filtered=bool(words or topic or state == notices.RETIRED),
        topics=_topics(),
        topic_titles=TOPICS,
        kinds=notices.kinds(actor),
        starters=starters.STARTERS,
        may_write=access.may(actor, WRITE),
    )


@blueprint.get("/new")
@session.needs(WRITE)
def new() -> Any:
    starter = starters.STARTERS.get(request.args.get("starter", ""))
    if starter is None:
        return _editor(None, {"kind": starters.KIND}, {})
    typed = Typed(say(starter.name), starter.topic, starters.KIND, starter.wording)
    return _editor(None, notice_form.fields(typed), {})


@blueprint.post("/new")
@session.needs(WRITE)
def create() -> Any:
    actor, org_id = session.current_actor(), _org()
    try:
        typed = _read(actor, org_id)
        made = notices.create(actor, org_id, typed.name, typed.topic, typed.kind, typed.wording, locale())
    except Invalid as problem:
        return _again(actor, None, problem)
    flash(say(_("Saved.")), "success")
    return redirect(url_for("notices.show", notice_id=made.id), code=303)


@blueprint.get("/<int:notice_id>")
@session.needs(SEE)
def show(notice_id: int) -> Any:
    actor = session.current_actor()
    notice = notices.seen(actor, notice_id)
    written = notices.wording_of(notice)
    language = request.args.get("in", "")
    language = language if language in written.variants else written.script().locale(locale())
    row = request.args.get("row", type=int)
    told = notices.versions(notice)
    before = {one.number + 1: Wording.from_json(one.wording) for one in told}
    return render_template(
        "broadcasts/notice.html",
        notice=notice,
        topic=TOPICS[notice.topic],
        kind=notices.kinds(actor).get(notice.kind, "–"),
        look=preview.look(actor, notice.kind, notice.topic, written, row, language, _photos(written)),
        row=row,
        language=language,
        spoken=list(written.variants),
        offered=preview.offered(actor, notice.kind, request.args.get("who", "").strip(), locale()),
        problems=(),
        letter_url=url_for("notices.letter"),
        versions=[
            (one, wording_changes.changes(before[one.number], Wording.from_json(one.wording)) if one.number in before else [])
            for one in told
        ],
        may_write=access.may(actor, WRITE, notice.org_id),
        may_send=access.may(actor, "campaign.write"),
    )  # fmt: skip


@blueprint.get("/<int:notice_id>/edit")
@session.needs(WRITE)
def edit(notice_id: int) -> Any:
    notice = _mine(notice_id)
    typed = Typed(notice.name, notice.topic, notice.kind, notices.wording_of(notice))
    return _editor(notice, notice_form.fields(typed), {})


@blueprint.post("/<int:notice_id>/edit")
@session.needs(WRITE)
def change(notice_id: int) -> Any:
    actor, notice = session.current_actor(), _mine(notice_id)
    try:
        typed = _read(actor, notice.org_id)
        seen = request.form.get("seen", 0, type=int)
        notices.change(actor, notice_id, seen, typed.name, typed.topic, typed.kind, typed.wording, locale())
    except Invalid as problem:
        return _again(actor, notice, problem)
    except Conflict as problem:
        words = _(
            "{who} saved version {n} meanwhile. What you wrote is still here; saving again puts it in place of theirs.",
            who=notices.version(notice, notice.version).by_name,
            n=notice.version,
        )
        return _editor(notice, _typed(), {"seen": words}), problem.status
    flash(say(_("Saved.")), "success")
    return redirect(url_for("notices.show", notice_id=notice_id), code=303)


@blueprint.post("/<int:notice_id>/versions/<int:number>")
@session.needs(WRITE)
def bring_back(notice_id: int, number: int) -> Any:
    """An older version becomes the newest."""
    notice = _mine(notice_id)
    seen = request.form.get("seen", 0, type=int)
    old = notices.wording_of(notice, number)
    actor = session.current_actor()
    notices.change(actor, notice_id, seen, notice.name, notice.topic, notice.kind, old, locale())
    return _done(notice_id, _("Version {n} holds again.", n=number))


@blueprint.post("/<int:notice_id>/retire")
@session.needs(WRITE)
def retire(notice_id: int) -> Any:
    notices.retire(session.current_actor(), notice_id)
    return _done(notice_id, _("Out of use. What was sent stays as it is."))


@blueprint.post("/<int:notice_id>/restore")
@session.needs(WRITE)
def restore(notice_id: int) -> Any:
    notices.retire(session.current_actor(), notice_id, back=True)
    return _done(notice_id, _("In use again."))


# --- how it looks ---------------------------------------------------------------------------------------------


@blueprint.post("/preview")
@session.needs(WRITE)
def look_typed() -> Any:
    """A part of a page for the editor: what is typed, on every channel, and what is not right yet."""
    actor, given = session.current_actor(), request.form
    typed, row = notice_form.read(given), given.get("row", type=int)
    language = given.get("in", "")
    problems: list[tuple[Text, Text]] = []
    shown: preview.Look | None = None
    offered: Sequence[tuple[int, Text]] = ()
    try:
        columns = rows.columns(actor, typed.kind)
        kept = wording.trimmed(typed.wording)
        problems = [(_where(name), text) for name, text in wording.problems(kept, columns, locale()).items()]
        offered = (
            preview.offered(actor, typed.kind, given.get("who", "").strip(), locale()) if typed.kind else ()
        )
        if kept.variants and typed.kind:
            language = language if language in kept.variants else locale()
            topic = typed.topic if typed.topic in TOPICS else "service"
            shown = preview.look(actor, typed.kind, topic, kept, row, language, _photos(kept))
    except LinliError as error:
        # While somebody types this is no failure: half a condition is on its way to a whole one.
        problems = problems or [("", error.text)]
    return render_template(
        "broadcasts/notice_look.html",
        look=shown,
        problems=problems,
        offered=offered,
        row=row,
        letter_url=url_for("notices.letter"),
    )


@blueprint.get("/letter")
@session.needs(SEE)
def letter() -> Response:
    """The empty sheet that pages fill with a letter."""
    return Response(
        render_template("broadcasts/letter.html"), headers={"Content-Security-Policy": SURFACE_CSP}
    )


@blueprint.post("/photos")
@session.needs(WRITE)
def add_photo() -> Any:
    """JSON for the editor: the photo's key and where it is seen."""
    file = request.files.get("photo")
    if file is None or not file.filename:
        return jsonify(error=say(_("Please choose a picture."))), 422
    try:
        key = notices.add_photo(session.current_actor(), _org(), file.read(), file.mimetype)
    except Invalid as problem:
        return jsonify(error=say(problem.text)), problem.status
    return jsonify(key=key, src=url_for("notices.photo", key=key))


@blueprint.get("/photos/<key>")
@session.needs(SEE)
def photo(key: str) -> Response:
    if not notices.is_ours(key):
        raise NotFound()
    data, kind = media.load(key)
    return Response(data, content_type=kind, headers={"Cache-Control": "private, no-store"})


# --- shared ---------------------------------------------------------------------------------------------------


def _mine(notice_id: int) -> Notice:
    """One that the reader may change. Raises NotFound, Forbidden."""
    actor = session.current_actor()
    notice = notices.seen(actor, notice_id)
    access.check(actor, WRITE, notice.org_id)
    return notice


def _org() -> int:
    """Where a new one belongs: the area chosen, or the widest of one's own."""
    mine = [number for number, _name in orgs_of(session.current_actor(), WRITE)]
    chosen = request.form.get("org", type=int)
    return chosen if chosen in mine else mine[0]


def _typed() -> dict[str, str]:
    return dict(request.form.items())


def _read(actor: Actor, org_id: int) -> Typed:
    """What was typed, with the photos that came along. Raises Invalid."""
    form = _typed()
    for code in LANGUAGES:
        file = request.files.get(f"{code}.file")
        if file is not None and file.filename:
            try:
                form[f"{code}.photo"] = notices.add_photo(actor, org_id, file.read(), file.mimetype)
            except Invalid as problem:
                raise Invalid(problem.text, f"{code}.photo") from None
    return notice_form.read(form)


def _again(actor: Actor, notice: Notice | None, problem: Invalid) -> Any:
    """The editor with everything that is wrong, not the first thing alone."""
    errors: dict[str, Text] = {problem.field or "text": problem.text}
    typed = notice_form.read(request.form)
    if typed.kind in notices.kinds(actor):
        columns = rows.columns(actor, typed.kind)
        errors = wording.problems(wording.trimmed(typed.wording), columns, locale()) | errors
    return _editor(notice, _typed(), errors), problem.status


def _editor(notice: Notice | None, typed: Mapping[str, str], errors: Mapping[str, Text]) -> str:
    actor = session.current_actor()
    return render_template(
        "broadcasts/notice_edit.html",
        notice=notice,
        seen=notice.version if notice is not None else 0,
        typed={"org": str(_org()), **typed},
        errors=errors,
        topics=_topics(),
        kinds=list(notices.kinds(actor).items()),
        orgs=orgs_of(actor, WRITE),
        leads=notice_form.leads(),
        most_buttons=MOST_BUTTONS,
        names=notice_form.offered(actor),
        starters={} if notice is not None or typed.get("name") else starters.STARTERS,
        marks=_MARKS[locale()] if locale() in _MARKS else _MARKS["en"],
    )


def _topics() -> list[tuple[str, Text]]:
    return [(key, topic.title) for key, topic in TOPICS.items()]


def _photos(written: Wording) -> dict[str, str]:
    return {v.photo: url_for("notices.photo", key=v.photo) for v in written.variants.values() if v.photo}


def _where(name: str) -> Text:
    """The field as people call it."""
    code, _dot, form = name.partition(".")
    title = wording_changes.NAMES.get(form)
    if title is None:
        return ""
    return _("{form} ({language})", form=title, language=LANGUAGES[code].name)


def _done(notice_id: int, words: Text) -> Any:
    flash(say(words), "success")
    return redirect(url_for("notices.show", notice_id=notice_id), code=303)
