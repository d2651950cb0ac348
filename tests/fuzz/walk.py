"""A walk around every address of the application, with two communities' people and things in it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from flask import Flask
from werkzeug.routing import Rule

from backend.core.db import Model
from backend.core.orgs import Org
from backend.requests.models import Request, RequestEvent
from backend.residents.models import FileChange, Resident
from backend.staff.models import Staff, StaffPost
from tests.fuzz.town import serial
from tests.requests.neighbourhood import Neighbourhood
from tests.web.browser import Browser, employ

CHEN = ("欧阳守密", "13800132210", "11010519491231002X", "厨房水龙头滴水")


@dataclass
class Walk:
    """The people of two communities, and the ids of what belongs to the first."""

    app: Flask
    hood: Neighbourhood
    number: int

    def paths(self, method: str, *, under: str = "/admin") -> list[tuple[str, str]]:
        """(endpoint, path) of every address of this method, its places filled with the first community's ids."""
        found = []
        for rule in self.app.url_map.iter_rules():
            if method in (rule.methods or ()) and rule.rule.startswith(under) and not self._static(rule):
                found.append((rule.endpoint, self._filled(rule)))
        return sorted(found)

    @staticmethod
    def _static(rule: Rule) -> bool:
        return rule.endpoint.endswith("static")

    def _filled(self, rule: Rule) -> str:
        known = {
            "resident_id": self.hood.chen,
            "number": self.number,
            "staff_id": self.hood.desk,
            "token": "x" * 30,
            "key": "0" * 32,
        }
        either = re.sub(r"<any\((\w+)[^)]*\):\w+>", r"\1", rule.rule)
        return re.sub(r"<(?:\w+:)?(\w+)>", lambda m: str(known.get(m[1], 1)), either)

    def browser(self) -> Browser:
        n = serial()
        return Browser(self.app.test_client(), f"10.7.{n // 250}.{n % 250}")

    def employee(self, role: str, org: Org) -> Browser:
        """Somebody new who holds this role there, signed in."""
        name = f"s{serial()}"
        employ(name, "来自别处", (role, org))
        browser = self.browser()
        assert "/admin/sign-in" not in browser.sign_in(name).request.path
        return browser


def everything(*models: type[Model]) -> str:
    """A digest of all rows."""
    rows = [sorted(map(str, m.select().tuples())) for m in models]
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def domain() -> str:
    return everything(Resident, Request, RequestEvent, FileChange, Staff, StaffPost)
