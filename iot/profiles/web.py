"""Models from device repositories in the admin: found, installed, mapped, approved, switched off, a former version again."""

from __future__ import annotations

from itertools import islice
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from backend.core import access
from backend.core.access import Actor
from backend.core.errors import Conflict, Forbidden, LinliError, NotFound
from backend.core.i18n import Msg, _
from backend.web import session
from backend.web.text import say
from iot.mapping import Rule, as_written, written
from iot.models import Device, DeviceProfile
from iot.points import POINTS
from iot.profiles import installing, meaning, overheard, sources, states, suggesting, versions
from iot.profiles.models import ProfileVersion
from iot.registry import devices
from iot.registry.devices import CHANGE, READ
from iot.uplink import Unreadable

blueprint = Blueprint(
    "installed_models", __name__, url_prefix="/admin/devices/models", template_folder="../templates"
)
_MOST = 100
_UNMAPPED = "?="


@blueprint.get("/repositories")
@session.needs(READ)
def search() -> Any:
    """What the repositories have that the operator named."""
    text, source = request.args.get("q", "").strip(), request.args.get("source", "")
    problem: LinliError | None = None
    found: list[tuple[str, Any]] = []
    try:
        found = list(islice(sources.search(text, source), _MOST)) if text else []
    except LinliError as error:
        problem = error
    here = {p.key: p for p in devices.profiles() if p.version_id is not None}
    return render_template(
        "iot/repositories.html",
        sources=sources.known(),
        chips=[(row.name, row.name) for row in sources.known()],
        found=found,
        most=_MOST,
        text=text,
        here=here,
        states=states.STATES,
        problem=problem,
    )


@blueprint.get("/repositories/<source>/<brand>/<model>")
@session.needs(READ)
def offered(source: str, brand: str, model: str) -> Any:
    """One model of a repository: its licence, before anybody takes it."""
    return _offer(source, f"{brand}/{model}")


@blueprint.post("/repositories/<source>/<brand>/<model>")
@session.needs(CHANGE)
def install(source: str, brand: str, model: str) -> Any:
    given, key = request.form, f"{brand}/{model}"
    failing = bool(given.get("allow_failing"))
    try:
        done = installing.install(
            session.current_actor(), key, source, accept=given.get("accept", ""), allow_failing=failing
        )
    except Conflict as error:
        return _offer(source, key, error)
    return _back(done.version.profile_id, _("Installed. Please say now what its names mean."))


@blueprint.post("/<int:profile_id>/mapping")
@session.needs(CHANGE)
def give_meaning(profile_id: int) -> Any:
    """Saved, or with `try` only shown."""
    profile, text = devices.profile(profile_id), request.form.get("rules", "")
    try:
        rules = [
            written(line) for line in text.splitlines() if line.strip() and not line.startswith(_UNMAPPED)
        ]
        if request.form.get("try"):
            return page(profile, rules=rules, text=text)
        versions.give_meaning(session.current_actor(), profile_id, rules)
    except LinliError as error:
        return page(profile, text=text, problem=error)
    return _back(
        profile_id,
        _("Saved. Please look it over once more and approve it: only then may it raise alarms."),
    )


@blueprint.post("/<int:profile_id>/versions/<int:number>/approve")
@session.needs(CHANGE)
def approve(profile_id: int, number: int) -> Any:
    try:
        versions.approve(
            session.current_actor(),
            profile_id,
            number,
            unproven=bool(request.form.get("unproven")),
            fewer=bool(request.form.get("fewer")),
        )
    except LinliError as error:
        return page(devices.profile(profile_id), problem=error)
    return _back(profile_id, _("Approved: devices of this model may raise alarms."))


@blueprint.post("/<int:profile_id>/disable")
@session.needs(CHANGE)
def disable(profile_id: int) -> Any:
    versions.disable(session.current_actor(), profile_id, request.form.get("why", "")[:200])
    return _back(
        profile_id, _("Switched off. Its devices raise nothing, and what they say is put aside meanwhile.")
    )


@blueprint.post("/<int:profile_id>/roll-back")
@session.needs(CHANGE)
def roll_back(profile_id: int) -> Any:
    versions.roll_back(session.current_actor(), profile_id)
    return _back(profile_id, _("Its devices follow the version before again."))


@blueprint.post("/<int:profile_id>/test")
@session.needs(CHANGE)
def test(profile_id: int) -> Any:
    newest = next(iter(versions.of(devices.changeable(session.current_actor(), profile_id))), None)
    if newest is None:
        raise NotFound()
    try:
        wrong = [one for one in installing.retry(newest) if one.wrong]
    except Unreadable as error:
        raise Conflict(_("Its codec cannot be run: {why}", why=str(error))) from error
    if wrong:
        raise Conflict(
            _(
                "{n} of {total} test messages are read wrongly, the first: {name}: {why}.",
                n=len(wrong),
                total=newest.total,
                name=wrong[0].vector.name,
                why=wrong[0].wrong,
            )
        )
    return _back(profile_id, _("All its test messages are read as they should be."))


@blueprint.post("/<int:profile_id>/remove")
@session.needs(CHANGE)
def remove(profile_id: int) -> Any:
    versions.remove(session.current_actor(), profile_id)
    flash(say(_("The model is removed.")), "success")
    return redirect(url_for("device_models.index"), code=303)


def _offer(source: str, key: str, problem: LinliError | None = None) -> Any:
    offer = sources.offer(key, source)
    body = render_template(
        "iot/offer.html",
        offer=offer,
        found=offer.found,
        licence=offer.licence,
        sha256=installing.sha256(offer),
        here=DeviceProfile.get_or_none(DeviceProfile.key == offer.found.key),
        may_install=_may_install(session.current_actor()),
        problem=problem,
    )
    return (body, problem.status) if problem is not None else body


def page(
    profile: DeviceProfile,
    *,
    rules: list[Rule] | None = None,
    text: str | None = None,
    problem: LinliError | None = None,
) -> Any:
    """The page of an installed model. `rules` and `text`: as somebody is about to map it. Raises NotFound for one that staff made."""
    every = versions.of(profile)
    if not every:
        raise NotFound()
    newest = every[0]
    followed = next((version for version in every if version.id == profile.version_id), newest)
    its = Device.select().where((Device.profile_id == profile.id) & (Device.status != "retired"))
    names = meaning.names(newest, [device.unread for device in its.limit(50)])
    shown = versions.rules_of(newest) if rules is None else rules
    body = render_template(
        "iot/installed.html",
        profile=profile,
        versions=every,
        newest=newest,
        followed=followed,
        waits=newest.approved_at is None or profile.state == states.DISABLED,
        former=any(v.number < followed.number and v.approved_at is not None for v in every),
        states=states.STATES,
        text=_draft(newest, names) if text is None else text,
        suggestions=suggesting.suggestions(names, shown),
        names=names,
        meant=meaning.of_vectors(newest, shown)[:20],
        tried=rules is not None,
        overheard=overheard.of_profiles([profile]).get(profile.id, []),
        devices=its.count(),
        points=list(POINTS.values()),
        known=POINTS,
        lost=[POINTS[name] for name in versions.lost(profile, newest)] if newest.id != followed.id else [],
        may_change=_may_change(session.current_actor(), profile),
        problem=problem,
    )
    return (body, problem.status) if problem is not None else body


def _draft(version: ProfileVersion, names: dict[str, Any]) -> str:
    """The mapping as lines: what stands, or what the version before meant, then what nothing reads yet."""
    rules = versions.rules_of(version) or versions.former_rules(version)
    read = {rule.name for rule in rules}
    left = [f"{_UNMAPPED}{name}" for name in names if name not in read]
    return "\n".join([*map(as_written, rules), *left])


def _may_change(actor: Actor, profile: DeviceProfile) -> bool:
    try:
        devices.changeable(actor, profile.id)
    except Forbidden:
        return False
    return True


def _may_install(actor: Actor) -> bool:
    return access.may(actor, CHANGE) and devices.owner(actor) is None


def _back(profile_id: int, words: Msg) -> Any:
    flash(say(words), "success")
    return redirect(url_for("device_models.show", profile_id=profile_id), code=303)
