"""The webchat's page and what it talks to."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, Response, abort, g, jsonify, render_template, request

from backend.core import clock, media
from backend.core.errors import Invalid
from backend.core.i18n import LOCALES, _
from backend.fields.words import Media, Place, Said
from backend.messaging import people, threads
from backend.settings import settings
from backend.web.limits import limiter
from backend.web.push import STREAM, WHOSE
from backend.web.text import COOKIE, locale
from bots import served, webchat, webchat_session
from bots.plain import printable
from bots.webchat_lines import CHOSEN, lines
from bots.webchat_words import words
from conversations import engine
from conversations.inbound import Inbound

CSRF_EXEMPT = True
"""Proven by a header of the page's own (`webchat_session.check_origin`)."""
PER_PERSON = "40/minute;600/hour"
PER_ADDRESS = "600/minute"
"""Many people may share one public address; still, nobody fills the database with new webchats."""
STREAMS = "120/minute"
"""Of one webchat: each of its pages comes back every two seconds at most, while we cannot be reached."""
_EVENT = re.compile(r"[\w-]{8,64}", re.ASCII)

blueprint = Blueprint(
    "webchat",
    __name__,
    url_prefix="/chat",
    template_folder="templates",
    static_folder="static",
    static_url_path="/static",
)


@blueprint.before_request
def _ours() -> None:
    if request.method == "POST":
        webchat_session.check_origin()


@blueprint.after_request
def _remember(response: Response) -> Response:
    if request.endpoint != "webchat.static":
        response.headers.setdefault("Cache-Control", "no-store")
    return webchat_session.keep(response)


@blueprint.get("", strict_slashes=False)
def page() -> str:
    webchat_session.address()
    return render_template("bots/chat.html", words=words(), hotline=settings().hotline)


@blueprint.get("/history")
def history() -> Response:
    """What was said on both sides, oldest first; `last` is where the events go on."""
    identity = webchat_session.identity()
    found = threads.conversation(identity.id) if identity else []
    shown = lines(found)
    return jsonify(lines=shown, last=max((line.get("id", 0) for line in shown), default=0))


@blueprint.get("/events")
@limiter.limit(STREAMS, key_func=webchat_session.address)
def events() -> Response:
    """Opens the stream of what comes; kept open by the ASGI root."""
    identity = webchat_session.identity()
    if identity is None:
        return Response(status=204)
    headers = {
        STREAM: webchat.channel_of(identity.id),
        WHOSE: f"webchat {identity.id}:{identity.address_index}",
        "Cache-Control": "no-store",
        "X-Accel-Buffering": "no",
    }
    return Response(mimetype="text/event-stream", headers=headers)


@blueprint.post("/say")
@limiter.limit(PER_PERSON, key_func=webchat_session.address)
@limiter.limit(PER_ADDRESS)
def say() -> Response:
    """`{"event": id, "text" | "option" | "location" | "language" | "start": …}`; the same event again gets the same answer."""
    given = _given()
    event_id = _event_id(given.get("event"))
    option = given.get("option")
    if isinstance(option, dict):
        message_id, index = _whole(option.get("message")), _whole(option.get("index"))
        label = option.get("label")
        shown = {"text": printable(label)[:200]} if isinstance(label, str) else {"text": "✓"}
        return _heard(event_id, Said(), shown, message_id=message_id, option=index)
    if given.get("start") is True:
        return _heard(event_id, Said(), None, start=True)
    if (language := given.get("language")) in LOCALES:
        g.locale = language
        response = _heard(event_id, Said(choice=f"lang:{language}"), {"text": CHOSEN[f"lang:{language}"]})
        response.set_cookie(
            COOKIE, language, max_age=webchat_session.YEAR_S, samesite="Lax", secure=request.is_secure
        )
        return response
    if isinstance(place := given.get("location"), dict):
        return _heard(event_id, Said(location=_place(place)), {"place": True})
    text = given.get("text")
    text = printable(text).strip() if isinstance(text, str) else ""
    if not text:
        raise Invalid(_("There was nothing in your message. Could you write it again?"))
    return _heard(event_id, Said(text=text), {"text": text})


@blueprint.post("/photo")
@limiter.limit(PER_PERSON, key_func=webchat_session.address)
@limiter.limit(PER_ADDRESS)
def photo() -> Response:
    """A form with `event` and the file `photo`."""
    event_id = _event_id(request.form.get("event"))
    sent = request.files.get("photo")
    if sent is None:
        raise Invalid(_("There was no photo in your message. Could you send it again?"))
    identity = people.ensure(webchat.NAME, webchat_session.address(), locale())
    if threads.was_heard(identity.id, event_id):
        return _heard(event_id, Said(), None)
    key = media.save(sent.read(), sent.mimetype, f"identity:{identity.id}")
    return _heard(
        event_id, Said(media=Media(key, media.load(key)[1])), {"text": "", "photo": f"/chat/photo/{key}"}
    )


@blueprint.get("/photo/<key>")
def own_photo(key: str) -> Response:
    """A photo that this person sent."""
    identity = webchat_session.identity()
    if identity is None or media.owner_of(key) != f"identity:{identity.id}":
        abort(404)
    data, content_type = media.load(key)
    response = Response(data, mimetype=content_type)
    response.headers["Cache-Control"] = "private, max-age=86400"
    return response


@blueprint.get("/told/<int:delivery_id>/<int:place>")
def our_photo(delivery_id: int, place: int) -> Response:
    """A photo that we sent to this person."""
    identity = webchat_session.identity()
    keys = threads.photos(identity.id, delivery_id) if identity is not None else ()
    if place >= len(keys):
        abort(404)
    data, content_type = media.load(keys[place])
    response = Response(data, mimetype=content_type)
    response.headers["Cache-Control"] = "private, max-age=86400"
    return response


@blueprint.post("/seen")
@limiter.limit(PER_ADDRESS)
def seen() -> tuple[str, int]:
    """`{"last": id, "read": bool}`: the page shows everything up to there."""
    identity = webchat_session.identity()
    given = _given()
    if identity is not None:
        threads.seen(identity.id, _whole(given.get("last")), read=given.get("read") is True)
    return "", 204


def _heard(event_id: str, said: Said, shown: dict[str, Any] | None, **how: Any) -> Response:
    """Answer what was said; `shown` is how it looks on the same person's other open pages (None: not at all)."""
    inbound = Inbound(webchat.NAME, webchat_session.address(), event_id, said, locale=locale(), **how)
    turn = engine.handle(inbound)
    replies = [webchat.reply_item(reply) for reply in turn.replies]
    response = jsonify(lines=replies, outcome=turn.outcome)
    if not turn.repeated:
        hers = [{"event": event_id, "at": clock.now_ms(), **shown}] if shown else []
        response.call_on_close(lambda: webchat.show(turn.identity_id, [*hers, *replies]))
    return served.when_gone(response, [reply.delivery_id for reply in turn.replies])


def _given() -> dict[str, Any]:
    try:
        given = request.get_json(silent=True)
    except RecursionError:
        given = None
    if not isinstance(given, dict):
        raise Invalid(_("That did not arrive whole. Could you send it again?"))
    return given


def _event_id(given: Any) -> str:
    if not isinstance(given, str) or not _EVENT.fullmatch(given):
        raise Invalid(_("That did not arrive whole. Could you send it again?"))
    return given


def _whole(given: Any) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given < 2**31:
        raise Invalid(_("That did not arrive whole. Could you send it again?"))
    return given


def _place(given: dict[str, Any]) -> Place:
    latitude, longitude = _degrees(given.get("latitude"), 90), _degrees(given.get("longitude"), 180)
    if latitude is None or longitude is None:
        raise Invalid(_("We could not read where you are. Could you write the address instead?"))
    return Place(latitude, longitude)


def _degrees(given: Any, most: float) -> float | None:
    number = isinstance(given, int | float) and not isinstance(given, bool) and -most <= given <= most
    return float(given) if number else None
