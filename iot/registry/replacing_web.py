"""Replacing a broken device by a new one, in one step."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from backend.core.errors import Invalid
from backend.core.i18n import _
from backend.web import session
from backend.web.text import say
from iot.registry import devices, onboarding, replacing
from iot.registry.devices import INSTALL

blueprint = Blueprint(
    "device_replacing",
    __name__,
    url_prefix="/admin/devices/<int:device_id>/replace",
    template_folder="../templates",
)


@blueprint.get("")
@session.needs(INSTALL)
def page(device_id: int) -> Any:
    return _page(device_id)


def _page(device_id: int, problem: Invalid | None = None) -> Any:
    actor = session.current_actor()
    device = devices.seen(actor, device_id)
    html = render_template(
        "iot/replace.html",
        device=device,
        found=[d for d in replacing.candidates(actor) if d.id != device_id],
        models=[(str(p.id), p.name) for p in devices.profiles(actor)],
        given=request.form,
        problem=problem,
    )
    return (html, problem.status) if problem is not None else html


@blueprint.post("")
@session.needs(INSTALL)
def replace(device_id: int) -> Any:
    actor, form = session.current_actor(), request.form
    try:
        new_id = form.get("new", type=int)
        if new_id is None:
            new_id = onboarding.find(actor, form.get("code", "")).id
        replacing.replace(
            actor, device_id, new_id, profile_id=form.get("profile", type=int), why=form.get("why", "")
        )
    except Invalid as error:
        return _page(device_id, error)
    flash(
        say(
            _(
                "Replaced. Name, place, resident, rules and history stay as they were. Please press its test button once."
            )
        ),
        "success",
    )
    return redirect(url_for("devices.show", device_id=device_id), code=303)
