"""Who is signed in, for every admin page. How one signs in is the staff domain's business: it provides the loader."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from flask import g, request

from backend.core import access
from backend.core.access import Actor
from backend.core.errors import LinliError
from backend.core.i18n import _

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The staff member behind this request; `session` names her session as it is now, for what outlasts the request (`push.WHOSE`);
    `must` is the endpoint of a step that comes before everything else (a new password, the second factor)."""

    actor: Actor
    locale: str
    session: str
    must: str | None = None


class SignInNeeded(LinliError):
    """Nobody is signed in: pages go to the sign-in, JSON gets 401."""

    status = 401

    def __init__(self) -> None:
        super().__init__(_("Please sign in first."))


class StepNeeded(LinliError):
    """Something has to be done before the admin opens."""

    status = 403

    def __init__(self, endpoint: str) -> None:
        super().__init__(_("One more step before we go on."))
        self.endpoint = endpoint


_loaders: list[Callable[[], SignedIn | None]] = []


def provide(loader: Callable[[], SignedIn | None]) -> None:
    """Say how a request's staff member is found; the last one provided is asked."""
    _loaders[:] = [loader]


def current() -> SignedIn | None:
    """Who is signed in, also while a step is still open; None for a stranger. Looked up once per request."""
    if "signed_in" not in g:
        g.signed_in = _loaders[0]() if _loaders else None
    found: SignedIn | None = g.signed_in
    return found


def signed_in() -> SignedIn:
    """Who is signed in, with every step behind her. Raises SignInNeeded or StepNeeded, which become redirects."""
    found = current()
    if found is None:
        raise SignInNeeded()
    if found.must and request.endpoint != found.must:
        raise StepNeeded(found.must)
    return found


def current_actor() -> Actor:
    """The signed-in staff member. Raises SignInNeeded or StepNeeded."""
    return signed_in().actor


def staff_only(view: View) -> View:
    """A view for staff of any role; its action checks what exactly they may do."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        current_actor()
        return view(*args, **kwargs)

    return guarded  # type: ignore[return-value]


def needs(permission: str) -> Callable[[View], View]:
    """A view for staff who hold `permission` somewhere; what they see there is narrowed by `access.org_ids`."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            access.check(current_actor(), permission)
            return view(*args, **kwargs)

        return guarded  # type: ignore[return-value]

    return decorate
