"""Every address of the application, walked: for strangers, for staff of the wrong community, without the form's token."""

from __future__ import annotations

import re
from typing import Any

import pytest
from werkzeug.test import TestResponse

from backend.core.access import PERMISSIONS, ROLES
from tests.fuzz.town import Town
from tests.fuzz.walk import CHEN, Walk, domain

OPEN = {"signin.sign_in", "signin.sign_in_now", "signin.sign_out"}
"""Doors of the admin that strangers may knock at."""
DIFFERENT = list({PERMISSIONS[role]: role for role in reversed(ROLES)}.values())
"""One of the roles that may do the same: every page is walked for each."""
PROVEN_OTHERWISE = ("/hooks/", "/chat/", "/api/")
FORM = {
    "why": "x", "text": "x", "act": "accept", "worker": "1", "org": "1", "to": "resident", "note": "x", "name": "王小明",
    "phone": "13900000009", "role": "community_admin", "posts": "community_admin:1", "decision": "approve",
    "what": "id_number", "reason": "x", "confirm": "yes", "username": "mallory", "locale": "en", "grid": "1", "option": "0",
}  # fmt: skip


def _words(response: TestResponse) -> str:
    """A page, or as much of a file as can be read."""
    return response.get_data().decode(errors="replace")


def test_no_door_of_the_admin_opens_to_a_stranger(walk: Walk) -> None:
    before = domain()
    for endpoint, path in walk.paths("GET"):
        if endpoint in OPEN:
            continue
        response = walk.browser().get(path, follow=False)
        led = response.status_code == 302 and "/admin/sign-in" in response.headers["Location"]
        assert led or response.status_code in (401, 403), (path, response.status)
    for endpoint, path in walk.paths("POST"):
        if endpoint in OPEN:
            continue
        browser = walk.browser()
        browser.get("/admin/sign-in")
        response = browser.post(path, dict(FORM), follow=False)
        led = response.status_code in (302, 303) and "/admin/sign-in" in response.headers["Location"]
        assert led or response.status_code in (401, 403, 429), (path, response.status)
    assert domain() == before


def test_no_form_is_taken_without_its_token(walk: Walk) -> None:
    admin = walk.employee("street_admin", walk.hood.happy)
    before = domain()
    for _endpoint, path in walk.paths("POST", under="/"):
        if path.startswith(PROVEN_OTHERWISE):
            continue
        for token in ("", "x.y.z"):
            response = admin.post(path, {**FORM, "csrf_token": token}, follow=False)
            assert response.status_code in (400, 404), (path, response.status)
    assert domain() == before


@pytest.mark.parametrize("role", DIFFERENT)
def test_nobody_reads_or_changes_what_belongs_to_another_community(walk: Walk, role: str) -> None:
    stranger = walk.employee(role, walk.hood.other)
    for _endpoint, path in walk.paths("GET"):
        response = stranger.get(path, headers={"X-Live": "1"})
        assert response.status_code < 500, (path, response.status)
        assert not [word for word in CHEN if word in _words(response)], path
    before = domain()
    stranger.get("/admin/staff/me")
    for endpoint, path in walk.paths("POST"):
        if endpoint.startswith("signin.") or endpoint in ("staff.recovery", "staff.add", "residents.add"):
            continue
        response = stranger.post(path, dict(FORM), follow=False)
        assert response.status_code < 500, (path, response.status)
    assert domain() == before


def test_those_whom_it_concerns_do_see_it(walk: Walk) -> None:
    """So that the test above looks for something that is there."""
    own = walk.employee("community_admin", walk.hood.happy)
    shown = "".join(_words(own.get(path)) for _endpoint, path in walk.paths("GET"))
    assert CHEN[0] in shown
    assert CHEN[3] in shown


@pytest.mark.parametrize("role", DIFFERENT)
def test_every_page_opens_or_refuses_kindly_for_every_role(walk: Walk, role: str) -> None:
    """Their own community this time: no page falls over, whatever their rights."""
    own = walk.employee(role, walk.hood.happy)
    for _endpoint, path in walk.paths("GET"):
        response = own.get(path)
        assert response.status_code in (200, 204, 403, 404), (path, response.status)


ODD_QUERIES = (
    "?q=%00&status=%00&urgency=%27&category=%00&sort=%00&dir=x&view=board&queue=%00&channel=%00",
    "?q=%ff%fe&page=-1&org=-1&late=1&status=open&since=0000-00-00&day=9999-99-99&from=x&until=x",
    "?page=99999999999999999999&q=" + "%25_" * 300,
    "?org=99999999999999999999",
    "?assignee=99999999999999999999&worker=99999999999999999999&staff=99999999999999999999",
    "?resident=99999999999999999999&after=99999999999999999999",
)


@pytest.mark.parametrize("database_too", ["sqlite", "postgres"])
def test_no_query_makes_a_page_fall_over(request: pytest.FixtureRequest, database_too: str) -> None:
    request.getfixturevalue(f"{database_too}_database")
    walk: Walk = request.getfixturevalue("walk")
    admin = walk.employee("street_admin", walk.hood.happy)
    for endpoint, path in walk.paths("GET"):
        if "<" in path or endpoint.endswith("events"):
            continue
        for query in ODD_QUERIES:
            response = admin.get(path + query)
            assert response.status_code < 500, (path + query, response.status)


@pytest.mark.parametrize("database_too", ["sqlite", "postgres"])
def test_an_id_that_no_table_can_hold_is_not_there(request: pytest.FixtureRequest, database_too: str) -> None:
    request.getfixturevalue(f"{database_too}_database")
    walk: Walk = request.getfixturevalue("walk")
    admin = walk.employee("street_admin", walk.hood.happy)
    for rule in walk.app.url_map.iter_rules():
        if "<int:" in rule.rule and "GET" in (rule.methods or ()) and not rule.rule.startswith("/api/"):
            for huge in ("999999999", "2147483648", "99999999999999999999", "-1", "٣"):
                path = re.sub(r"<int:\w+>", huge, rule.rule)
                assert admin.get(path).status_code in (403, 404), path


@pytest.mark.parametrize("database_too", ["sqlite", "postgres"])
def test_no_form_value_makes_an_act_fall_over(request: pytest.FixtureRequest, database_too: str) -> None:
    request.getfixturevalue(f"{database_too}_database")
    walk: Walk = request.getfixturevalue("walk")
    admin = walk.employee("street_admin", walk.hood.happy)
    odd: tuple[Any, ...] = ("\x00", "9" * 30, "字" * 5000)
    if database_too == "sqlite":
        odd += ("", "🙂\u202e")
    admin.get("/admin/staff/me")
    for endpoint, path in walk.paths("POST"):
        if endpoint.startswith("signin."):
            continue
        for value in odd:
            # As a form with a file sends it: reading five thousand characters of percent signs takes longer than all that is asked here.
            form = dict.fromkeys(FORM, value)
            response = admin.post(path, form, follow=False, content_type="multipart/form-data")
            assert response.status_code < 500, (path, value[:10], response.status)


@pytest.mark.parametrize(
    "path",
    ["/static/linli/../../../settings.py", "/static/linli/..%2f..%2f..%2fsettings.py", "/chat/static/..%2fsms.py",
     "/chat/static/..%2f..%2f.env", "/bootstrap/static/..%2f..%2f__init__.py", "/chat/photo/..%2f..%2fsecrets.json",
     "/chat/photo/%2e%2e%2fsecrets.json", "/static/linli//etc/passwd", "/static/linli/%00", "/admin/requests/static/..%2fweb.py"],
)  # fmt: skip
def test_no_path_leads_out_of_its_folder(town: Town, path: str) -> None:
    response = town.client.get(path)
    assert response.status_code in (400, 404, 308)
    assert "import" not in response.text
