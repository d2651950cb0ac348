"""The `services` process: the embedded servers, the migrated (and, for a demo, seeded) database, then the ready mark.

    python -m backend.services

Every other process begins with `ready.wait_ready()`, which looks for the mark; it goes when `services` stops.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from typing import Any
from urllib.parse import urlsplit

import peewee
import structlog

from backend import demo, domains, embedded, welcome
from backend.core import db, ending, jobs, log, metrics
from backend.ready import START, mark_path, only_one, read_mark
from backend.records import rebuilding
from backend.settings import Settings, settings
from iot.fleet import quiet


def main() -> None:
    log.configure("services")
    stop = threading.Event()
    ending.heeded(stop)
    with only_one() as alone:
        if not alone:
            sys.exit(f"Linli is already running on {settings().var_dir}: stop it first.")
        metrics.clean()
        run(stop)


def run(stop: threading.Event) -> None:
    """Everything up, then tended until `stop`."""
    before = read_mark()
    mark_path().unlink(missing_ok=True)
    servers = _servers(before)
    try:
        for server in servers.values():
            server.start()
        _set_mark(servers, ready=False)
        passwords = _prepare_database(stop)
        if stop.is_set():
            return
        _set_mark(servers, ready=True)
        greeting = threading.Thread(target=welcome.greet, args=(passwords, stop), daemon=True)
        greeting.start()
        fleet = threading.Thread(target=quiet.run, args=(stop,), name="fleet", daemon=True)
        fleet.start()
        while not stop.wait(0.3):
            for server in servers.values():
                server.tend()
    finally:
        jobs.connection().connection_pool.disconnect()
        if "redis" in servers:
            embedded.wait_unused(servers["redis"], 2)
        for server in servers.values():
            server.stop()
        mark_path().unlink(missing_ok=True)


def _servers(before: dict[str, Any]) -> dict[str, embedded.Server]:
    """What the settings leave to us, on the ports of the last start where they are free."""
    given, var = Settings(), settings().var_dir
    servers = {}
    if not given.redis_url:
        servers["redis"] = embedded.valkey(var, _port(before.get("redis_url")) or embedded.REDIS_PORT)
    if not given.mqtt_url:
        servers["mqtt"] = embedded.mqtt_broker(var, _port(before.get("mqtt_url")) or embedded.MQTT_PORT)
    return servers


def _port(url: str | None) -> int | None:
    return urlsplit(url).port if url else None


def _prepare_database(stop: threading.Event) -> dict[str, str]:
    """Migrate, waiting for a database that is not there yet; seed the demo into an empty one. Returns the one-time
    passwords of the accounts that were made."""
    while not stop.is_set():
        try:
            db.connect(settings().database_url)
            applied = db.migrate()
            break
        except peewee.OperationalError as error:
            structlog.get_logger().warning("services.database_unreachable", error=str(error).splitlines()[0])
            stop.wait(2)
    else:
        return {}
    if applied:
        structlog.get_logger().info("services.migrated", migrations=applied)
    domains.load()
    for key, faces in rebuilding.missing().items():
        structlog.get_logger().info("services.faces_made", table=key, rows=faces)
    passwords = demo.seed() if settings().demo and demo.wanted() else {}
    db.db.close()
    return passwords


def _set_mark(servers: dict[str, embedded.Server], *, ready: bool) -> None:
    """The addresses are known at once, to ourselves too; the others wait until `ready`."""
    scheme = {"redis": "redis://{}:{}/0", "mqtt": "mqtt://{}:{}"}
    mark: dict[str, Any] = {
        f"{name}_url": scheme[name].format(embedded.HOST, server.port) for name, server in servers.items()
    }
    mark |= {"pid": os.getpid(), "start": os.environ.get(START), "ready": ready}
    fresh = mark_path().with_suffix(".new")
    fresh.write_text(json.dumps(mark))
    fresh.replace(mark_path())
    settings.cache_clear()


if __name__ == "__main__":
    main()
