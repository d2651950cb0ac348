"""Who looks at the pages: the head of a street, an auditor and a repair worker."""

from __future__ import annotations

import pytest
from flask import Flask

from backend.core.orgs import Org
from tests.databases import TestDatabase
from tests.staff.conftest import found_street
from tests.web.browser import Browser, employ


@pytest.fixture
def root(sqlite_database: TestDatabase) -> Org:
    street = found_street()
    employ("zhou", "周主任", ("street_admin", street.district))
    employ("qin", "秦审计", ("auditor", street.happy))
    employ("wang", "王师傅", ("repairer", street.happy))
    return street.district


@pytest.fixture
def zhou(app: Flask, root: Org) -> Browser:
    browser = Browser(app.test_client(), "10.2.0.1")
    browser.sign_in("zhou")
    return browser


@pytest.fixture
def qin(app: Flask, root: Org) -> Browser:
    browser = Browser(app.test_client(), "10.2.0.2")
    browser.sign_in("qin")
    return browser


@pytest.fixture
def wang(app: Flask, root: Org) -> Browser:
    browser = Browser(app.test_client(), "10.2.0.3")
    browser.sign_in("wang")
    return browser
