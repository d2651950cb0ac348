"""Who may see what of my file, as one page: for whoever is known in this browser's webchat."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for

from backend.core.i18n import _
from backend.residents import privacy, queries
from backend.web.limits import limiter
from backend.web.text import locale, say
from bots import webchat, webchat_session

blueprint = Blueprint("privacy_page", __name__, url_prefix="/my/privacy", template_folder="templates")


def _resident() -> int | None:
    """Whose webchat this is; nobody whose file is closed."""
    identity = webchat_session.identity()
    if identity is None or identity.resident_id is None:
        return None
    open_ = queries.status_of(identity.resident_id) in ("pending", "approved")
    return int(identity.resident_id) if open_ else None


@blueprint.get("")
def show() -> Any:
    resident_id = _resident()
    chosen = privacy.settings_of(resident_id) if resident_id is not None else {}
    page = render_template(
        "bots/privacy.html",
        known=resident_id is not None,
        items=[(item, privacy.label(item), level, privacy.levels_of(item)) for item, level in chosen.items()],
        levels=privacy.LEVELS,
        means=privacy.MEANS,
        reader=locale(),
    )
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("")
@limiter.limit("30/minute")
def save() -> Any:
    """What she changed, each on the record; what stands as it stood is left alone."""
    resident_id = _resident()
    if resident_id is not None:
        for item, level in privacy.settings_of(resident_id).items():
            wanted = request.form.get(item, level)
            if wanted != level:
                privacy.choose(resident_id, item, wanted, channel=webchat.NAME)
        flash(say(_("Saved. It holds from now on.")))
    return redirect(url_for("privacy_page.show"), code=303)
