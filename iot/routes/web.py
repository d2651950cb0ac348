"""Routes in the admin: where readings go, how it stands with each, what nobody took."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from backend.core import health, metrics
from backend.core.errors import Invalid, NotFound
from backend.core.i18n import Msg, _, ngettext
from backend.residents import queries as residents
from backend.web import nav, session, subjects
from backend.web.text import say
from iot.points import POINTS
from iot.registry import devices
from iot.routes import filters, kinds, routes
from iot.routes.filters import Filter
from iot.routes.models import Route
from iot.routes.routes import RIGHT, STATE, Wish
from iot.routes.shape import Shape

blueprint = Blueprint("routes", __name__, url_prefix="/admin/devices/routes", template_folder="../templates")
nav.register(_("Readings onward"), "routes.index", RIGHT, 925, group="system")
health.register(
    "routes",
    routes.well,
    _("Readings to other systems"),
    _("Please look at the route’s page for the reason. If nobody brings them, start: python -m iot.routes.forwarding"),
)  # fmt: skip
metrics.gauge_at_scrape("linli_route_waiting", "Readings that wait, by route", ("route",), routes.waiting)
subjects.register("route", _("Route {number}"), "routes.show", "route_id")
SAID: list[tuple[str, Msg]] = [
    ("data", _("Measured values")),
    ("event", _("Events, such as a button")),
    ("alarm", _("Alarms: raised, answered, over")),
]
HOW: list[tuple[str, Msg]] = [
    ("reading", _("The whole reading")),
    ("points", _("Chosen points, under names that the other system knows")),
]


@blueprint.get("", strict_slashes=False)
@session.needs(RIGHT)
def index() -> Any:
    found = routes.listed(session.current_actor())
    return render_template(
        "iot/routes.html",
        routes=[(route, routes.counts(route.id), _where(route)) for route in found],
        kinds=kinds.KINDS,
        states=STATE,
    )


@blueprint.get("/new")
@session.needs(RIGHT)
def new() -> Any:
    kind = request.args.get("kind", "")
    if kind not in kinds.KINDS:
        return render_template("iot/route_kinds.html", kinds=kinds.KINDS)
    defaults = {asked.name: asked.default for asked in kinds.KINDS[kind].fields}
    return _form(
        kind, None, {**defaults, "how": "reading", "template": "{point}", "rate": "0", "kept_days": "3"}, {}
    )


@blueprint.post("/new")
@session.needs(RIGHT)
def create() -> Any:
    kind = request.args.get("kind", "")
    if kind not in kinds.KINDS:
        raise NotFound()
    actor = session.current_actor()
    org_id = request.form.get("org", type=int) or _orgs()[0][0]
    try:
        made = routes.create(actor, org_id, kind, _wish())
    except Invalid as error:
        return _form(kind, None, request.form, _many(), error)
    flash(say(_("Saved. Please try it, then let it go live.")), "success")
    return redirect(url_for("routes.show", route_id=made.id), code=303)


@blueprint.get("/<int:route_id>")
@session.needs(RIGHT)
def show(route_id: int) -> Any:
    return _page(routes.seen(session.current_actor(), route_id))


@blueprint.get("/<int:route_id>/change")
@session.needs(RIGHT)
def edit(route_id: int) -> Any:
    route = routes.seen(session.current_actor(), route_id)
    shape = Shape.from_json(route.shape)
    target = kinds.target_of(route)
    given = {
        asked.name: "" if asked.secret else target.get(asked.name, "")
        for asked in kinds.KINDS[route.kind].fields
    }
    given |= {
        "name": route.name,
        "how": shape.how,
        "template": shape.template,
        "condition": route.filter.get("condition", ""),
    }
    given |= {"rate": route.rate, "kept_days": route.kept_days}
    many = {name: [str(v) for v in route.filter.get(name, [])] for name in ("kinds", "profiles", "devices")}
    many["points"] = sorted(shape.points) if shape.how == "points" else route.filter.get("points", [])
    return _form(route.kind, route, given, many)


@blueprint.post("/<int:route_id>/change")
@session.needs(RIGHT)
def change(route_id: int) -> Any:
    actor = session.current_actor()
    route = routes.seen(actor, route_id)
    try:
        routes.change(actor, route_id, _wish())
    except Invalid as error:
        return _form(route.kind, route, request.form, _many(), error)
    flash(say(_("Saved. It holds from now on.")), "success")
    return redirect(url_for("routes.show", route_id=route_id), code=303)


@blueprint.post("/<int:route_id>/<any(live, paused):state>")
@session.needs(RIGHT)
def turn(route_id: int, state: str) -> Any:
    routes.turn(session.current_actor(), route_id, state)
    words = {
        "live": _("It is live: what these devices say from now on goes there."),
        "paused": _("It is paused: nothing goes there."),
    }
    flash(say(words[state]), "success")
    return redirect(url_for("routes.show", route_id=route_id), code=303)


@blueprint.post("/<int:route_id>/try")
@session.needs(RIGHT)
def try_out(route_id: int) -> Any:
    taken, said = routes.try_out(session.current_actor(), route_id)
    return _page(routes.seen(session.current_actor(), route_id), (taken, said))


@blueprint.post("/<int:route_id>/again")
@session.needs(RIGHT)
def again(route_id: int) -> Any:
    """One reading that nobody took (`entry`), or all of them."""
    count = routes.send_again(session.current_actor(), route_id, request.form.get("entry", type=int))
    flash(say(ngettext("{n} reading waits once more.", "{n} readings wait once more.", count)), "success")
    return redirect(url_for("routes.show", route_id=route_id), code=303)


@blueprint.post("/<int:route_id>/remove")
@session.needs(RIGHT)
def remove(route_id: int) -> Any:
    routes.remove(session.current_actor(), route_id)
    flash(say(_("The route is gone. What the other system has stays there.")), "success")
    return redirect(url_for("routes.index"), code=303)


def _page(route: Route, tried: tuple[bool, str] | None = None) -> Any:
    target = kinds.target_of(route)
    return render_template(
        "iot/route.html",
        route=route,
        kind=kinds.KINDS[route.kind],
        where=_where(route),
        state=STATE[route.state],
        counts=routes.counts(route.id),
        dead=routes.lately(route.id, "dead"),
        sent=routes.lately(route.id, "sent", 10),
        secret=target.get("secret", ""),
        tried=tried,
        odd=not filters.readable(route.filter),
        names={d.id: d.name or d.address for d in devices.listed(session.current_actor())},
    )


def _form(
    kind: str,
    route: Route | None,
    given: Mapping[str, Any],
    many: Mapping[str, list[str]],
    problem: Invalid | None = None,
) -> Any:
    actor = session.current_actor()
    page = render_template(
        "iot/route_form.html",
        kind=kinds.KINDS[kind],
        route=route,
        given=given,
        many=many,
        orgs=_orgs(),
        points=[(p.name, p.title) for p in POINTS.values()],
        models=[(str(p.id), p.name) for p in devices.profiles(actor)],
        devices=[(str(d.id), d.name or d.address) for d in devices.listed(actor, "active")],
        said=SAID,
        how=HOW,
        problem=problem,
    )
    return (page, problem.status) if problem is not None else page


def _wish() -> Wish:
    """Raises Invalid."""
    given, many = request.form, _many()
    points, how = frozenset(many["points"]), given.get("how", "reading")
    return Wish(
        name=given.get("name", ""),
        filter=Filter(
            points,
            _numbers("profiles"),
            _numbers("devices"),
            frozenset(many["kinds"]),
            given.get("condition", ""),
        ),
        shape=Shape(how, points if how == "points" else frozenset(), given.get("template", "") or "{point}"),
        given=given,
        rate=_number("rate"),
        kept_days=_number("kept_days"),
    )


def _many() -> dict[str, list[str]]:
    return {
        name: [v for v in request.form.getlist(name) if v]
        for name in ("points", "profiles", "devices", "kinds")
    }


def _numbers(name: str) -> frozenset[int]:
    return frozenset(int(v) for v in request.form.getlist(name) if v.isascii() and v.isdigit())


def _number(name: str) -> int:
    """Raises Invalid."""
    text = request.form.get(name, "").strip() or "0"
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise Invalid(_("Please give a number."), name)
    return int(text)


def _where(route: Route) -> str:
    return kinds.KINDS[route.kind].shown(kinds.target_of(route))


def _orgs() -> list[tuple[int, str]]:
    return residents.orgs_of(session.current_actor(), RIGHT)
