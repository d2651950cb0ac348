"""Who needs what, in the admin: suggestions to accept or dismiss, the rules that make them, warnings of the weather."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from markupsafe import Markup

from backend.care.services import deciding, facts, rules, running, weather
from backend.care.services.models import ServiceRule, ServiceSuggestion
from backend.care.services.rules import Wanted
from backend.core import access
from backend.core.access import Actor
from backend.core.errors import Forbidden, Invalid, LinliError
from backend.core.i18n import Msg, Text, _, ngettext
from backend.records import tables, views
from backend.residents import queries as residents
from backend.staff import queries as staff
from backend.web import listing, nav, sections, session, subjects
from backend.web.sections import Section
from backend.web.text import say

blueprint = Blueprint("services", __name__, url_prefix="/admin/care/services", template_folder="../templates")


def waiting(actor: Actor) -> int:
    """How many suggestions wait for this actor."""
    return int(_seen(actor, "care.change").where(ServiceSuggestion.status == "open").count())


nav.register(_("Who needs what"), "services.index", "care.read", 23, badge=waiting, group="people")
subjects.register("service", _("service rule {number}"), "services.edit", "rule_id")


def _section(actor: Actor, resident_id: int) -> Section | None:
    found = list(_seen(actor, "care.read").where(_open() & (ServiceSuggestion.resident_id == resident_id)))
    if not found:
        return None
    html = render_template("care/suggestions.html", found=found, **_words(found, actor))
    return Section(_("Suggested for her"), Markup(html))  # noqa: S704  # rendered by our own template


sections.register("elder", _section, order=50)


def _open() -> Any:
    return ServiceSuggestion.status.in_(deciding.OPEN)


def _seen(actor: Actor, permission: str) -> Any:
    mine = ServiceSuggestion.org_id.in_(access.org_ids(actor, permission))
    return ServiceSuggestion.select(ServiceSuggestion, ServiceRule).join(ServiceRule).where(mine)


def _words(found: list[ServiceSuggestion], actor: Actor) -> dict[str, Any]:
    return {
        "names": residents.by_ids({s.resident_id for s in found}),
        "workers": staff.by_ids([s.by_id for s in found if s.by_id]),
        "statuses": deciding.STATUSES,
        "tones": deciding.TONES,
        "acts": rules.ACTS,
        "may_change": access.may(actor, "care.change"),
    }


@blueprint.get("")
@session.needs("care.read")
def index() -> Any:
    actor = session.current_actor()
    status, rule = request.args.get("status", ""), request.args.get("rule", type=int)
    query = _seen(actor, "care.read")
    query = (
        query.where(ServiceSuggestion.status == status)
        if status in deciding.STATUSES
        else query.where(_open())
    )
    if rule:
        query = query.where(ServiceSuggestion.rule == rule)
    page = listing.paginate(query.order_by(ServiceSuggestion.made_at.desc(), ServiceSuggestion.id.desc()), 30)
    made = rules.seen(actor)
    return render_template(
        "care/services.html",
        page=page,
        rules=made,
        chips=[(r.id, r.name) for r in made],
        facts=facts.described,
        during=weather.KINDS,
        warnings=weather.current(actor),
        orgs=residents.orgs_of(actor, "care.change"),
        **_words(page.items, actor),
    )


@blueprint.route("/rules/new", methods=["GET", "POST"])
@session.needs("care.change")
def new() -> Any:
    starter = rules.STARTERS.get(request.args.get("from", ""))
    typed: dict[str, Any] = {"period": 30, "active": True, "facts": {}}
    if starter is not None:
        typed |= {
            "name": say(starter.name),
            "act": starter.act,
            "words": say(starter.words),
            "facts": dict(starter.facts),
            "during": starter.during,
            "period": starter.period,
        }
    return _form(None, typed)


@blueprint.route("/rules/<int:rule_id>", methods=["GET", "POST"])
@session.needs("care.change")
def edit(rule_id: int) -> Any:
    rule = rules.changed_by(session.current_actor(), rule_id)
    names = ("org_id", "name", "view_id", "facts", "during", "act", "words", "period", "active")
    return _form(rule, {name: getattr(rule, name) for name in names})


def _form(rule: ServiceRule | None, typed: dict[str, Any]) -> Any:
    actor, errors = session.current_actor(), dict[str, Text]()
    if request.method == "POST":
        try:
            typed = _typed()
            saved = rules.save(actor, Wanted(**typed), rule.id if rule is not None else None)
            flash(say(_("The rule is kept.")), "success")
            return redirect(url_for("services.edit", rule_id=saved.id), code=303)
        except Forbidden:
            raise
        except LinliError as problem:
            errors = {getattr(problem, "field", None) or "name": problem.text}
    table = tables.of(rules.TABLE)
    page = render_template(
        "care/service_rule.html",
        rule=rule,
        typed=typed,
        errors=errors,
        facts=facts.FACTS,
        acts=list(rules.ACTS.items()),
        during=list(weather.KINDS.items()),
        views=[(v.id, v.name) for v in views.seen(actor, table)],
        orgs=residents.orgs_of(actor, "care.change"),
        starters={} if rule is not None else rules.STARTERS,
    )
    return page, 422 if errors else 200


def _typed() -> dict[str, Any]:
    given = request.form
    chosen = {
        name: _whole(given.get(f"n_{name}", ""), name)
        for name in given.getlist("facts")
        if name in facts.FACTS
    }
    return {
        "org_id": given.get("org_id", 0, type=int),
        "name": given.get("name", ""),
        "act": given.get("act", ""),
        "words": given.get("words", ""),
        "facts": chosen,
        "view_id": given.get("view_id", type=int),
        "during": given.get("during", ""),
        "period": _whole(given.get("period", ""), "period"),
        "active": bool(given.get("active")),
    }


def _whole(text: str, name: str) -> int:
    fact = facts.FACTS.get(name)
    if fact is not None and fact.number is None:
        return 0
    if not text.strip().isdecimal() or len(text.strip()) > 4:
        raise Invalid(_("A whole number, please, like 3."), name)
    return int(text)


@blueprint.post("/rules/<int:rule_id>/run")
@session.staff_only
def run(rule_id: int) -> Any:
    made = running.now(session.current_actor(), rule_id)
    return _done(ngettext("{n} new suggestion.", "{n} new suggestions.", made), rule=rule_id)


@blueprint.post("/rules/<int:rule_id>/delete")
@session.staff_only
def delete(rule_id: int) -> Any:
    rules.delete(session.current_actor(), rule_id)
    return _done(_("The rule is deleted."))


@blueprint.post("/<int:suggestion_id>/accept")
@session.staff_only
def accept(suggestion_id: int) -> Any:
    one = deciding.accept(session.current_actor(), suggestion_id)
    if one.rule.act == "plan":
        flash(say(_("You take care of it. Here is the plan.")), "success")
        return redirect(url_for("care.plan_page", resident_id=one.resident_id), code=303)
    return _done(_ACCEPTED[one.rule.act])


_ACCEPTED: dict[str, Msg] = {
    "visit": _("The visit is on the list."),
    "notice": _("She is told."),
    "task": _("You take care of it. Please say here when it is done."),
}


@blueprint.post("/<int:suggestion_id>/done")
@session.staff_only
def done(suggestion_id: int) -> Any:
    deciding.finish(session.current_actor(), suggestion_id, request.form.get("why", ""))
    return _done(_("Noted. Thank you."))


@blueprint.post("/<int:suggestion_id>/dismiss")
@session.staff_only
def dismiss(suggestion_id: int) -> Any:
    deciding.dismiss(session.current_actor(), suggestion_id, request.form.get("why", ""))
    return _done(_("Dismissed. It is not suggested again for a while."))


@blueprint.post("/warnings")
@session.staff_only
def warn() -> Any:
    given = request.form
    first, last = _day("first"), _day("last")
    weather.warn(session.current_actor(), given.get("org", 0, type=int), given.get("kind", ""), first, last)
    return _done(_("Noted. Rules for it run tonight, or at once when you ask for it."))


@blueprint.post("/warnings/<int:warning_id>/lift")
@session.staff_only
def lift(warning_id: int) -> Any:
    weather.lift(session.current_actor(), warning_id)
    return _done(_("The warning is over."))


def _day(name: str) -> date:
    try:
        return date.fromisoformat(request.form.get(name, "").strip())
    except ValueError:
        raise Invalid(_("A day like 2026-11-08, please."), name) from None


def _done(words: Text, **where: Any) -> Any:
    flash(say(words), "success")
    return redirect(url_for("services.index", **where), code=303)
