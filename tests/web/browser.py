"""A person's browser on the test client: it keeps the form's CSRF token as a browser does."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import pyotp
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from backend.core.access import SYSTEM
from backend.core.orgs import Org
from backend.staff import actions, passwords, queries
from backend.staff.models import Staff

PASSWORD = "seven quiet neighbours"
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def employ(username: str, name: str, *posts: tuple[str, Org], locale: str = "zh_CN") -> Staff:
    """A staff member who has already chosen the password `PASSWORD`."""
    employed = actions.create(
        SYSTEM, username=username, name=name, posts=[(role, org.id) for role, org in posts], locale=locale
    )
    Staff.update(password_hash=_hash(), must_change_password=False).where(
        Staff.id == employed.staff.id
    ).execute()
    return queries.by_id(employed.staff.id)


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
