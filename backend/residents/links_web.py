"""The two public pages behind links: confirming an e-mail address, downloading one's own data."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, render_template

from backend.core import clock
from backend.core.errors import LinliError
from backend.residents import actions, links
from backend.web.limits import limiter

blueprint = Blueprint("resident_links", __name__, template_folder="templates")


@blueprint.get("/activate/<token>")
@limiter.limit("30/minute")
def activate(token: str) -> Any:
    """Shows a button only: mail scanners open every link, and must not confirm anything."""
    return _asked("activate", token, "residents/activate.html")


@blueprint.post("/activate/<token>")
@limiter.limit("30/minute")
def activated(token: str) -> Any:
    try:
        actions.activate_email(token)
    except LinliError as problem:
        return render_template("residents/activate.html", problem=problem, token=token), problem.status
    return render_template("residents/activate.html", done=True, token=token)


@blueprint.get("/my/export/<token>")
@limiter.limit("30/minute")
def export(token: str) -> Any:
    return _asked("export", token, "residents/export.html")


@blueprint.post("/my/export/<token>")
@limiter.limit("10/minute")
def exported(token: str) -> Any:
    try:
        data = actions.export_by_link(token)
    except LinliError as problem:
        return render_template("residents/export.html", problem=problem, token=token), problem.status
    day = clock.local(clock.now()).date().isoformat()
    return Response(
        json.dumps(data, ensure_ascii=False, indent=2),
        content_type="application/json; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="linli-{day}.json"',
            "Cache-Control": "no-store",
        },
    )


def _asked(kind: str, token: str, template: str) -> Any:
    try:
        links.open_link(kind, token)
    except LinliError as problem:
        return render_template(template, problem=problem, token=token), problem.status
    return render_template(template, token=token)
