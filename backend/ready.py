"""Whether Linli is ready, for the processes that wait for `services`: light, for each of them begins with it.

The mark is VAR_DIR/services.json: where Redis and MQTT are, and whose start this is.
"""

from __future__ import annotations

import fcntl
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from backend.settings import Settings, settings

START = "LINLI_START"
"""Environment: names one `make run`, so that no process takes an earlier start's mark for this one's."""


def mark_path() -> Path:
    return settings().var_dir / "services.json"


def wait_ready(patience: float = 30) -> None:
    """Return once the database is migrated and Redis' address is known; until then say every `patience` seconds what
    is awaited. Settings are read anew afterwards."""
    told = time.monotonic()
    while not ready():
        if time.monotonic() - told > patience:
            told = time.monotonic()
            print(_waiting_for(), file=sys.stderr, flush=True)  # noqa: T201
        time.sleep(0.05)
    settings.cache_clear()


def ready() -> bool:
    """Whether this start's `services` has set its mark; without embedded servers, whether no migration is pending."""
    if not _marked_start():
        return _migrated()
    mark = read_mark()
    wanted = os.environ.get(START)
    return bool(mark.get("ready")) and _alive(int(mark.get("pid", 0))) and wanted in (None, mark.get("start"))


def read_mark() -> dict[str, Any]:
    try:
        return dict(json.loads(mark_path().read_text()))
    except (FileNotFoundError, ValueError):
        return {}


def _marked_start() -> bool:
    return START in os.environ or not Settings().redis_url


def _waiting_for() -> str:
    if _marked_start():
        return (
            "Still waiting for the `services` process: is it running? Its lines above say what it is doing."
        )
    return "Still waiting for the database to be migrated: run `flask --app backend migrate`."


def _migrated() -> bool:
    import peewee  # the web server's first process asks no database

    from backend.core import db

    database = db.open_database(settings().database_url)
    try:
        return all(m.applied for m in db.runner(database).status() if m.path is not None)
    except peewee.OperationalError:
        return False
    finally:
        database.close()


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return pid > 0


# --- one at a time --------------------------------------------------------------------------------------------


@contextmanager
def only_one() -> Iterator[bool]:
    """Yields whether nobody else runs on this VAR_DIR; while inside, nobody else can."""
    settings().var_dir.mkdir(parents=True, exist_ok=True)
    with (settings().var_dir / "services.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
