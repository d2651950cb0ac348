"""Keys of other systems in the admin: made, shown once, directed, taken back; what was posted to them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from backend.core.errors import Invalid
from backend.core.i18n import Msg, _
from backend.residents import queries as residents
from backend.settings import settings
from backend.web import nav, session, subjects
from backend.web.text import say
from broadcasts.api import keys
from broadcasts.api.keys import RIGHT
from broadcasts.api.models import WebhookPost

blueprint = Blueprint("api_keys", __name__, url_prefix="/admin/api", template_folder="../templates")
nav.register(_("Other systems"), "api_keys.index", RIGHT, 920, group="system")
subjects.register("api_key", _("API key {number}"), "api_keys.show", "key_id")
subjects.register("api_message", _("Message of another system {number}"))

POSTS: dict[str, tuple[Msg, str]] = {
    "waiting": (_("Waiting"), "attention"),
    "taken": (_("Taken"), "good"),
    "failed": (_("Failed"), "urgent"),
}
_SHOWN = 30


@blueprint.get("")
@session.needs(RIGHT)
def index() -> Any:
    return render_template("broadcasts/api_keys.html", keys=keys.listed(session.current_actor()))


@blueprint.get("/new")
@session.needs(RIGHT)
def new() -> Any:
    return _form({})


@blueprint.post("/new")
@session.needs(RIGHT)
def create() -> Any:
    given = request.form
    actor = session.current_actor()
    places = _orgs()
    org_id = given.get("org", type=int) or places[0][0]
    try:
        key, secret = keys.create(
            actor,
            org_id,
            given.get("name", ""),
            sandbox=given.get("mode") != "live",
            webhook_url=given.get("webhook_url", ""),
            reads_devices=bool(given.get("reads_devices")),
        )
    except Invalid as error:
        return _form(given, error)
    # Shown in the answer itself and nowhere else: neither a session nor a log gets to know it.
    return _page(key.id, secret)


@blueprint.get("/<int:key_id>")
@session.needs(RIGHT)
def show(key_id: int) -> Any:
    return _page(key_id)


@blueprint.post("/<int:key_id>/direct")
@session.needs(RIGHT)
def direct(key_id: int) -> Any:
    keys.direct(session.current_actor(), key_id, request.form.get("webhook_url", ""))
    flash(say(_("Saved. It holds from now on.")), "success")
    return redirect(url_for("api_keys.show", key_id=key_id), code=303)


@blueprint.post("/<int:key_id>/revoke")
@session.needs(RIGHT)
def revoke(key_id: int) -> Any:
    keys.revoke(session.current_actor(), key_id)
    flash(say(_("The key opens nothing any more.")), "success")
    return redirect(url_for("api_keys.show", key_id=key_id), code=303)


def _page(key_id: int, secret: str = "") -> Any:
    key = keys.seen(session.current_actor(), key_id)
    posts = (
        WebhookPost.select().where(WebhookPost.key_id == key.id).order_by(WebhookPost.id.desc()).limit(_SHOWN)
    )
    page = render_template(
        "broadcasts/api_key.html",
        key=key,
        secret=secret,
        posts=list(posts),
        words=POSTS,
        base=f"{settings().base_url}/api/v1",
    )
    return (page, 201) if secret else page


def _form(given: Any, problem: Invalid | None = None) -> Any:
    page = render_template("broadcasts/api_key_new.html", orgs=_orgs(), given=given, problem=problem)
    return (page, problem.status) if problem is not None else page


def _orgs() -> list[tuple[int, str]]:
    return residents.orgs_of(session.current_actor(), RIGHT)
