"""The pages that belong to no domain: dashboard, health, the choice of language."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request

from backend.core import health
from backend.core.i18n import LOCALES, _
from backend.settings import settings
from backend.web import dashboard as cards
from backend.web import nav, session
from backend.web.text import COOKIE, safe_next

blueprint = Blueprint(
    "web", __name__, static_folder="static", static_url_path="/static/linli", template_folder="templates"
)

STATUS_WORDS = {
    "ok": _("All is well"),
    "degraded": _("Something needs a look; people are being served"),
    "down": _("The database is not reachable"),
}

nav.register(_("Overview"), "web.dashboard", None, 0, group="today")
nav.register(_("Health"), "web.health_page", "health.read", 910, group="system")


@blueprint.get("/admin", strict_slashes=False)
def dashboard() -> Any:
    actor = session.current_actor()
    return render_template("web/dashboard.html", cards=cards.cards(actor))


@blueprint.post("/locale")
def choose_locale() -> Any:
    chosen = request.form.get("locale")
    response = redirect(safe_next(request.form.get("next"), "/"), code=303)
    if chosen in LOCALES:
        response.set_cookie(
            COOKIE,
            chosen,
            max_age=365 * 86_400,
            samesite="Lax",
            httponly=True,
            secure=settings().public_url.startswith("https://"),
        )
    return response


@blueprint.get("/admin/health")
@session.needs("health.read")
def health_page() -> Any:
    return render_template("web/health.html", report=health.report(), status_words=STATUS_WORDS)
