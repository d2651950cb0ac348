"""Somebody who signs in at the shipped web server and looks at one page again and again."""

from __future__ import annotations

import re
import time
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlencode

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
PASSWORD = "seven quiet neighbours"


class Desk:
    """Signed in as `username`, whose password becomes `PASSWORD`."""

    def __init__(self, port: int, username: str) -> None:
        from backend.staff import passwords
        from backend.staff.models import Staff

        hashed = passwords.hashed(PASSWORD)
        Staff.update(password_hash=hashed).where(Staff.username == username).execute()
        self._port, self._cookie = port, ""
        _answer, page = self._asked("GET", "/admin/sign-in")
        token = _TOKEN.search(page)
        assert token is not None, page[:1000]
        form = {"username": username, "password": PASSWORD, "csrf_token": token[1]}
        answer, page = self._asked("POST", "/admin/sign-in", urlencode(form))
        assert answer.status in (302, 303), page[:1000]

    def looked(self, path: str, expected: str) -> float:
        """How long the page took, in seconds; fails when it does not say what is expected."""
        began = time.perf_counter()
        answer, page = self._asked("GET", path)
        took = time.perf_counter() - began
        assert answer.status == 200 and expected in page, (answer.status, page[:2000])
        return took

    def _asked(self, method: str, path: str, form: str | None = None) -> tuple[HTTPResponse, str]:
        headers = {"Cookie": self._cookie} if self._cookie else {}
        if form is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded"}
        connection = HTTPConnection("127.0.0.1", self._port, timeout=60)
        connection.request(method, path, form, headers)
        answer = connection.getresponse()
        page = answer.read().decode()
        connection.close()
        if given := answer.getheader("Set-Cookie"):
            self._cookie = given.partition(";")[0]
        return answer, page
