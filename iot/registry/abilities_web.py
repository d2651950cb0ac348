"""The page of what a model's devices can do: how often they report, commands, settings, their map of registers."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from backend.core.errors import LinliError
from backend.core.i18n import _
from backend.web import session
from backend.web.text import say
from iot.registry import devices, teaching
from iot.registry.abilities import ACTS, EXAMPLE
from iot.registry.devices import CHANGE
from iot.registry.teaching import Written

blueprint = Blueprint(
    "device_abilities",
    __name__,
    url_prefix="/admin/devices/models/<int:profile_id>/abilities",
    template_folder="../templates",
)


@blueprint.get("")
@session.needs(CHANGE)
def page(profile_id: int) -> Any:
    return _page(profile_id)


def _page(profile_id: int, text: Written | None = None, problem: LinliError | None = None) -> Any:
    its = devices.changeable(session.current_actor(), profile_id)
    html = render_template(
        "iot/abilities.html",
        profile=its,
        text=text or teaching.written(its),
        acts=list(ACTS.items()),
        example=EXAMPLE,
        problem=problem,
    )
    return (html, problem.status) if problem is not None else html


@blueprint.post("")
@session.needs(CHANGE)
def save(profile_id: int) -> Any:
    text = Written(*(request.form.get(part, "") for part in Written.__slots__))
    try:
        teaching.teach(session.current_actor(), profile_id, text)
    except LinliError as error:
        return _page(profile_id, text, error)
    flash(say(_("Saved.")), "success")
    return redirect(url_for("device_models.show", profile_id=profile_id), code=303)
