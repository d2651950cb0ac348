"""The peer of P2: a bare Flask view that checks Twilio's signature and answers a constant, behind the same bridge; and the
limit, the server itself answering that constant."""

from __future__ import annotations

import base64
import hashlib
import hmac
import sys
from typing import Any

from flask import Flask, Response, abort, request

from backend.asgi import SWITCH_SECONDS
from backend.web.bridge import Bridge, Receive, Scope, Send
from bench.texting import PATH, PUBLIC_URL, TOKEN

TWIML = (
    '<?xml version="1.0" encoding="UTF-8"?><Response><Message>'
    "Thank you. What is your name, as on your ID?</Message></Response>"
)


def bare() -> Flask:
    app = Flask("bare")

    @app.post(PATH)
    def heard() -> Response:
        signed = PUBLIC_URL + request.path + "".join(n + request.form[n] for n in sorted(request.form))
        wanted = base64.b64encode(hmac.new(TOKEN.encode(), signed.encode(), hashlib.sha1).digest())
        if not hmac.compare_digest(wanted, request.headers.get("X-Twilio-Signature", "").encode()):
            abort(403)
        return Response(TWIML, mimetype="text/xml")

    return app


class Bridged:
    """A WSGI application hosted as ours is, without anything else."""

    def __init__(self, wsgi: Any) -> None:
        self._bridge = Bridge(wsgi, most_bytes=1024 * 1024)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send, self._bridge)
        else:
            await self._bridge(scope, receive, send)


async def _live(receive: Receive, send: Send, bridge: Bridge | None = None) -> None:
    while (await receive())["type"] == "lifespan.startup":
        sys.setswitchinterval(SWITCH_SECONDS)
        if bridge is not None:
            bridge.start()
        await send({"type": "lifespan.startup.complete"})
    if bridge is not None:
        bridge.stop()
    await send({"type": "lifespan.shutdown.complete"})


async def _constant(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await _live(receive, send)
        return
    while (await receive()).get("more_body"):
        pass
    body = TWIML.encode()
    headers = [(b"content-type", b"text/xml"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def view() -> Bridged:
    """The factory of the peer."""
    return Bridged(bare())


def constant() -> Any:
    """The factory of the limit."""
    return _constant
