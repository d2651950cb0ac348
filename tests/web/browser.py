"""A person's browser on the test client: it keeps the form's CSRF token as a browser does."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import pyotp
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from backend.core import audit, clock
from backend.core.access import SYSTEM
from backend.core.db import transaction
from backend.core.orgs import Org
from backend.staff import passwords, queries
from backend.staff.models import Staff, StaffPost

PASSWORD = "seven quiet neighbours"
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def employ(username: str, name: str, *posts: tuple[str, Org], locale: str = "zh_CN") -> Staff:
    """A staff member who has already chosen the password `PASSWORD`. Not through the action: hashing the one-time password, which is
    gone at once, costs more than most tests."""
    with transaction():
        employed = Staff.create(
            username=username, name=name, locale=locale, password_hash=_hash(), created_at=clock.now()
        )
        for role, org in posts:
            StaffPost.create(staff=employed, role=role, org=org)
        audit.record(SYSTEM, "staff.create", f"staff:{employed.id}", org_id=queries.home_org(employed))
    return queries.by_id(employed.id)


@lru_cache(maxsize=1)
def _hash() -> str:
    return passwords.hashed(PASSWORD)


class Browser:
    """`get` and `post` follow redirects unless told not to; `post` sends the token of the page seen last."""

    def __init__(self, client: FlaskClient, address: str = "127.0.0.1") -> None:
        self.client = client
        self.address = address
        self.token = ""

    def get(self, path: str, *, follow: bool = True, **more: Any) -> TestResponse:
        return self._seen(
            self.client.get(
                path, follow_redirects=follow, environ_overrides={"REMOTE_ADDR": self.address}, **more
            )
        )

    def post(
        self, path: str, data: dict[str, Any] | None = None, *, follow: bool = True, **more: Any
    ) -> TestResponse:
        if "csrf_token" not in (data or {}):
            data = {**(data or {}), "csrf_token": self.token}
        return self._seen(
            self.client.post(
                path,
                data=data,
                follow_redirects=follow,
                environ_overrides={"REMOTE_ADDR": self.address},
                **more,
            )
        )

    def _seen(self, response: TestResponse) -> TestResponse:
        if found := (_TOKEN.search(response.text) if response.mimetype == "text/html" else None):
            self.token = found[1]
        return response

    def sign_in(self, username: str, password: str = PASSWORD) -> TestResponse:
        """The first step; with a second factor the answer is the page that asks for the code."""
        self.get("/admin/sign-in")
        return self.post("/admin/sign-in", {"username": username, "password": password})


def code_for(staff: Staff, at: float) -> str:
    """What the authenticator app shows at that time."""
    secret = Staff.get_by_id(staff.id).totp_secret
    return pyotp.TOTP(secret).at(int(at))
