"""Files in the admin: the part of a subject's page, and the files themselves."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from markupsafe import Markup

from backend.attachments import actions, kinds, personal, queries, sniffing
from backend.core.access import Actor
from backend.core.errors import Invalid, NotFound
from backend.core.i18n import Msg, _, ngettext
from backend.settings import settings
from backend.web import session
from backend.web.limits import limiter
from backend.web.sections import Maker, Section
from backend.web.text import safe_next, say

__all__ = ["blueprint", "personal"]

blueprint = Blueprint("attachments", __name__, url_prefix="/admin/files", template_folder="templates")

AT_ONCE = 10
_LOCKED_IN = "default-src 'none'; sandbox"
ACCEPT = "image/jpeg,image/png,image/webp,image/gif,.pdf,.docx,.xlsx,.pptx,.odt,.ods,.txt,.csv"


def section(kind: str) -> Maker:
    """The part “Files” of its page: `sections.register("request", attachments.web.section("request"), order=40)`."""

    def made(actor: Actor, number: int) -> Section | None:
        subject = f"{kind}:{number}"
        try:
            files = queries.listed(actor, subject)
        except NotFound:
            return None
        may_add, may_change = kinds.may(actor, subject, "add"), kinds.may(actor, subject, "change")
        also = kinds.elsewhere(subject)
        if not files and not also and not may_add:
            return None
        html = render_template(
            "attachments/section.html",
            subject=subject,
            photos=[f for f in files if f.kind == sniffing.PHOTO and f.state == "open"],
            files=[f for f in files if f.kind != sniffing.PHOTO or f.state != "open"],
            also=also,
            may_add=may_add,
            removed=queries.removed(actor, subject) if may_change else [],
            may_change=may_change,
            most=settings().file_mb,
            accept=ACCEPT,
            days=actions.KEPT.days,
        )
        return Section(_("Files"), Markup(html))  # noqa: S704  # rendered by our own template

    return made


@blueprint.post("/add")
@session.staff_only
@limiter.limit("60 per minute")
def add() -> Any:
    """One file or some; each is kept or refused on its own."""
    actor = session.current_actor()
    subject = request.form.get("subject", "")
    kinds.reached(actor, subject, "add")
    sent = [f for f in request.files.getlist("files") if f.filename][:AT_ONCE]
    if not sent:
        raise Invalid(_("Please choose a file first."))
    kept = 0
    for file in sent:
        name = file.filename or ""
        try:
            actions.add(actor, subject, name, file.read())
            kept += 1
        except Invalid as refused:
            words = (
                _("{name}: {why}", name=name[:60], why=refused.text)
                if isinstance(refused.text, Msg)
                else refused.text
            )
            flash(say(words), "warning")
    if kept:
        flash(say(ngettext("{n} file is kept.", "{n} files are kept.", kept)), "success")
    return _back()


@blueprint.post("/<int:file_id>/remove")
@session.staff_only
def remove(file_id: int) -> Any:
    actions.remove(session.current_actor(), file_id)
    flash(say(_("The file is removed. It can be brought back for {n} days.", n=actions.KEPT.days)))
    return _back()


@blueprint.post("/<int:file_id>/restore")
@session.staff_only
def restore(file_id: int) -> Any:
    actions.restore(session.current_actor(), file_id)
    flash(say(_("The file is back.")), "success")
    return _back()


@blueprint.get("/<int:file_id>")
@session.staff_only
def show(file_id: int) -> Any:
    """A photo in the page, a document as a download: nothing of it runs in our own address."""
    found, data = queries.opened(session.current_actor(), file_id)
    return _sent(data, found.kind, found.name, found.kind != sniffing.PHOTO)


@blueprint.get("/<int:file_id>/small")
@session.staff_only
def small(file_id: int) -> Any:
    found, data = queries.opened(session.current_actor(), file_id, small=True)
    return _sent(data, found.kind, found.name, False)


def _sent(data: bytes, kind: str, name: str, as_attachment: bool) -> Any:
    response = send_file(
        io.BytesIO(data),
        mimetype=sniffing.KINDS[kind][1],
        as_attachment=as_attachment,
        download_name=name,
        etag=False,
    )
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = _LOCKED_IN
    return response


def _back() -> Any:
    return redirect(safe_next(request.form.get("back"), url_for("web.dashboard")), code=303)
