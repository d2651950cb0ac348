"""Employing people: accounts, their posts, their passwords."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import peewee

from backend.core import access, clock, orgs
from backend.core.access import ROLES, Actor
from backend.core.audit import record
from backend.core.db import is_postgres, transaction
from backend.core.errors import Conflict, Forbidden, Invalid
from backend.core.i18n import LOCALES, _
from backend.fields.base import Context, Misunderstood
from backend.fields.phone import read_phone
from backend.fields.text import Email
from backend.fields.words import Said
from backend.staff import mobile, passwords, queries
from backend.staff.models import Staff, StaffPost
from backend.staff.reach import Wanted, check_grant, check_over

_USERNAME = re.compile(r"[a-z][a-z0-9._-]{1,39}")
_EMAIL = Email("email", label=_("E-mail"))


@dataclass(frozen=True, slots=True)
class Employed:
    """A new account, or one with a new password; `password` is shown once and kept nowhere."""

    staff: Staff
    password: str


def create(
    actor: Actor,
    *,
    username: str,
    name: str,
    posts: Sequence[Wanted],
    phone: str = "",
    email: str = "",
    locale: str = "zh_CN",
) -> Employed:
    """A new staff member with a one-time password. `posts` are (role, Org id). Raises Forbidden, Invalid, Conflict."""
    access.check(actor, "staff.change")
    check_grant(actor, posts)
    if not posts:
        raise Invalid(_("Please choose at least one role and where it applies."), "posts")
    username = username.strip().lower()
    if not _USERNAME.fullmatch(username):
        raise Invalid(
            _("A sign-in name is 2 to 40 letters, digits or dots and begins with a letter, like wang.wei."),
            "username",
        )
    password = passwords.one_time()
    values = _details(name, phone, email, locale)
    with transaction():
        if Staff.select().where(Staff.username == username).exists():
            raise Conflict(
                _("Somebody already signs in as {name}. Please choose another name.", name=username)
            )
        try:
            staff = Staff.create(
                username=username,
                password_hash=passwords.hashed(password),
                must_change_password=True,
                created_at=clock.now(),
                **values,
            )
        except peewee.IntegrityError:
            raise Conflict(
                _("Somebody already signs in as {name}. Please choose another name.", name=username)
            ) from None
        _write_posts(staff, posts)
        mobile.moved(staff, None, vouched=True)
        _note(actor, "staff.create", staff, after={"username": username, "name": name, "posts": _told(staff)})
    return Employed(staff, password)


def change(
    actor: Actor, staff_id: int, *, name: str, phone: str, locale: str, email: str | None = None
) -> Staff:
    """Correct name, phone, e-mail address, language; one may do it for oneself too. For another's number the actor vouches."""
    staff = queries.by_id(staff_id)
    own = actor.kind == "staff" and actor.id == staff_id
    if not own:
        check_over(actor, staff)
    values = _details(name, phone, (staff.email or "") if email is None else email, locale)
    with transaction():
        before = {"name": staff.name, "phone": staff.phone, "email": staff.email, "locale": staff.locale}
        Staff.update(**values).where(Staff.id == staff_id).execute()
        mobile.moved(queries.by_id(staff_id), staff.phone, vouched=not own)
        after = {k: values[k] for k in before}
        _note(actor, "staff.change", staff, before=before, after=after)
    return queries.by_id(staff_id)


def set_posts(actor: Actor, staff_id: int, posts: Sequence[Wanted]) -> None:
    """Give and take away posts. What the actor could not give stays as it is; nobody changes their own."""
    staff = queries.by_id(staff_id)
    access.check(actor, "staff.change")
    if actor.kind == "staff" and actor.id == staff_id:
        raise Forbidden(_("Your own roles are for another admin to change."))
    with transaction():
        _lock(staff_id)
        had = queries.wanted_of(staff)
        changed = had ^ set(posts)
        if not changed:
            return
        check_grant(actor, changed)
        if not had:
            check_over(actor, staff)
        before = _told(staff)
        StaffPost.delete().where(StaffPost.staff == staff).execute()
        _write_posts(staff, posts)
        _note(actor, "staff.posts", staff, before=before, after=_told(staff))


def _lock(staff_id: int) -> None:
    """Keep the account from everybody else until the transaction ends: of two who change its posts, one comes second."""
    if is_postgres():
        Staff.select(Staff.id).where(Staff.id == staff_id).for_update().first()


def deactivate(actor: Actor, staff_id: int) -> None:
    """Close the account: every session ends at once, the history stays."""
    _set_active(actor, staff_id, active=False)


def reactivate(actor: Actor, staff_id: int) -> None:
    """Open a closed account again, with the roles it had."""
    _set_active(actor, staff_id, active=True)


def _set_active(actor: Actor, staff_id: int, *, active: bool) -> None:
    staff = queries.by_id(staff_id)
    check_over(actor, staff)
    if actor.kind == "staff" and actor.id == staff_id:
        raise Forbidden(_("Nobody closes their own account; another admin can."))
    with transaction():
        Staff.update(active=active, session_epoch=Staff.session_epoch + 1).where(
            Staff.id == staff_id
        ).execute()
        _note(actor, "staff.reactivate" if active else "staff.deactivate", staff)


def reset_password(actor: Actor, staff_id: int) -> Employed:
    """A new one-time password; every session of theirs ends, a lock-out is lifted."""
    staff = queries.by_id(staff_id)
    check_over(actor, staff)
    password = passwords.one_time()
    with transaction():
        Staff.update(
            password_hash=passwords.hashed(password),
            must_change_password=True,
            session_epoch=Staff.session_epoch + 1,
            failed_count=0,
            locked_until=None,
        ).where(Staff.id == staff_id).execute()
        _note(actor, "staff.reset_password", staff)
    return Employed(queries.by_id(staff_id), password)


def change_password(staff_id: int, old: str, new: str) -> Staff:
    """One's own new password; every other session ends. Raises Invalid with the field at fault."""
    staff = queries.by_id(staff_id)
    if not passwords.fits(old, staff.password_hash):
        raise Invalid(_("The present password is a different one."), "old")
    if old == new:
        raise Invalid(_("Please choose a password other than the present one."), "password")
    passwords.check_new(new, staff.username)
    with transaction():
        Staff.update(
            password_hash=passwords.hashed(new),
            must_change_password=False,
            session_epoch=Staff.session_epoch + 1,
        ).where(Staff.id == staff_id).execute()
        _note(queries.actor_of(staff), "staff.change_password", staff)
    return queries.by_id(staff_id)


def _details(name: str, phone: str, email: str, locale: str) -> dict[str, str | None]:
    name = " ".join(name.split())
    if not name or len(name) > 80:
        raise Invalid(_("Please give the name that colleagues and residents know."), "name")
    if locale not in LOCALES:
        raise Invalid(_("Please choose one of the languages."), "locale")
    number = None
    if phone.strip():
        try:
            number = read_phone(phone)
        except Misunderstood as said:
            raise Invalid(said.text, "phone") from None
    return {
        "name": name,
        "phone": number,
        "phone_index": mobile.index(number),
        "email": _address(email, locale),
        "locale": locale,
    }


def _address(email: str, locale: str) -> str | None:
    if not email.strip():
        return None
    try:
        return _EMAIL.parse(Said(text=email), Context(clock.now(), locale, clock.zone()))
    except Misunderstood as said:
        raise Invalid(said.text, "email") from None


def _write_posts(staff: Staff, posts: Sequence[Wanted]) -> None:
    for role, org_id in dict.fromkeys(posts):
        StaffPost.create(staff=staff, role=role, org=org_id)


def _told(staff: Staff) -> list[str]:
    rows = StaffPost.select().where(StaffPost.staff == staff).order_by(StaffPost.id)
    return [f"{ROLES[p.role].id} @ {orgs.full_name(p.org)}" for p in rows]


def _note(actor: Actor, action: str, staff: Staff, **what: object) -> None:
    record(actor, action, f"staff:{staff.id}", org_id=queries.home_org(staff), **what)  # type: ignore[arg-type]
