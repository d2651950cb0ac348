"""/api/v1: other systems send messages and campaigns, ask what became of them, and what devices say."""

from __future__ import annotations

from typing import Any, TypeVar

from flask import Blueprint, Response, g, jsonify, request
from pydantic import BaseModel, ValidationError

from backend.core.errors import Invalid, LinliError, NotFound
from backend.core.i18n import _
from backend.web.limits import limiter
from backend.web.text import locale, say
from broadcasts.api import calls, devices, keys, messages, openapi, receipts, schema, to_many
from broadcasts.api.calls import Answer
from broadcasts.api.models import ApiKey
from broadcasts.campaigns import actions as campaigns
from broadcasts.models import Campaign
from broadcasts.notices import actions as notices

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")
CSRF_EXEMPT = True
"""Proven by its key, which no browser sends by itself."""
CALLS_A_MINUTE = 600
_OPEN = ("api.description",)
Asked = TypeVar("Asked", bound=BaseModel)


def _whose() -> str:
    key: ApiKey | None = g.get("api_key")
    return f"api:{key.id}" if key is not None else request.remote_addr or "unknown"


@blueprint.before_request
def _known() -> None:
    if request.endpoint not in _OPEN:
        g.api_key = keys.opened(request.headers.get("Authorization", ""))


@blueprint.errorhandler(LinliError)
def _problem(error: LinliError) -> Any:
    field = error.field if isinstance(error, Invalid) else None
    answer = jsonify(error=say(error.text), field=field, correlation=g.get("correlation", ""))
    answer.status_code = error.status
    if error.status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


@blueprint.errorhandler(ValidationError)
def _not_as_described(error: ValidationError) -> Any:
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"]) or None
    words = say(
        _("This call cannot be used: {problem}. /api/v1/openapi.json describes it.", problem=first["msg"])
    )
    return jsonify(error=words, field=where, correlation=g.get("correlation", "")), 422


@blueprint.get("/openapi.json")
def description() -> Any:
    return jsonify(openapi.document())


@blueprint.post("/messages")
@limiter.limit(f"{CALLS_A_MINUTE}/minute", key_func=_whose)
def send() -> Any:
    asked = _asked(schema.Message)

    def do() -> Answer:
        made = messages.send(_key(), asked, locale())
        return 202, messages.told(made, _key().sandbox)

    return _once(do)


@blueprint.get("/messages")
def by_reference() -> Any:
    reference = request.args.get("reference", "")
    if not reference:
        raise Invalid(_("Please say which: ?reference=…"), "reference")
    return jsonify(items=messages.by_reference(_key(), reference[:100]))


@blueprint.get("/messages/<uid>")
def message(uid: str) -> Any:
    return jsonify(messages.state_of(_key(), uid))


@blueprint.post("/campaigns")
@limiter.limit("60/minute", key_func=_whose)
def begin() -> Any:
    asked = _asked(schema.Campaign)

    def do() -> Answer:
        return 202, receipts.campaign_state(to_many.begin(_key(), asked, locale()))

    return _once(do)


@blueprint.get("/campaigns/<int:campaign_id>")
def campaign(campaign_id: int) -> Any:
    return jsonify(receipts.campaign_state(_mine(campaign_id)))


@blueprint.get("/campaigns/<int:campaign_id>/recipients")
def recipients(campaign_id: int) -> Any:
    first = request.args.get("from", "1")
    if not (first.isascii() and first.isdigit() and len(first) < 10):
        raise Invalid(_("Please give a number: ?from=…"), "from")
    return jsonify(items=receipts.people(_mine(campaign_id).id, int(first)))


_ACTS = {"pause": campaigns.pause, "resume": campaigns.resume, "cancel": campaigns.cancel}


@blueprint.post("/campaigns/<int:campaign_id>/<any(pause, resume, cancel):act>")
def act(campaign_id: int, act: str) -> Any:
    found = _mine(campaign_id)
    return jsonify(receipts.campaign_state(_ACTS[act](keys.actor_of(_key()), found.id)))


@blueprint.get("/notices")
def known_notices() -> Any:
    items = [
        {
            "id": n.id,
            "name": n.name,
            "topic": n.topic,
            "languages": list((wording := notices.wording_of(n)).variants),
            "names": wording.script().names(),
        }
        for n in notices.listed(keys.actor_of(_key()))
    ]
    return jsonify(items=items)


@blueprint.get("/devices")
@limiter.limit(f"{CALLS_A_MINUTE}/minute", key_func=_whose)
def known_devices() -> Any:
    return jsonify(devices.known(_key(), schema.DevicesAsked.model_validate(request.args.to_dict())))


@blueprint.get("/devices/<int:device_id>/readings")
@limiter.limit(f"{CALLS_A_MINUTE}/minute", key_func=_whose)
def readings(device_id: int) -> Any:
    # A plus that nobody wrote as %2B has become a space: no time has one.
    given = {k: v.replace(" ", "+") if k in ("from", "to") else v for k, v in request.args.items()}
    return jsonify(devices.said(_key(), device_id, schema.ReadingsAsked.model_validate(given)))


def _key() -> ApiKey:
    return g.api_key  # type: ignore[no-any-return]


def _asked(kind: type[Asked]) -> Asked:
    """The body as this type. Raises ValidationError, also for what is no JSON."""
    return kind.model_validate_json(request.get_data())


def _once(do: Any) -> Response:
    asked = request.path.encode() + b"\n" + request.get_data()
    status, answer = calls.once(_key(), request.headers.get("Idempotency-Key"), asked, do)
    response = jsonify(answer)
    response.status_code = status
    return response


def _mine(campaign_id: int) -> Campaign:
    """A campaign that this very system began. Raises NotFound."""
    found = Campaign.get_or_none((Campaign.id == campaign_id) & (Campaign.api_key_id == _key().id))
    if found is None:
        raise NotFound()
    return found  # type: ignore[no-any-return]
