"""The kinds of targets, in the order in which they are offered."""

from __future__ import annotations

import json
from typing import Any

from iot.routes import mqtt, redis_stream, sql_table, webhook
from iot.routes.models import Route
from iot.routes.sending import Kind, Sender
from iot.routes.shape import Shape

KINDS: dict[str, Kind] = {
    kind.name: kind for kind in (webhook.KIND, mqtt.KIND, redis_stream.KIND, sql_table.KIND)
}


def target_of(route: Route) -> dict[str, Any]:
    """What its kind made of the form, and `org`, whose it is."""
    return dict(json.loads(str(route.target)))


def sender_of(route: Route) -> Sender:
    """It connects when it is used."""
    return KINDS[route.kind].opened(target_of(route), Shape.from_json(route.shape), route.uid)
