"""Staff at work in the admin: its pages and forms over HTTP, as a browser without scripts uses them."""

from __future__ import annotations

import html
import re
from urllib.parse import urljoin

import requests

PASSWORD = "seven quiet neighbours"
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Colleague:
    """One member of staff, signed in with the one-time password and with a password of their own since."""

    def __init__(self, base: str, username: str, one_time: str) -> None:
        self.base, self.username = base, username
        self._http = requests.Session()
        self._token = ""
        self.sign_in(one_time)
        self.post("/admin/password", {"old": one_time, "password": PASSWORD})

    def sign_in(self, password: str) -> None:
        self.get("/admin/sign-in")
        shown = self.post("/admin/sign-in", {"username": self.username, "password": password})
        assert "/admin/sign-in" not in shown.url, text_of(shown.text)

    def get(self, path: str) -> requests.Response:
        return self._seen(self._http.get(urljoin(self.base, path), timeout=60))

    def post(self, path: str, form: dict[str, str]) -> requests.Response:
        url = urljoin(self.base, path)
        return self._seen(self._http.post(url, data={"csrf_token": self._token, **form}, timeout=60))

    def _seen(self, response: requests.Response) -> requests.Response:
        assert response.status_code == 200, (response.status_code, response.url, text_of(response.text))
        if found := _TOKEN.search(response.text):
            self._token = found[1]
        return response

    # --- residents ---------------------------------------------------------------------------------------------

    def file_of(self, name: str) -> int:
        """The number of this resident's file, looked up by name."""
        shown = self.get(f"/admin/residents?q={name}").text
        found = re.findall(rf'href="/admin/residents/(\d+)">{re.escape(html.escape(name))}<', shown)
        assert len(found) == 1, f"{name}: {text_of(shown)}"
        return int(found[0])

    def approves(self, name: str) -> int:
        file = self.file_of(name)
        self.get(f"/admin/residents/{file}")
        self.post(f"/admin/residents/{file}/approve", {})
        return file

    # --- repairs -----------------------------------------------------------------------------------------------

    def sees_on_board(self, number: int) -> str:
        """The request on list and board; returns its page as text."""
        for view in ("", "&view=board"):
            assert f"R-{number}" in self.get(f"/admin/requests?q=R-{number}{view}").text, view
        return text_of(self.get(f"/admin/requests/{number}").text)

    def assigns(self, number: int, worker: str) -> None:
        shown = self.get(f"/admin/requests/{number}").text
        found = re.search(rf'value="(\d+)"[^>]*>\s*(?:<[^>]+>\s*)*{worker}', shown)
        assert found, text_of(shown)
        self.post(f"/admin/requests/{number}/assign", {"worker": found[1]})

    # --- oneself -----------------------------------------------------------------------------------------------

    def makes_link_code(self) -> str:
        """What this colleague has to send in a chat to tie it to the account."""
        shown = self.get("/admin/staff/me").text
        action = re.search(r'action="(/admin/staff/\d+/link)"', shown)
        assert action, text_of(shown)
        code = re.search(r'id="link-code">([^<]+)<', self.post(action[1], {}).text)
        assert code
        return code[1].strip()


def text_of(page: str) -> str:
    """What a page says, without its markup."""
    body = re.sub(r"(?s)<(script|style|head)\b.*?</\1>", " ", page)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body))).strip()
