"""The processes on PostgreSQL, as on servers: killed and restarted one by one."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests

from tests.databases import Postgres
from tests.system import WITHOUT_BOTS, running_system

pytestmark = pytest.mark.e2e


def test_on_postgresql_each_process_may_die_and_come_back(postgres: Postgres, tmp_path: Path) -> None:
    with (
        postgres.empty() as url,
        running_system(
            tmp_path, database_url=url, settings={"DEMO": "1"}, processes=(*WITHOUT_BOTS, "iot")
        ) as linli,
    ):
        linli.wait_healthy()
        for name in ("web", "worker", "scheduler"):
            linli.kill(name)
        linli.start("web", "worker", "scheduler")
        linli.wait_ready()
        linli.wait_healthy()
        assert requests.get(linli.url("/chat"), timeout=60).status_code == 200
        assert not (tmp_path / "var" / "linli.db").exists()
        for name in ("web", "worker", "alerts", "scheduler", "iot", "services"):
            assert linli.stop(name, 5) in (0, -15, 143), linli.log(name)
