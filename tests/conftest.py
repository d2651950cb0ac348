"""What every test may ask for: a fresh database (SQLite and PostgreSQL), a real Valkey, a clock, the web app.

Everything is real and private to the test process; nothing touches `var/`, a running Linli or the network.
"""

from __future__ import annotations

import atexit
import gc
import itertools
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
import structlog

from backend.settings import Settings, settings
from tests.environment import SHARED

WORK = Path(tempfile.mkdtemp(prefix="linli-test-"))
ENVIRONMENT = {
    "VAR_DIR": str(WORK / "var"),
    "DATABASE_URL": f"sqlite:///{WORK / 'unconnected.db'}",
    # Nothing listens there: a test that wants Redis or MQTT asks for it.
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "MQTT_URL": "mqtt://127.0.0.1:1",
    **SHARED,
}


_NAMES = {name.upper() for name in Settings.model_fields}


def _own_environment() -> None:
    """The developer's own settings (environment, .env) must not decide what a test sees."""
    for name in _NAMES:
        os.environ.pop(name, None)
    Settings.model_config["env_file"] = None
    os.environ.update(ENVIRONMENT)


def _compiled_once() -> None:
    """The tests and the hundreds of processes that they start share compiled files, whatever the environment says."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


def _the_same_examples() -> None:
    """Hypothesis tries the same examples every time and gives them the time that they need: whether the tests pass must depend on
    neither chance nor how much else the machine does."""
    hypothesis.settings.register_profile(
        "linli", derandomize=True, deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
    )
    hypothesis.settings.load_profile("linli")


def _plain_tracebacks() -> None:
    """A fault that a test provokes is logged as text: the coloured frames with all their variables, which structlog draws where nobody
    has configured it, take up to five seconds each."""
    before = structlog.get_config()["processors"]
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*before[:-1], plain])


_own_environment()
_compiled_once()
_the_same_examples()
_plain_tracebacks()

from backend.core import clock as clocks  # noqa: E402
from locales import messages  # noqa: E402
from tests.databases import MEMORY, Postgres, TestDatabase, fresh_sqlite, sqlite_template  # noqa: E402
from tests.servers import Valkey  # noqa: E402

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from tests.sheets.maria import Maria


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        messages.compile_all()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """pytest-xdist 3.8 writes a test's group into `_nodeid`, which pytest 9.2 no longer reads: without this, tests that
    share a running system (`xdist_group`) would each start their own."""
    for item in items:
        grouped = item.__dict__.get("_nodeid")
        if grouped is not None:
            item._id = type(item._id).parse(grouped)  # type: ignore[attr-defined]


def pytest_collection_finish() -> None:
    """Thousands of tests stay until the end: who looks for garbage need not look through them."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """What failed and then passed is no success to keep quiet about: each such failure is shown whole. So is the first failure of what
    failed again, perhaps for no other reason than what the first run had left."""
    unsteady = terminalreporter.stats.get("rerun", [])
    if unsteady:
        terminalreporter.section("UNSTEADY: failed, and was run once more")
        for report in unsteady:
            terminalreporter.write_line(f"UNSTEADY {report.nodeid}")
            terminalreporter.write_line(report.longreprtext)


def _nothing_counted() -> None:
    """Uses that the last tests counted are not written when this process ends: their database is gone, and so is where it would be logged."""
    if usage := sys.modules.get("backend.reports.usage"):
        atexit.unregister(usage._counts.flush)


def pytest_unconfigure(config: pytest.Config) -> None:
    _nothing_counted()
    shutil.rmtree(WORK, ignore_errors=True)


def _settings_anew() -> None:
    """What is kept is what the environment says now, although a thread that an earlier test left may be reading what it said before: what is there
    first is kept."""
    with suppress(SystemExit):
        while True:
            settings.cache_clear()
            if settings() == settings.__wrapped__():
                return


@pytest.fixture(autouse=True)
def _settings_as_given(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever a test sets in the environment is gone for the next one."""
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def configure(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """`configure(PUBLIC_URL="https://…", TWILIO_FROM="+1…")`: settings for this test, as from the environment."""

    def set_them(**values: str) -> None:
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        _settings_anew()

    return set_them


# --- databases ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def _sqlite_template() -> Path:
    return sqlite_template(WORK)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A private PostgreSQL of this test process."""
    with Postgres() as server:
        yield server


@pytest.fixture(scope="session")
def _sqlite_paths() -> Iterator[Iterator[Path]]:
    """Where the next SQLite database lies: never where one lay before, which somebody may still hold open."""
    with tempfile.TemporaryDirectory(prefix="linli-sqlite-", dir=MEMORY) as folder:
        yield (Path(folder) / f"{number}.db" for number in itertools.count())


@pytest.fixture
def sqlite_database(
    _sqlite_template: Path, _sqlite_paths: Iterator[Path], configure: Callable[..., None]
) -> Iterator[TestDatabase]:
    """A fresh, migrated SQLite database, connected."""
    with fresh_sqlite(_sqlite_template, next(_sqlite_paths)) as database:
        configure(DATABASE_URL=database.url)
        yield database


@pytest.fixture
def postgres_database(postgres: Postgres, configure: Callable[..., None]) -> Iterator[TestDatabase]:
    """A fresh, migrated PostgreSQL database, connected."""
    with postgres.fresh() as database:
        configure(DATABASE_URL=database.url)
        yield database


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> TestDatabase:
    """A fresh, migrated database, connected: the test runs once on SQLite and once on PostgreSQL."""
    found: TestDatabase = request.getfixturevalue(f"{request.param}_database")
    return found


@pytest.fixture(scope="session")
def maria() -> Iterator[Maria]:
    """A private MySQL server; tests that ask for it belong to one `xdist_group`."""
    from tests.sheets.maria import Maria  # its driver is slow to load

    with Maria() as server:
        yield server


# --- Redis ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def _valkey_server() -> Iterator[Valkey]:
    with Valkey(WORK / "valkey") as server:
        yield server


@pytest.fixture
def valkey(_valkey_server: Valkey, configure: Callable[..., None]) -> Valkey:
    """A real, empty Valkey; the settings point to it. `.client`, `.url`, `.stop()`, `.start()`."""
    _valkey_server.start()
    _valkey_server.client.flushall()
    configure(REDIS_URL=_valkey_server.url)
    return _valkey_server


# --- time -----------------------------------------------------------------------------------------------------


@pytest.fixture
def clock() -> Iterator[clocks.Hands]:
    """The clock stands at Monday 2026-11-02, 10:00 in Shanghai; `clock.forward(minutes=30)` moves it."""
    with clocks.stopped(datetime(2026, 11, 2, 2, 0, tzinfo=UTC)) as hands:
        yield hands


# --- the web app ----------------------------------------------------------------------------------------------


ELSEWHERE = {"VAR_DIR", "DATABASE_URL", "TWILIO_API_BASE", "TELEGRAM_API_BASE", "SMTP_URL"}
"""Settings that differ from test to test and that an app asks for when it needs them, never when it is made."""


@pytest.fixture(scope="session")
def _apps() -> dict[tuple[str | None, ...], Flask]:
    return {}


@pytest.fixture
def app(request: pytest.FixtureRequest, _apps: dict[tuple[str | None, ...], Flask]) -> Iterator[Flask]:
    """The whole Flask app on the test's database (on SQLite when the test names none).

    Tests of the same settings use the same app, for making one and reading its templates takes longer than most tests;
    what a test changes of its config and extensions is undone.
    """
    chosen = next(
        (f for f in ("database", "postgres_database") if f in request.fixturenames), "sqlite_database"
    )
    request.getfixturevalue(chosen)
    from backend.app import create_app
    from backend.web import limits

    given = tuple(os.environ.get(name) for name in sorted(_NAMES - ELSEWHERE))
    if given not in _apps:
        _apps[given] = create_app()
        _apps[given].testing = True
    application = _apps[given]
    limits.init_app(application)  # nobody has knocked yet
    before = [(kept, dict(kept)) for kept in (application.config, application.extensions)]
    yield application
    for kept, as_it_was in before:
        kept.clear()
        kept.update(as_it_was)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def pytest_make_parametrize_id(config: pytest.Config, val: Any) -> str | None:
    return val if isinstance(val, str) and len(val) <= 40 else None
