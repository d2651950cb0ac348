"""The public link of a survey, for a notice board or a letter: what it is about, and on into the chat."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, url_for

from backend.core import clock, ids
from backend.fields.words import Said
from backend.settings import settings
from backend.surveys import queries
from backend.web.limits import limiter
from backend.web.text import locale
from bots import served, webchat, webchat_session
from conversations import engine
from conversations.inbound import Inbound

blueprint = Blueprint("survey_link", __name__, url_prefix="/survey", template_folder="templates")
PER_ADDRESS = "120/minute"
"""Many people may share one public address; still, nobody tries out links by the thousand."""


@blueprint.get("/<token>")
@limiter.limit(PER_ADDRESS)
def show(token: str) -> str:
    found = queries.by_token(token)
    now = settings()
    return render_template(
        "bots/survey.html",
        token=token,
        survey=queries.shown(found, clock.now()),
        number=now.twilio_from if now.twilio_account_sid else "",
    )


@blueprint.post("/<token>")
@limiter.limit(PER_ADDRESS)
def begin(token: str) -> Any:
    """Her chat, with the survey's first question asked."""
    found = queries.by_token(token)
    here = Inbound(
        webchat.NAME,
        webchat_session.address(),
        ids.token(),
        Said(choice=f"flow:survey:{found.id}"),
        locale=locale(),
    )
    turn = engine.handle(here)
    response = make_response(redirect(url_for("webchat.page"), code=303))
    kept: Response = webchat_session.keep(served.when_gone(response, [r.delivery_id for r in turn.replies]))
    return kept
