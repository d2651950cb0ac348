"""One running house per database for all tests of faults; each test brings its own people."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.core import db
from tests.databases import Postgres, fresh_sqlite
from tests.faults.house import House, running_house
from tests.servers import Valkey

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests of one house go to one worker, so that each house is built once."""
    for item in items:
        if isinstance(item, pytest.Function) and HERE in item.path.parents:
            given = {*item.fixturenames, *(f"{kind}_house" for kind in _params(item).values())}
            for house in ("sqlite_house", "postgres_house"):
                if house in given:
                    item.add_marker(pytest.mark.xdist_group(house))


def _params(item: pytest.Function) -> dict[str, object]:
    return item.callspec.params if hasattr(item, "callspec") else {}


@pytest.fixture(scope="package")
def _sqlite_house(
    _sqlite_template: Path, _valkey_server: Valkey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("sqlite-house")
    with (
        fresh_sqlite(_sqlite_template, folder / "linli.db") as database,
        running_house(folder, database.url, _valkey_server) as house,
    ):
        yield house


@pytest.fixture(scope="package")
def _postgres_house(
    postgres: Postgres, _valkey_server: Valkey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("postgres-house")
    with postgres.fresh() as database, running_house(folder, database.url, _valkey_server) as house:
        yield house


def _ready(house: House) -> House:
    db.connect(house.database_url)
    house.valkey.start()
    house.forget_order()
    house.tend()
    return house


@pytest.fixture
def sqlite_house(_sqlite_house: House) -> House:
    return _ready(_sqlite_house)


@pytest.fixture
def postgres_house(_postgres_house: House) -> House:
    return _ready(_postgres_house)


@pytest.fixture(params=["sqlite", "postgres"])
def house(request: pytest.FixtureRequest) -> House:
    """The test runs once in a house on SQLite and once in one on PostgreSQL."""
    found: House = request.getfixturevalue(f"{request.param}_house")
    return found
