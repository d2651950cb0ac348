"""The page of the consent register."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from backend.core import access
from backend.core.i18n import _, ngettext
from backend.residents import asking_anew, consent, consents
from backend.web import listing, nav, session, workbook
from backend.web.text import locale, say

blueprint = Blueprint("consents", __name__, url_prefix="/admin/consents", template_folder="templates")
TONES = {"stands": "good", "replaced": "calm", "withdrawn": "attention"}

nav.register(_("Consents"), "consents.index", "resident.read", 24, group="people")


@blueprint.get("")
@session.needs("resident.read")
def index() -> Any:
    actor = session.current_actor()
    page = listing.paginate(consents.listed(actor, _filters()))
    replaced = consents.replaced_among(page.items)
    may_ask = access.may(actor, asking_anew.PERMISSION)
    return render_template(
        "residents/consents.html",
        page=page,
        states={row.id: consents.state_of(row, replaced) for row in page.items},
        words=consents.STATES,
        tones=TONES,
        purposes=consents.PURPOSES,
        channels=consents.CHANNELS,
        counts=consents.counts(actor),
        versions=[(v, v) for v in consents.versions(actor)],
        newest=consent.VERSION,
        outdated=asking_anew.outdated(actor).count() if may_ask else 0,
        may_export=access.may(actor, "resident.export"),
    )


def _filters() -> consents.Filters:
    given = request.args
    return consents.Filters(
        *(given.get(name, "") for name in ("version", "state", "channel", "purpose", "q"))
    )


@blueprint.get("/export")
@session.needs("resident.export")
def export() -> Response:
    sheet = consents.sheet(session.current_actor(), _filters(), locale())
    return workbook.download(sheet.title, sheet)


@blueprint.post("/ask")
@session.needs(asking_anew.PERMISSION)
def ask() -> Any:
    """Everybody who agreed to an older text alone is asked about the new one, once."""
    asked = asking_anew.ask(session.current_actor())
    words = ngettext("One person is asked now.", "{n} people are asked now, one after the other.", asked)
    flash(
        say(
            words
            if asked
            else _("Nobody has to be asked: all were asked already, or agreed to the newest text.")
        )
    )
    return redirect(url_for("consents.index"), code=303)
