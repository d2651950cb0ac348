"""A resident's repairs go with her file: she gets them in her export, and they forget her when she is erased."""

from __future__ import annotations

import json

import pytest

from backend.core import audit, media
from backend.core.db import execute
from backend.core.errors import Conflict, NotFound
from backend.fields.address import Home
from backend.requests import actions
from backend.requests.models import Request, RequestEvent, RequestPhoto
from backend.residents import actions as residents
from tests.core.test_media import picture
from tests.requests.neighbourhood import Neighbourhood, booked, chens

pytestmark = pytest.mark.usefixtures("app", "clock")


def _finished(hood: Neighbourhood) -> Request:
    actor, chen = chens(hood)
    photo = media.save(picture(), "image/jpeg", "identity:1")
    request = booked(hood, photos=(photo,)).request
    actions.comment(actor, request.number, chen, "门铃坏了,请敲门")
    actions.cancel(actor, request.number, chen)
    return request


def test_her_repairs_are_in_what_she_can_take_along(hood: Neighbourhood) -> None:
    request = _finished(hood)
    taken = residents.export_own_data(hood.chen)["repairs"]
    assert taken[0]["number"] == f"R-{request.number}"
    assert taken[0]["description"] == request.description
    assert "门铃坏了,请敲门" in [line["text"] for line in taken[0]["history"]]


def test_an_erased_resident_leaves_nothing_of_herself_in_her_repairs(hood: Neighbourhood) -> None:
    request = _finished(hood)
    photo = RequestPhoto.get().media_key
    residents.erase_file(hood.actor(hood.admin), hood.chen, "她亲自来要求")
    row = Request.get_by_id(request.id)
    assert (row.home, row.contact_phone, row.status) == (Home("3", "", ""), None, "cancelled")
    assert {e.text for e in RequestEvent.select()} <= {None}
    assert all("陈秀英" not in e.actor_name for e in RequestEvent.select())
    assert {e.payload for e in audit.of(request.subject)} == {None}
    with pytest.raises(NotFound):
        media.load(photo)
    everything = json.dumps(execute("SELECT * FROM request").fetchall(), default=str, ensure_ascii=False)
    assert "501" not in everything
    assert audit.verify().broken_at is None


def test_an_open_repair_has_to_end_first(hood: Neighbourhood) -> None:
    booked(hood)
    with pytest.raises(Conflict):
        residents.erase_file(hood.actor(hood.admin), hood.chen, "她亲自来要求")
    assert Request.get().home.room == "501"
