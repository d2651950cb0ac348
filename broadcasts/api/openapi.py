"""The API's description, OpenAPI 3.1, made of the types that check the calls."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from broadcasts.api import schema

_PARTS = "#/components/schemas/{model}"
_TAKEN: tuple[type[BaseModel], ...] = (schema.Message, schema.Campaign)
_GIVEN: tuple[type[BaseModel], ...] = (
    schema.MessageState,
    schema.CampaignState,
    schema.NoticeState,
    schema.DeviceState,
    schema.ReadingState,
    schema.Problem,
)
_ID = {"name": "id", "in": "path", "required": True}
_NUMBER = {"type": "integer", "minimum": 1, "maximum": 999_999_999}
_IDEMPOTENCY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Your own name for the call: it is done once, however often it comes.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[\\x21-\\x7e]+$"},
}


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """The whole description, as served at /api/v1/openapi.json."""
    modes: list[Any] = [*((m, "validation") for m in _TAKEN), *((m, "serialization") for m in _GIVEN)]
    _refs, parts = models_json_schema(modes, ref_template=_PARTS)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Linli", "version": "1", "description": "Send messages to the people of a community, hear what became of them, and read what its devices say."},
        "servers": [{"url": "/api/v1"}],
        "security": [{"key": []}],
        "paths": {
            "/messages": {
                "post": _call("Send a message to one person", "Message", "MessageState", 202),
                "get": _look("Messages by your own reference", _list("MessageState"), [_query("reference", {"type": "string", "minLength": 1, "maxLength": 100})]),
            },
            "/messages/{id}": {"get": _look("What became of a message", _ref("MessageState"), [_ID | {"schema": {"type": "string", "maxLength": 32}}])},
            "/campaigns": {"post": _call("Send a message to many", "Campaign", "CampaignState", 202)},
            "/campaigns/{id}": {"get": _look("How a campaign stands", _ref("CampaignState"), [_ID | {"schema": _NUMBER}])},
            "/campaigns/{id}/recipients": {
                "get": _look("What became of each of its people, 500 at a time", _list_of_people(), [_ID | {"schema": _NUMBER}, _query("from", _NUMBER)])
            },
            **{
                f"/campaigns/{{id}}/{act}": {"post": _look(title, _ref("CampaignState"), [_ID | {"schema": _NUMBER}])}
                for act, title in (("pause", "Hold it"), ("resume", "Go on"), ("cancel", "What has not left does not leave"))
            },
            "/notices": {"get": _look("Notices that staff wrote", _list("NoticeState"), [])},
            "/devices": {"get": _look("Devices, for a key that may read them", _page_of("DeviceState", "integer"), _asked(schema.DevicesAsked))},
            "/devices/{id}/readings": {
                "get": _look("What a device said", _page_of("ReadingState", "string"), [_ID | {"schema": _NUMBER}, *_asked(schema.ReadingsAsked)])
            },
        },
        "components": {
            "schemas": parts["$defs"],
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "An API key, made in the admin."}},
        },
    }  # fmt: skip


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": _PARTS.format(model=name)}


def _list(name: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {"items": {"type": "array", "items": _ref(name)}},
        "required": ["items"],
    }


def _page_of(name: str, cursor: str) -> dict[str, Any]:
    """`next` is null on the last page."""
    page = _list(name)
    page["properties"]["next"] = {"type": [cursor, "null"]}
    return page


def _asked(kind: type[BaseModel]) -> list[dict[str, Any]]:
    """The query's parameters, each optional."""
    parts = kind.model_json_schema()["properties"]
    return [{"name": name, "in": "query", "required": False, "schema": part} for name, part in parts.items()]


def _list_of_people() -> dict[str, Any]:
    said = {"type": ["string", "null"]}
    person = {
        "type": "object",
        "properties": {
            "number": {"type": "integer"},
            "state": {"type": "string"},
            "reason": said,
            "channel": said,
            "error": said,
        },
    }
    return {
        "type": "object",
        "properties": {"items": {"type": "array", "items": person}},
        "required": ["items"],
    }


def _query(name: str, kind: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": True, "schema": kind}


def _answers(good: int, part: dict[str, Any]) -> dict[str, Any]:
    found = {str(good): {"description": "Done", "content": {"application/json": {"schema": part}}}}
    problem = {"application/json": {"schema": _ref("Problem")}}
    for status, words in (
        ("400", "Not readable"),
        ("401", "No valid key"),
        ("403", "The key may not do this"),
        ("404", "Not there"),
        ("409", "It has moved on, or the Idempotency-Key was used for another call"),
        ("422", "Something in it cannot be used"),
        ("429", "Too many calls"),
    ):
        found[status] = {"description": words, "content": problem}
    return found


def _call(title: str, takes: str, gives: str, status: int) -> dict[str, Any]:
    return {
        "summary": title,
        "parameters": [_IDEMPOTENCY],
        "requestBody": {"required": True, "content": {"application/json": {"schema": _ref(takes)}}},
        "responses": _answers(status, _ref(gives)),
    }


def _look(title: str, gives: dict[str, Any], parameters: list[dict[str, Any]]) -> dict[str, Any]:
    return {"summary": title, "parameters": parameters, "responses": _answers(200, gives)}
