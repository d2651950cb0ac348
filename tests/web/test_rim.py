"""Every answer over HTTP: its headers, its errors."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from backend.core.orgs import Org
from backend.printing.web import SURFACE_CSP
from backend.web.proxies import UNKNOWN, caller
from backend.web.text import safe_next
from tests.web.browser import Browser

OWN_PAGES = ("/admin", "/admin/audit", "/admin/health", "/admin/staff", "/admin/staff/new", "/admin/staff/me")


def check_headers(response) -> None:
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "same-origin"


def check_nothing_inline(html: str) -> None:
    assert not re.search(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=", html)
    assert not re.search(r'(?:src|href)="(?:https?:)?//', html), "everything comes from ourselves"


def test_every_page_has_the_policy_and_nothing_inline(zhou: Browser, app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.arguments or rule.endpoint.endswith("static"):
            continue
        page = zhou.get(rule.rule, follow=False)
        if page.mimetype == "text/event-stream":
            continue
        assert page.status_code < 500, rule.rule
        if rule.endpoint in ("printing.surface", "notices.letter"):
            # The paper in an editor may look as it likes, and do nothing.
            assert page.headers["Content-Security-Policy"] == SURFACE_CSP and "script" not in SURFACE_CSP
            continue
        check_headers(page)
        if page.mimetype == "text/html":
            check_nothing_inline(page.text)
    assert {"/admin", "/admin/staff"} <= {r.rule for r in app.url_map.iter_rules()}


@pytest.mark.parametrize("path", OWN_PAGES)
def test_our_own_pages_open_and_say_it_in_both_languages(zhou: Browser, path: str) -> None:
    chinese = zhou.get(path)
    assert chinese.status_code == 200 and 'lang="zh-CN"' in chinese.text
    zhou.post("/locale", {"locale": "en", "next": path})
    english = zhou.get(path)
    assert 'lang="en"' in english.text and "Sign out" in english.text


def test_what_the_pages_load_is_served_by_us(zhou: Browser) -> None:
    page = zhou.get("/admin")
    found = re.findall(r'(?:src|href)="(/static[^"]+)"', page.text)
    assert len(found) >= 5
    for address in found:
        assert zhou.get(address).status_code == 200, address


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh-CN,zh;q=0.9", 'lang="zh-CN"'), ("en-GB", "Nothing here"), ("fr, en", "Nothing here")],
)
def test_a_page_that_is_not_there_says_so_in_the_readers_language(
    client: FlaskClient, language: str, words: str
) -> None:
    page = client.get("/no-such-page", headers={"Accept-Language": language})
    assert page.status_code == 404 and words in page.text
    check_headers(page)
    check_nothing_inline(page.text)


def test_programs_get_errors_as_json(client: FlaskClient) -> None:
    answer = client.get("/api/v1/no-such-thing", headers={"Accept-Language": "en"})
    assert answer.status_code == 404 and answer.json and answer.json["error"].startswith("We could not find")


def test_too_large_a_body_is_refused_kindly(client: FlaskClient) -> None:
    answer = client.post(
        "/admin/sign-in", data=b"x" * (13 * 1024 * 1024), content_type="multipart/form-data; boundary=b",
        headers={"Accept-Language": "en"},
    )  # fmt: skip
    assert answer.status_code in (400, 413)


def test_who_may_not_is_told_whom_to_ask(wang: Browser) -> None:
    page = wang.get("/admin/audit", headers={"Accept-Language": "en"})
    assert page.status_code == 403
    page = wang.get("/admin")
    assert "/admin/audit" not in page.text and '/admin/staff"' not in page.text, (
        "the menu offers what one may"
    )


def test_after_an_upgrade_no_browser_goes_on_with_the_old_scripts_and_styles(client: FlaskClient) -> None:
    for path in ("/static/linli/linli.css", "/chat/static/chat.js"):
        first = client.get(path)
        assert first.status_code == 200 and first.headers["Cache-Control"] == "no-cache"
        assert client.get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_figures_are_for_our_own_network(client: FlaskClient) -> None:
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", environ_overrides={"REMOTE_ADDR": "8.8.8.8"}).status_code == 403


def test_on_a_public_address_the_cookie_and_the_browser_stay_with_https(
    sqlite_database, configure: Callable[..., None]
) -> None:
    configure(PUBLIC_URL="https://linli.example")
    from backend.app import create_app

    client = create_app().test_client()
    page = client.get("/admin/sign-in", base_url="https://linli.example")
    assert "max-age=" in page.headers["Strict-Transport-Security"]
    cookie = page.headers["Set-Cookie"]
    assert cookie.startswith("__Host-linli=") and "Secure" in cookie and "HttpOnly" in cookie


def test_a_stranger_cannot_pretend_to_come_from_our_network(
    sqlite_database, configure: Callable[..., None]
) -> None:
    from backend.app import create_app

    alone = create_app().test_client()
    outside = {"REMOTE_ADDR": "8.8.8.8"}
    claims = {"X-Forwarded-For": "127.0.0.1"}
    assert alone.get("/metrics", headers=claims, environ_overrides=outside).status_code == 403
    configure(PUBLIC_URL="https://linli.example")
    proxied = create_app().test_client()
    through = {"X-Forwarded-For": "127.0.0.1, 8.8.8.8"}
    assert proxied.get("/metrics", headers=through).status_code == 403, "the last hop is the proxy's own word"


def test_nobody_reads_figures_through_a_proxy(client: FlaskClient) -> None:
    for said in ("8.8.8.8", "127.0.0.1", '", 8.8.8.8', ""):
        assert client.get("/metrics", headers={"X-Forwarded-For": said}).status_code == 403


@pytest.mark.parametrize(
    ("forwarded", "hops", "who"),
    [
        ('", 8.8.8.8', 1, "8.8.8.8"),
        ('"', 1, UNKNOWN),
        ("", 1, UNKNOWN),
        ("8.8.8.8", 2, UNKNOWN),
        ("1.1.1.1:80", 1, UNKNOWN),
        ('"x, y", 2001:db8::1, 10.0.0.1', 2, "2001:db8::1"),
    ],
)
def test_what_a_client_writes_makes_it_neither_the_proxy_nor_anybody_else(
    forwarded: str, hops: int, who: str
) -> None:
    assert caller(forwarded, hops) == who


@pytest.mark.parametrize(
    ("public_url", "trusted", "believed"),
    [
        ("https://linli.example", "", "10.0.0.1"),
        ("https://linli.example", "2", "8.8.8.8"),
        ("https://linli.example", "0", "192.0.2.7"),
        ("http://127.0.0.1:9", "", "192.0.2.7"),
    ],
)
def test_only_as_many_proxies_are_believed_as_stand_before_us(
    sqlite_database, configure: Callable[..., None], public_url: str, trusted: str, believed: str
) -> None:
    configure(PUBLIC_URL=public_url, TRUSTED_PROXIES=trusted)
    from backend.app import create_app

    app = create_app()
    app.add_url_rule("/who", "who", lambda: request.remote_addr)
    hops = {"X-Forwarded-For": "1.1.1.1, 8.8.8.8, 10.0.0.1"}
    answer = app.test_client().get("/who", headers=hops, environ_overrides={"REMOTE_ADDR": "192.0.2.7"})
    assert answer.text == believed


@pytest.mark.parametrize(
    "bad", [None, "", "x", "//evil", "https://evil", "/\\evil", "/a\nb", "javascript:alert(1)"]
)
def test_only_our_own_paths_are_gone_back_to(bad: str | None) -> None:
    assert safe_next(bad, "/home") == "/home"
    assert safe_next("/admin?q=1", "/home") == "/admin?q=1"


def test_an_error_of_ours_never_shows_its_insides(root: Org) -> None:
    from backend.app import create_app

    def broken() -> None:
        raise RuntimeError("13800138000")

    app = create_app()
    app.add_url_rule("/broken", "broken", broken)
    page = app.test_client().get("/broken", headers={"Accept-Language": "en"})
    assert page.status_code == 500
    assert "Something broke on our side" in page.text and "13800138000" not in page.text
