"""What network servers post, what could not be read, and how long it is all kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from backend import domains
from backend.core import clock as clocks
from backend.core import orgs, retention
from backend.core.errors import NotFound
from iot import storing
from iot.hooks import addresses as hooks
from iot.ingest import watch
from iot.mapping import written
from iot.models import Device, QuarantinedMessage, Reading
from iot.quarantine import kept as quarantine
from iot.quarantine import replaying
from iot.registry import devices
from iot.uplink import Arrived
from tests.care.town import Town, found, hire
from tests.databases import TestDatabase
from tests.web.browser import Browser, employ

UP = {
    "deduplicationId": "9ffbc7be-916a-4597-9d64-0713a3d5e030",
    "deviceInfo": {"deviceName": "烟感", "devEui": "a8404187d187106e"},
    "object": {"smoke": True},
}


@pytest.fixture
def town(sqlite_database: TestDatabase) -> Town:
    domains.load()
    return found()


@pytest.fixture
def lin(app: Flask, town: Town) -> Browser:
    employ("lin", "林主任", ("community_admin", town.happy))
    browser = Browser(app.test_client())
    browser.sign_in("lin")
    return browser


@pytest.fixture
def posts(app: Flask, town: Town) -> Iterator[Posts]:
    yield Posts(app, town)


class Posts:
    """A network server that was given an address."""

    def __init__(self, app: Flask, town: Town) -> None:
        self.town, self.admin = town, town.actor(town.admin)
        self._client = app.test_client()

    def address(self, format: str = "chirpstack", org_id: int | None = None) -> str:
        self.hook, token = hooks.create(self.admin, org_id or self.town.happy.id, "机房", format)
        return f"/hooks/devices/{format}/{token}"

    def to(self, address: str, body: object) -> TestResponse:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self._client.post(address, data=data, content_type="application/json")


def test_a_network_servers_message_is_stored_before_it_is_answered_and_again_changes_nothing(
    posts: Posts,
) -> None:
    address = posts.address()
    first, again = posts.to(address + "?event=up", UP), posts.to(address + "?event=up", UP)
    assert (first.status_code, first.json) == (200, {"stored": 1, "repeats": 0, "put_aside": 0})
    assert again.json == {"stored": 0, "repeats": 1, "put_aside": 0}
    assert (Device.get().address, Reading.select().count()) == ("eui:a8404187d187106e", 1)
    assert posts.to(address + "?event=log", {"level": "INFO"}).json["stored"] == 0  # type: ignore[index]


def test_only_who_has_the_address_comes_in_until_it_is_taken_back(posts: Posts) -> None:
    address = posts.address("plain")
    assert posts.to("/hooks/devices/plain/guessed?device=a", {"t": 1}).status_code == 404
    assert posts.to(address.replace("plain", "chirpstack"), UP).status_code == 404
    assert posts.to(address, {"t": 1}).status_code == 422
    assert posts.to(address + "?device=a", {"t": 1}).json["stored"] == 1  # type: ignore[index]
    assert posts.to(address + "?device=a", b"x" * 300_000).status_code == 413
    hooks.revoke(posts.admin, posts.hook.id)
    assert posts.to(address + "?device=a", {"t": 2}).status_code == 404


def test_who_brings_too_much_is_told_to_wait(posts: Posts) -> None:
    address = posts.address("plain") + "?device=a"
    answers = [hooks._paces.takes(posts.hook.id) for _n in range(3 * int(hooks.AT_ONCE))]
    assert answers[0] and not all(answers)
    # So much that no pause of this machine makes room for one more.
    hooks._paces.due[posts.hook.id] += 600
    refused = posts.to(address, {"t": 1}).status_code
    # The next test's address may have the same number.
    del hooks._paces.due[posts.hook.id]
    assert refused == 429 and posts.to(address, {"t": 1}).status_code == 200


def test_a_webhook_speaks_for_no_device_of_another_community(posts: Posts) -> None:
    town = posts.town
    address = posts.address("plain", town.grid.id) + "?device=kitchen"
    assert posts.to(address, {"id": 1, "t": 1}).json["stored"] == 1  # type: ignore[index]
    Device.update(org_id=orgs.add("别的社区", "community").id, status="active").execute()
    assert posts.to(address, {"id": 2, "t": 2}).json == {"stored": 0, "repeats": 0, "put_aside": 1}
    assert "another community" in QuarantinedMessage.get().why


def test_what_was_put_aside_is_stored_with_its_own_time_once_the_model_reads_it(
    posts: Posts, clock: clocks.Hands
) -> None:
    town, came = posts.town, clocks.now()
    frame = {**UP, "object": None, "data": "AA==", "fPort": 1}
    storing.store([Arrived("application/1/device/a8404187d187106e/event/up", json.dumps(UP).encode(), came)])
    model = devices.save_profile(
        posts.admin, "x", "x", [written("temperature=temperature_1")], decoder="cayenne"
    )
    Device.update(profile_id=model.id, org_id=town.grid.id).execute()
    wrong = {**frame, "deduplicationId": "2", "data": "AWcB"}  # cut off
    storing.store(
        [Arrived("application/1/device/a8404187d187106e/event/up", json.dumps(wrong).encode(), came)]
    )
    (aside,) = quarantine.listed(posts.admin)
    assert aside.org_id == town.grid.id
    clock.forward(hours=3)
    assert not replaying.again(posts.admin, aside.id)
    (aside,) = quarantine.listed(posts.admin)
    assert (aside.at, aside.tried_at) == (came, clocks.now())
    Device.update(profile_id=None).execute()  # somebody saw that its network says the values
    assert replaying.all_again(posts.admin) == (1, 1)
    assert quarantine.listed(posts.admin) == []
    assert Reading.select().order_by(Reading.id.desc()).get().at == came


def test_what_is_nobodys_is_shown_to_those_alone_who_look_after_everything(
    posts: Posts, lin: Browser
) -> None:
    town = posts.town
    storing.store([Arrived("linli/yg-07/up", b"{", clocks.now())])
    district = orgs.Org.get(orgs.Org.parent.is_null())
    everybody = town.actor(hire("chief", "区管理员", "street_admin", district))
    assert quarantine.count(everybody) == 1
    aside = QuarantinedMessage.get()
    assert "yg-07" not in lin.get("/admin/devices/put-aside").text
    assert lin.post(f"/admin/devices/put-aside/{aside.id}/again").status_code == 404
    storing.store([Arrived("linli/yg-07/up", b'{"id": 1}', clocks.now())])
    Device.update(org_id=town.grid.id).execute()
    replaying.again(everybody, aside.id)
    aside = QuarantinedMessage.get()
    assert "yg-07" in lin.get("/admin/devices/put-aside").text
    lin.post(f"/admin/devices/put-aside/{aside.id}/again")
    assert QuarantinedMessage.select().count() == 1
    lin.post(f"/admin/devices/put-aside/{QuarantinedMessage.get().id}/drop")
    assert QuarantinedMessage.select().count() == 0
    with pytest.raises(NotFound):
        quarantine.seen(everybody, aside.id)


def test_an_address_is_shown_once(lin: Browser) -> None:
    made = lin.post("/admin/devices/addresses", {"name": "ChirpStack", "format": "chirpstack"})
    assert made.status_code == 201 and "/hooks/devices/chirpstack/" in made.text
    again = lin.get("/admin/devices/addresses")
    assert "ChirpStack" in again.text and "/hooks/devices/chirpstack/" not in again.text


def test_old_readings_and_old_messages_go_and_younger_ones_stay(
    database: TestDatabase, clock: clocks.Hands
) -> None:
    domains.load()
    began = clocks.now()
    for day in range(6):
        storing.store([Arrived("linli/a/up", json.dumps({"id": day}).encode(), clocks.now())])
        storing.store([Arrived("linli/a/up", b"{", clocks.now())])
        clock.forward(days=1)
    kinds = {rule.kind.name: rule.kind for rule in retention.rules()}
    before = began + timedelta(days=3, hours=1)
    for kind in (kinds["readings"], kinds["put_aside"]):
        assert kind.count(before) == 4
        assert kind.clear(before, 3) + kind.clear(before, 3) + kind.clear(before, 3) == 4
        assert kind.count(clocks.now()) == 2


def test_what_the_broker_threw_away_is_told_for_an_hour(town: Town, clock: clocks.Hands) -> None:
    def says(topic: str, figure: int) -> None:
        watch.note(Arrived(topic, str(figure).encode(), clocks.now()))

    says(watch.DROPPED, 7)  # from before our time
    assert watch.standing()[0]
    says(watch.DROPPED, 12)
    ok, words = watch.standing()
    assert not ok and "5" in str(words.params)  # type: ignore[union-attr]
    clock.forward(minutes=61)
    says(watch.DROPPED, 12)
    assert watch.standing()[0]
    says(watch.DROPPED, 1)  # the broker was started anew
    assert not watch.standing()[0]
    clock.forward(minutes=61)
    says(watch.WAITING, watch.MANY + 1)
    assert not watch.standing()[0]
