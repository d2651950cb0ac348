"""The staff pages: who works here, in which roles, and one's own account."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from backend.core import access, audit, orgs
from backend.core.access import ROLES, Actor
from backend.core.errors import Conflict, Invalid, LinliError, NotFound
from backend.core.i18n import LANGUAGES, Msg, _
from backend.core.orgs import Org
from backend.staff import actions, factor, links, queries
from backend.staff.models import Staff
from backend.staff.reach import may_grant
from backend.web import listing, nav, session
from backend.web.limits import limiter
from backend.web.text import say

blueprint = Blueprint("staff", __name__, url_prefix="/admin/staff", template_folder="templates")

nav.register(_("Staff"), "staff.index", "staff.read", 800, group="system")

FITS: dict[str, tuple[str, ...]] = {
    "district": ("street_admin", "operator", "auditor"),
    "street": ("street_admin", "duty_desk", "repairer", "operator", "auditor"),
    "community": ("community_admin", "grid_worker", "duty_desk", "repairer", "auditor"),
    "grid": ("grid_worker", "repairer"),
    "enterprise": ("enterprise_admin",),
    "merchant": ("merchant_admin",),
}
"""Which roles the form offers at which level, so that the list stays short."""

SPOKEN_BY_STAFF = [(locale, language.name) for locale, language in LANGUAGES.items()]


@blueprint.get("")
@session.needs("staff.read")
def index() -> Any:
    actor = session.current_actor()
    query = queries.visible_to(actor).order_by(Staff.active.desc(), Staff.name)
    if words := request.args.get("q", "").strip():
        query = query.where(Staff.name.contains(words) | Staff.username.contains(words.lower()))
    if (role := request.args.get("role")) in ROLES:
        query = queries.with_role(query, str(role))
    page = listing.paginate(query)
    posts = {staff.id: _posts_shown(staff) for staff in page.items}
    return render_template(
        "staff/index.html",
        page=page,
        posts=posts,
        roles=list(ROLES.items()),
        may_add=access.may(actor, "staff.change"),
    )


@blueprint.route("/new", methods=["GET", "POST"])
@session.needs("staff.change")
def add() -> Any:
    actor = session.current_actor()
    problem: LinliError | None = None
    if request.method == "POST":
        try:
            employed = actions.create(
                actor,
                username=request.form.get("username", ""),
                name=request.form.get("name", ""),
                phone=request.form.get("phone", ""),
                email=request.form.get("email", ""),
                locale=request.form.get("locale", "zh_CN"),
                posts=_posts_given(),
            )
        except (Invalid, Conflict) as error:
            problem = error
        else:
            return render_template("staff/password_shown.html", employed=employed)
    page = render_template(
        "staff/new.html", values=request.form, problem=problem, **_choices(actor, _posts_given())
    )
    return page, 422 if problem else 200


@blueprint.get("/<int:staff_id>")
@session.needs("staff.read")
def show(staff_id: int) -> Any:
    return _page(_seen(staff_id))


@blueprint.get("/me")
@session.staff_only
def me() -> Any:
    return _page(queries.by_id(session.current_actor().id))


def _page(staff: Staff, **more: Any) -> str:
    actor = session.current_actor()
    own = staff.id == actor.id
    over = all(may_grant(actor, post.role, post.org_path) for post in queries.posts_of(staff))
    return render_template(
        "staff/show.html",
        staff=staff,
        posts=_posts_shown(staff),
        own=own,
        over=over and not own and access.may(actor, "staff.change"),
        factor_on=factor.enabled(staff),
        recovery_left=factor.recovery_left(staff),
        history=audit.of(f"staff:{staff.id}", 20) if access.may(actor, "audit.read") else [],
        **_choices(actor, queries.wanted_of(staff)),
        **more,
    )


@blueprint.post("/<int:staff_id>/details")
@session.staff_only
def change(staff_id: int) -> Any:
    form = request.form
    try:
        actions.change(
            session.current_actor(),
            staff_id,
            name=form.get("name", ""),
            phone=form.get("phone", ""),
            email=form.get("email", ""),
            locale=form.get("locale", ""),
        )
    except Invalid as error:
        return _page(queries.by_id(staff_id), problem=error), 422
    return _done(_("Saved."), staff_id)


@blueprint.post("/<int:staff_id>/posts")
@session.needs("staff.change")
def set_posts(staff_id: int) -> Any:
    actor = session.current_actor()
    # What this actor cannot give is not on the form, so it stays.
    kept = {
        (role, org_id)
        for role, org_id in queries.wanted_of(queries.by_id(staff_id))
        if not may_grant(actor, role, orgs.get(org_id).path)
    }
    actions.set_posts(actor, staff_id, [*kept, *_posts_given()])
    return _done(_("Saved."), staff_id)


@blueprint.post("/<int:staff_id>/deactivate")
@session.needs("staff.change")
def deactivate(staff_id: int) -> Any:
    actions.deactivate(session.current_actor(), staff_id)
    return _done(
        _("The account is closed and its sessions are over. It can be opened again below."), staff_id
    )


@blueprint.post("/<int:staff_id>/reactivate")
@session.needs("staff.change")
def reactivate(staff_id: int) -> Any:
    actions.reactivate(session.current_actor(), staff_id)
    return _done(_("The account is open again."), staff_id)


@blueprint.post("/<int:staff_id>/reset")
@session.needs("staff.change")
def reset_password(staff_id: int) -> Any:
    employed = actions.reset_password(session.current_actor(), staff_id)
    return render_template("staff/password_shown.html", employed=employed)


@blueprint.post("/<int:staff_id>/factor-off")
@session.needs("staff.change")
def factor_off(staff_id: int) -> Any:
    factor.turn_off(session.current_actor(), staff_id)
    return _done(_("The second factor is off; they can set it up anew when they sign in."), staff_id)


@blueprint.post("/<int:staff_id>/link")
@session.staff_only
def link_code(staff_id: int) -> Any:
    code = links.make_link_code(session.current_actor(), staff_id)
    return _page(queries.by_id(staff_id), link=code)


@blueprint.post("/me/recovery")
@limiter.limit("20 per minute")
@session.staff_only
def recovery() -> Any:
    try:
        codes = factor.new_recovery_codes(session.current_actor().id, request.form.get("old", ""))
    except Invalid as error:
        return _page(queries.by_id(session.current_actor().id), problem=error), 422
    return render_template("staff/recovery.html", codes=codes)


def _seen(staff_id: int) -> Staff:
    """Raises NotFound for somebody outside the actor's area: that they exist is not told either."""
    staff: Staff | None = queries.visible_to(session.current_actor()).where(Staff.id == staff_id).first()
    if staff is None:
        raise NotFound()
    return staff


def _done(words: Msg, staff_id: int) -> Any:
    flash(say(words), "success")
    own = staff_id == session.current_actor().id
    return redirect(url_for("staff.me") if own else url_for("staff.show", staff_id=staff_id), code=303)


def _posts_shown(staff: Staff) -> list[tuple[Msg, str]]:
    return [
        (ROLES[role], orgs.full_name(orgs.get(org_id)))
        for role, org_id in sorted(queries.wanted_of(staff), key=lambda post: post[1])
    ]


def _posts_given() -> list[tuple[str, int]]:
    """The checked boxes, `role@org id`; anything else in there is not from our form."""
    given = []
    for value in request.form.getlist("post"):
        role, _at, org_id = value.partition("@")
        if role in ROLES and org_id.isdecimal() and len(org_id) < 10:
            given.append((role, int(org_id)))
    return given


def _choices(actor: Actor, given: Collection[tuple[str, int]]) -> dict[str, Any]:
    """The posts that this actor may give, by Org: those that fit its level, and whatever is given already."""
    area = Org.select().where(Org.id.in_(access.org_ids(actor, "staff.change"))).order_by(Org.path)
    grants = [
        (
            org,
            [
                (role, label)
                for role, label in ROLES.items()
                if (role in FITS[org.level] or (role, org.id) in given) and may_grant(actor, role, org.path)
            ],
        )
        for org in area
    ]
    return {"grants": grants, "spoken": SPOKEN_BY_STAFF, "given": given}
