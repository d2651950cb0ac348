"""How long things are kept: the rules, what they would clear tonight, who may change them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from backend.core import retention
from backend.core.errors import Invalid
from backend.core.i18n import Text, _, ngettext
from backend.web import nav, session
from backend.web.text import say

blueprint = Blueprint("retention", __name__, url_prefix="/admin/retention")

nav.register(_("Retention"), "retention.index", "audit.read", 910, group="system")


@blueprint.get("")
@session.needs("audit.read")
def index() -> Any:
    return _page()


@blueprint.post("")
@session.needs(retention.PERMISSION)
def decide_all() -> Any:
    """Every rule that nobody has decided holds from tonight on, as it is proposed."""
    for rule in retention.rules():
        if not rule.decided:
            retention.decide(session.current_actor(), rule.kind.name, rule.months, True)
    flash(say(_("Saved. It holds from tonight on.")))
    return redirect(url_for("retention.index"), code=303)


@blueprint.post("/<name>")
@session.needs(retention.PERMISSION)
def decide(name: str) -> Any:
    """Look what a rule would clear, or let it hold from tonight on."""
    months = request.form.get("months", -1, type=int)
    running = request.form.get("running") == "1"
    try:
        if request.form.get("act") == "try":
            return _page(tried=(name, _would(name, months)), months={name: months})
        retention.decide(session.current_actor(), name, months, running)
    except Invalid as error:
        return _page(wrong=(name, error.text), months={name: months})
    flash(say(_("Saved. It holds from tonight on.") if running else _("Saved. Nothing of it is cleared.")))
    return redirect(url_for("retention.index", _anchor=name), code=303)


def _would(name: str, months: int) -> Text:
    if not 1 <= months <= retention.MOST_MONTHS:
        raise Invalid(
            _("Between {least} and {most} months, please.", least=1, most=retention.MOST_MONTHS), name
        )
    count, before = retention.would_clear(name, months)
    day = before.date().isoformat()
    if not count:
        return _("Nothing is older than {day}: nothing would be cleared.", day=day)
    return ngettext(
        "It would clear one thing that ended before {day}.",
        "It would clear {n} things that ended before {day}.",
        count,
        day=day,
    )


def _page(
    tried: tuple[str, Text] | None = None,
    wrong: tuple[str, Text] | None = None,
    months: dict[str, int] | None = None,
) -> Any:
    rules = retention.rules()
    page = render_template(
        "web/retention.html",
        rules=rules,
        may=retention.may_change(session.current_actor()),
        tried=tried,
        wrong=wrong,
        months=months or {},
        undecided=sum(not rule.decided for rule in rules),
        most=retention.MOST_MONTHS,
    )
    return page, 422 if wrong else 200
