"""Two towns, each one running system for all its scenarios: on SQLite people speak Chinese, on PostgreSQL English.

So each channel is walked in both languages and on both databases, and the two run beside each other.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.databases import Postgres
from tests.e2e.town import Town, running_town
from tests.harness.browser import browser


@pytest.fixture(scope="package")
def sqlite_town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with running_town(tmp_path_factory.mktemp("sqlite")) as town:
        yield town


@pytest.fixture(scope="package")
def postgres_town(tmp_path_factory: pytest.TempPathFactory, postgres: Postgres) -> Iterator[Town]:
    with (
        postgres.fresh() as database,
        running_town(tmp_path_factory.mktemp("postgres"), database.url) as town,
    ):
        yield town


BOTH = [
    pytest.param("sqlite", marks=pytest.mark.xdist_group("town-sqlite")),
    pytest.param("postgres", marks=pytest.mark.xdist_group("town-postgres")),
]


@pytest.fixture(params=BOTH)
def town(request: pytest.FixtureRequest) -> Town:
    """The running town: `.language` is what its people speak."""
    found: Town = request.getfixturevalue(f"{request.param}_town")
    found.language = "zh_CN" if request.param == "sqlite" else "en"
    return found


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Closed with its module: while Playwright runs, nothing else in the process can run an event loop."""
    with browser() as running:
        yield running
