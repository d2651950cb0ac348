"""A camera's picture on its way to an alarm of that device. The alarm itself waits for no picture: words first, the picture seconds later.

A link is followed only to hosts that whoever runs the server named: cameras stand in the house, and a device must not make us ask anything else
there.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlsplit

import structlog
import urllib3

from backend.alarms import photos
from backend.alarms import queries as alarms
from backend.core import clock, sweep
from backend.core.db import is_postgres, transaction
from backend.core.errors import LinliError
from backend.settings import settings
from iot.heard import Heard
from iot.seeing.models import Snapshot

MOST_BYTES = 3 * 1024 * 1024
EVERY = timedelta(seconds=10)
"""Of one device, so often at most."""
PATIENCE = timedelta(minutes=5)
"""A picture that finds no alarm for so long is of none, and goes unseen."""
_DATA = re.compile(r"data:image/[\w.+-]+;base64,", re.IGNORECASE)
_TIMEOUT = urllib3.Timeout(connect=3, read=5)
log = structlog.get_logger()


def listen(batch: Sequence[Heard]) -> None:
    """Put the pictures of this batch aside, for the clock to deliver."""
    for heard in batch:
        given = heard.apart.get("snapshot")
        if not heard.trusted or not isinstance(given, str) or heard.received - heard.at > PATIENCE:
            continue
        lately = (Snapshot.device_id == heard.device.id) & (Snapshot.at > heard.received - EVERY)
        link = given.startswith(("http://", "https://"))
        if len(given) > MOST_BYTES * 4 // 3 + 100 or Snapshot.select().where(lately).exists():
            log.info("device.snapshot_refused", device=heard.device.id, characters=len(given))
            continue
        Snapshot.create(
            device_id=heard.device.id,
            at=heard.received,
            data=None if link else given,
            url=given[:2_000] if link else None,
            next_at=clock.now(),
        )


def deliver() -> int:
    """Take each to the open alarm of its device; returns how many arrived."""
    due = Snapshot.select(Snapshot.id).where(Snapshot.next_at <= clock.now()).order_by(Snapshot.id).limit(50)
    return sweep.each("devices.snapshots", [row.id for row in due], _deliver)


def _deliver(snapshot_id: int) -> int:
    with transaction():
        query = Snapshot.select().where((Snapshot.id == snapshot_id) & (Snapshot.next_at <= clock.now()))
        found = (query.for_update() if is_postgres() else query).first()
        if found is None:
            return 0
        over = clock.now() - found.at > PATIENCE
        # Whoever else looks meanwhile leaves it alone; when this process dies, it is tried again.
        later = clock.now() + timedelta(seconds=min(60, 5 * 2**found.tries))
        Snapshot.update(next_at=later, tries=found.tries + 1).where(Snapshot.id == snapshot_id).execute()
    alarm_id = alarms.open_of_device(found.device_id)
    if alarm_id is None and not over:
        return 0
    done = False
    if alarm_id is not None:
        try:
            picture = _decoded(found.data) if found.data is not None else fetched(found.url or "")
            done = photos.attach(alarm_id, picture)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            log.info("device.snapshot_not_fetched", device=found.device_id, error=type(error).__name__)
            if not over:
                return 0
        except (LinliError, ValueError) as error:
            log.info("device.snapshot_unreadable", device=found.device_id, error=type(error).__name__)
    with transaction():
        Snapshot.delete().where(Snapshot.id == snapshot_id).execute()
    return int(done)


def _decoded(text: str) -> bytes:
    """Raises ValueError."""
    try:
        return base64.b64decode(_DATA.sub("", text[:60]) + text[60:], validate=False)
    except binascii.Error as error:
        raise ValueError("no base64") from error


def fetched(url: str) -> bytes:
    """The picture at a link of a camera. Raises ValueError for a host that nobody named or what is too large, HTTPError."""
    parts = urlsplit(url)
    allowed = {host.strip().lower() for host in settings().camera_hosts.split(",") if host.strip()}
    if parts.scheme not in ("http", "https") or parts.username or parts.netloc.lower() not in allowed:
        raise ValueError("not one of the cameras' hosts")
    with urllib3.PoolManager(timeout=_TIMEOUT, retries=False) as pool:
        answer = pool.request("GET", url, redirect=False, preload_content=False)
        try:
            if answer.status != 200:
                raise ValueError(f"answered {answer.status}")
            data = answer.read(MOST_BYTES + 1)
        finally:
            answer.release_conn()
    if len(data) > MOST_BYTES:
        raise ValueError("too large")
    return bytes(data)
