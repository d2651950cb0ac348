"""What an operator does by hand."""

from __future__ import annotations

import re

from flask import Flask

from backend.core.orgs import Org
from backend.staff import queries
from tests.web.browser import Browser


def test_the_database_says_that_it_is_up_to_date(app: Flask) -> None:
    assert "up to date" in app.test_cli_runner().invoke(args=["migrate"]).output


def test_the_first_admin_of_an_empty_database_can_sign_in(app: Flask) -> None:
    runner = app.test_cli_runner()
    out = runner.invoke(args=["staff", "create-admin", "--username", "admin", "--name", "管理员"]).output
    password = re.search(r"password\s+(\S+)", out)
    assert password, out
    admin = queries.by_username("admin")
    assert admin and [p.role for p in queries.posts_of(admin)] == ["street_admin"]
    assert Org.select().count() == 1
    page = Browser(app.test_client(), "10.3.0.1").sign_in("admin", password[1])
    assert page.request.path == "/admin/password"


def test_a_name_that_is_taken_is_said_and_nothing_is_made(app: Flask) -> None:
    runner = app.test_cli_runner()
    again = ["staff", "create-admin", "--username", "admin", "--name", "A"]
    runner.invoke(args=again)
    second = runner.invoke(args=again)
    assert second.exit_code == 1 and "Somebody already signs in as admin" in second.output
