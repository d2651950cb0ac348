"""Rules in the admin: the list, one rule with its versions, writing one, and what it would have done."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from backend.alarms import kinds
from backend.core import access, clock
from backend.core.errors import Invalid, LinliError
from backend.core.i18n import Msg, Text, _
from backend.core.orgs import Org
from backend.residents import queries as residents
from backend.web import session, subjects
from backend.web.text import say
from iot.models import Device
from iot.registry import devices as registry
from iot.registry.devices import CHANGE, READ
from iot.rules import actions, past, past_page, standing, typed
from iot.rules.built_in import BUILT_IN
from iot.rules.definition import KINDS, WHERE, Definition
from iot.rules.models import DeviceRule

blueprint = Blueprint(
    "device_rules", __name__, url_prefix="/admin/devices/rules", template_folder="templates",
    static_folder="static", static_url_path="/static",
)  # fmt: skip
subjects.register("device_rule", _("Device rule {number}"), "device_rules.show", "rule_id")
STATES: dict[str, tuple[Msg, str]] = {
    "draft": (_("Draft"), "calm"),
    "live": (_("In force"), "good"),
    "paused": (_("Paused"), "attention"),
}
_EMPTY = Definition("", "", "", "warning", {})


@blueprint.get("", strict_slashes=False)
@session.needs(READ)
def index() -> Any:
    actor = session.current_actor()
    state = request.args.get("state", "")
    rules = [rule for rule in actions.listed(actor) if not state or rule.state == state]
    lines = [(rule, _name(rule), actions.says(rule, rule.live_version)) for rule in rules]
    return render_template(
        "rules/index.html",
        own=[line for line in lines if line[0].built_in is None],
        shipped=[line for line in lines if line[0].built_in is not None],
        states=STATES,
        kinds=kinds.KINDS,
        orgs=_names(rules),
        span=typed.span,
        may_change=access.may(actor, CHANGE),
    )


@blueprint.get("/<int:rule_id>")
@session.needs(READ)
def show(rule_id: int) -> Any:
    actor = session.current_actor()
    rule = actions.seen(actor, rule_id)
    number = request.args.get("version", type=int) or rule.live_version or rule.version
    said = actions.says(rule, number)
    shipped = BUILT_IN.get(rule.built_in or rule.replaces)
    try:
        stands, problem = standing.now(actor, rule, said), None
    except Invalid as error:
        stands, problem = [], error
    return render_template(
        "rules/show.html",
        rule=rule,
        name=_name(rule),
        said=said,
        number=number,
        shipped=shipped,
        stands=stands,
        problem=problem,
        versions=actions.versions(rule),
        state=STATES[rule.state],
        kind=kinds.KINDS[said.kind].title if said.kind in kinds.KINDS else said.kind,
        severity=kinds.SEVERITIES[said.severity],
        where=WHERE[said.where],
        which=_which(said),
        weekdays=[title for day, title in typed.WEEKDAYS if day in said.schedule.days],
        org=_names([rule]).get(rule.org_id or 0, ""),
        orgs=residents.orgs_of(actor, CHANGE),
        span=typed.span,
        days=past.DAYS,
        may_change=actions.may_change(actor, rule),
        may_write=access.may(actor, CHANGE),
    )


@blueprint.get("/new")
@session.needs(CHANGE)
def new() -> Any:
    return _form(None, {**typed.filled(_EMPTY), "org": str(_first_org())})


@blueprint.get("/<int:rule_id>/edit")
@session.needs(CHANGE)
def edit(rule_id: int) -> Any:
    rule = actions.seen(session.current_actor(), rule_id)
    return _form(rule, typed.filled(actions.says(rule)))


@blueprint.post("/save")
@session.needs(CHANGE)
def save() -> Any:
    actor, given = session.current_actor(), request.form
    rule_id = given.get("id", type=int)
    try:
        made = actions.write(
            actor, typed.read(given), rule_id=rule_id, org_id=given.get("org", type=int) or _first_org()
        )
    except Invalid as error:
        known = actions.seen(actor, rule_id) if rule_id else None
        return _form(known, typed.as_typed(given), error)
    flash(say(_("Saved. Please test it, and then let it go to work.")), "success")
    return redirect(url_for("device_rules.show", rule_id=made.id, version=made.version), code=303)


@blueprint.post("/<int:rule_id>/live")
@session.needs(CHANGE)
def make_live(rule_id: int) -> Any:
    actions.make_live(session.current_actor(), rule_id, request.form.get("version", type=int))
    return _back(rule_id, _("At work from the next message on."))


@blueprint.post("/<int:rule_id>/pause")
@session.needs(CHANGE)
def pause(rule_id: int) -> Any:
    actions.pause(session.current_actor(), rule_id)
    return _back(rule_id, _("Paused. It raises nothing until somebody lets it work again."))


@blueprint.post("/<int:rule_id>/copy")
@session.needs(CHANGE)
def copy(rule_id: int) -> Any:
    made = actions.copy(session.current_actor(), rule_id, _org())
    flash(
        say(_("This is the copy. Change it as you like; nothing happens before it goes to work.")), "success"
    )
    return redirect(url_for("device_rules.edit", rule_id=made.id), code=303)


@blueprint.post("/<int:rule_id>/off")
@session.needs(CHANGE)
def turn_off(rule_id: int) -> Any:
    made = actions.turn_off(session.current_actor(), rule_id, _org())
    return _back(
        int(made.id),
        _("Switched off there. A paused copy stands for that; let it work when you want it again."),
    )


@blueprint.post("/<int:rule_id>/test")
@session.needs(CHANGE)
def test(rule_id: int) -> Any:
    try:
        begun = past.begin(session.current_actor(), rule_id, request.form.get("days", 7, type=int), _org())
    except LinliError as error:
        flash(say(error.text), "warning")
        return redirect(url_for("device_rules.show", rule_id=rule_id), code=303)
    return redirect(url_for("device_rules.tested", test_id=begun.id), code=303)


@blueprint.get("/tests/<int:test_id>")
@session.needs(READ)
def tested(test_id: int) -> Any:
    actor = session.current_actor()
    run, rule = past.seen(actor, test_id)
    said = actions.says(rule, run.version)
    return render_template(
        "rules/tested.html",
        run=run,
        rule=rule,
        name=_name(rule),
        said=said,
        result=past_page.of(run, said),
        span=typed.span,
        may_change=actions.may_change(actor, rule),
        most=past.MOST_EPISODES,
    )


def _form(rule: DeviceRule | None, given: Any, problem: Invalid | None = None) -> Any:
    actor = session.current_actor()
    page = render_template(
        "rules/form.html",
        rule=rule,
        given=given,
        problem=problem,
        orgs=residents.orgs_of(actor, CHANGE),
        kinds=[(name, kinds.KINDS[name].title) for name in KINDS],
        severities=list(kinds.SEVERITIES.items()),
        wheres=list(WHERE.items()),
        devices=[(str(d.id), d.name or d.address) for d in registry.listed(actor, "active")[:500]],
        models=[(str(p.id), p.name) for p in registry.profiles(actor)],
        weekdays=typed.WEEKDAYS,
        vocabulary=typed.vocabulary(),
        examples=typed.EXAMPLES,
        zone=clock.zone().key,
    )
    return (page, problem.status) if problem is not None else page


def _back(rule_id: int, words: Text) -> Any:
    flash(say(words), "success")
    return redirect(url_for("device_rules.show", rule_id=rule_id), code=303)


def _name(rule: DeviceRule) -> Text:
    """A shipped rule is called in the reader's language."""
    shipped = BUILT_IN.get(rule.built_in or "")
    return shipped.name if shipped is not None else rule.name


def _org() -> int:
    return request.form.get("org", type=int) or _first_org()


def _first_org() -> int:
    found = residents.orgs_of(session.current_actor(), CHANGE)
    if not found:
        raise Invalid(_("For which community or grid?"), "org")
    return found[0][0]


def _names(rules: list[DeviceRule]) -> dict[int, str]:
    wanted = {rule.org_id for rule in rules if rule.org_id is not None}
    return {org.id: org.name for org in Org.select().where(Org.id.in_(wanted))} if wanted else {}


def _which(said: Definition) -> list[str]:
    """The devices, models or buildings by their names."""
    if said.where == "building" or not said.which:
        return list(said.which)
    numbers = [int(one) for one in said.which if one.isdecimal() and len(one) < 10]
    if said.where == "models":
        return [model.name for model in registry.profiles() if model.id in numbers]
    rows = Device.select(Device.name, Device.address).where(Device.id.in_(numbers)).order_by(Device.name)
    return [device.name or device.address for device in rows]
