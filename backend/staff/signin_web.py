"""Signing in and out, and the steps that come before the admin opens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import segno
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask import session as cookie

from backend.core import clock
from backend.core.errors import Invalid, LinliError, NotFound
from backend.core.i18n import _
from backend.settings import settings
from backend.staff import actions, factor, queries, sessions, signin
from backend.staff.models import Staff
from backend.web import session
from backend.web.limits import limiter
from backend.web.session import SignedIn, SignInNeeded
from backend.web.text import safe_next, say

blueprint = Blueprint("signin", __name__, url_prefix="/admin", template_folder="templates")

_SECOND_STEP = timedelta(minutes=5)
_TOUCH = timedelta(minutes=5)


def _load() -> SignedIn | None:
    """The staff member of this request's cookie; the cookie is signed, its session's name and the epoch make it revocable."""
    staff_id = cookie.get("staff")
    if not isinstance(staff_id, int):
        return None
    now = clock.now()
    name = cookie.get("session", "")
    began, seen = (clock.from_ms(cookie.get(at, 0)) for at in ("began", "seen"))
    idle, age = now - seen, now - began
    staff = sessions.holder(name, staff_id)
    if (
        staff is None
        or not staff.active
        or staff.session_epoch != cookie.get("epoch")
        or idle > sessions.IDLE
        or age > sessions.LASTS
    ):
        cookie.clear()
        return None
    if idle > _TOUCH and not _by_itself():
        cookie["seen"] = clock.to_ms(now)
    must = None
    if staff.must_change_password:
        must = "signin.password"
    elif settings().second_factor_required and not factor.enabled(staff):
        must = "signin.enrol"
    actor = queries.actor_of(staff)
    session_now = sessions.described(actor, staff.session_epoch, name, began=began, seen=seen)
    return SignedIn(actor, staff.locale, session_now, must)


def _by_itself() -> bool:
    """Whether the open page asks, not the person before it: that keeps nobody signed in."""
    return "X-Live" in request.headers or request.path.endswith("/events")


session.provide(_load)


def _open_session(staff: Staff) -> None:
    """A fresh cookie: whatever a stranger may have planted before the sign-in is gone."""
    cookie.clear()
    cookie.permanent = True
    cookie["staff"] = staff.id
    cookie["epoch"] = staff.session_epoch
    cookie["session"] = sessions.new()
    cookie["began"] = cookie["seen"] = clock.now_ms()


@blueprint.get("/sign-in")
def sign_in() -> Any:
    if session.current() is not None:
        return redirect(_onward())
    return render_template("staff/sign_in.html")


@blueprint.post("/sign-in")
@limiter.limit("20 per minute")
def sign_in_now() -> Any:
    username, password = request.form.get("username", ""), request.form.get("password", "")
    try:
        staff = signin.by_password(username, password)
    except signin.Refused as refusal:
        return render_template("staff/sign_in.html", refusal=refusal.text, username=username[:40]), 401
    onward = _onward()
    if factor.enabled(staff):
        cookie.clear()
        cookie["pending"] = {"staff": staff.id, "epoch": staff.session_epoch, "at": clock.now_ms()}
        return redirect(url_for("signin.second", next=onward), code=303)
    _open_session(staff)
    return redirect(onward, code=303)


@blueprint.get("/second")
def second() -> Any:
    if session.current() is not None:
        return redirect(_onward())
    _pending()
    return render_template("staff/second.html")


@blueprint.post("/second")
@limiter.limit("20 per minute")
def second_now() -> Any:
    try:
        staff = signin.by_code(_pending(), request.form.get("code", "")[:40])
    except signin.WrongCode as wrong:
        return render_template("staff/second.html", error=wrong.text), 401
    except signin.Refused as refusal:
        cookie.pop("pending", None)
        return render_template("staff/sign_in.html", refusal=refusal.text), 401
    _open_session(staff)
    return redirect(_onward(), code=303)


def _pending() -> int:
    """Who has given the right password within the last minutes. Raises SignInNeeded."""
    pending = cookie.get("pending")
    if pending and clock.now() - clock.from_ms(pending["at"]) <= _SECOND_STEP:
        staff = Staff.get_or_none(Staff.id == pending["staff"])
        if staff is not None and staff.session_epoch == pending["epoch"]:
            return int(staff.id)
    cookie.pop("pending", None)
    raise SignInNeeded()


@blueprint.post("/sign-out")
def sign_out() -> Any:
    if session.current() is not None:
        sessions.end(_myself(), cookie["session"], clock.from_ms(cookie["began"]))
    cookie.clear()
    flash(say(_("You are signed out. Until next time.")), "success")
    return redirect(url_for("signin.sign_in"), code=303)


@blueprint.post("/sign-out/everywhere")
def sign_out_everywhere() -> Any:
    sessions.end_all(_myself())
    cookie.clear()
    flash(say(_("You are signed out on every device.")), "success")
    return redirect(url_for("signin.sign_in"), code=303)


@blueprint.route("/password", methods=["GET", "POST"])
@limiter.limit("20 per minute", methods=["POST"])
def password() -> Any:
    staff = _myself()
    problem: Invalid | None = None
    if request.method == "POST":
        try:
            fresh = actions.change_password(
                staff.id, request.form.get("old", ""), request.form.get("password", "")
            )
        except Invalid as error:
            problem = error
        else:
            _open_session(fresh)
            flash(say(_("The new password is set. Other devices are signed out.")), "success")
            return redirect(url_for("web.dashboard"), code=303)
    page = render_template("staff/password.html", staff=staff, problem=problem)
    return page, 422 if problem else 200


@blueprint.route("/second-factor", methods=["GET", "POST"])
@limiter.limit("20 per minute", methods=["POST"])
def enrol() -> Any:
    staff = _myself()
    if factor.enabled(staff):
        return redirect(url_for("staff.me"))
    enrolment = factor.enrol(staff.id)
    problem: LinliError | None = None
    if request.method == "POST":
        try:
            codes = factor.confirm(staff.id, request.form.get("code", ""))
        except Invalid as error:
            problem = error
        else:
            return render_template("staff/recovery.html", codes=codes)
    picture = segno.make(enrolment.uri, error="m").svg_data_uri(scale=5, border=2)
    page = render_template("staff/enrol.html", enrolment=enrolment, picture=picture, problem=problem)
    return page, 422 if problem else 200


def _myself() -> Staff:
    """The signed-in staff member, also while a step is still open. Raises SignInNeeded."""
    found = session.current()
    if found is None:
        raise SignInNeeded()
    try:
        return queries.by_id(found.actor.id)
    except NotFound:
        raise SignInNeeded() from None


def _onward() -> str:
    return safe_next(request.values.get("next"), url_for("web.dashboard"))
