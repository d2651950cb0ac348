"""Addresses for network servers in the admin: made, shown once, taken back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from backend.core.errors import Invalid
from backend.core.i18n import _
from backend.residents import queries as residents
from backend.settings import settings
from backend.web import session, subjects
from backend.web.text import say
from iot.hooks import addresses as hooks
from iot.hooks.addresses import FORMATS
from iot.registry.devices import CHANGE

blueprint = Blueprint(
    "device_hooks", __name__, url_prefix="/admin/devices/addresses", template_folder="../templates"
)
subjects.register("device_hook", _("Address of a network server {number}"), "device_hooks.index")
ARGS = {"chirpstack": "?event=up", "things_stack": "", "plain": "?device=kitchen"}


@blueprint.get("")
@session.needs(CHANGE)
def index() -> Any:
    return _page({})


@blueprint.post("")
@session.needs(CHANGE)
def create() -> Any:
    given, actor = request.form, session.current_actor()
    places = residents.orgs_of(actor, CHANGE)
    try:
        hook, token = hooks.create(
            actor, given.get("org", type=int) or places[0][0], given.get("name", ""), given.get("format", "")
        )
    except Invalid as error:
        return _page(given, problem=error), error.status
    # Shown in the answer itself and nowhere else: neither a session nor a log gets to know it.
    address = f"{settings().base_url}/hooks/devices/{hook.format}/{token}"
    return _page({}, address=address), 201


@blueprint.post("/<int:hook_id>/revoke")
@session.needs(CHANGE)
def revoke(hook_id: int) -> Any:
    hooks.revoke(session.current_actor(), hook_id)
    flash(say(_("The address takes nothing any more.")), "success")
    return redirect(url_for("device_hooks.index"), code=303)


def _page(given: Any, *, address: str = "", problem: Invalid | None = None) -> str:
    actor = session.current_actor()
    return render_template(
        "iot/addresses.html",
        hooks=hooks.listed(actor),
        formats=FORMATS,
        orgs=residents.orgs_of(actor, CHANGE),
        given=given,
        address=address,
        problem=problem,
    )
