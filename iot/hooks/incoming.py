"""POST /hooks/devices/{format}/{token}: a network server's webhook. 200 means that the message is in the database."""

from __future__ import annotations

from typing import Any

import peewee
import structlog
from flask import Blueprint, jsonify, request

from backend.core.errors import LinliError
from backend.web.text import say
from iot.hooks import addresses as hooks

blueprint = Blueprint("device_hooks_in", __name__, url_prefix="/hooks/devices")
LARGEST = 256 * 1024
log = structlog.get_logger()


@blueprint.post("/<format>/<token>")
def take(format: str, token: str) -> Any:
    try:
        hook = hooks.opened(format, token)
        if (request.content_length or 0) > LARGEST:
            return jsonify(error="too large"), 413
        done = hooks.take(hook, request.get_data(cache=False), request.args)
    except LinliError as error:
        return jsonify(error=say(error.text)), error.status
    except (peewee.OperationalError, peewee.InterfaceError) as error:
        log.warning("device_hook.database_not_reachable", error=type(error).__name__)
        return jsonify(error="please try again"), 503
    return jsonify(stored=done.readings, repeats=done.repeats, put_aside=done.quarantined)
