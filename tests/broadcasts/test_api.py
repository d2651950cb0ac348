"""Another system, the clinic's, sends messages with a key and hears what became of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient

from backend.core import clock as clocks
from backend.core import webhooks
from backend.messaging import deliveries
from backend.messaging.content import Content
from backend.messaging.models import Delivery, Identity, Message
from backend.settings import ROOT
from broadcasts.api import keys, posting, receipts
from broadcasts.api.models import ApiKey, ApiMessage, WebhookPost
from broadcasts.campaigns import pump
from tests.broadcasts.village import Village, build

SAID = {
    "zh_CN": {"text": "{{姓名}}您好，明天上午体检。"},
    "en": {"text": "{{姓名}}, your check-up is tomorrow."},
}


class Clinic:
    """The other system: calls with its key."""

    def __init__(self, client: FlaskClient, secret: str) -> None:
        self._client, self.secret = client, secret

    def post(self, path: str, body: Any, **headers: str) -> Any:
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._client.post(f"/api/v1{path}", json=body, headers=self._headers() | more)

    def get(self, path: str) -> Any:
        return self._client.get(f"/api/v1{path}", headers=self._headers())

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}", "Accept-Language": "en"}


def message(to: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"to": to, "topic": "service", "wording": SAID, "values": {"姓名": "陈秀英"}, **more}


@pytest.fixture
def clinic(village: Village, client: FlaskClient) -> Clinic:
    return Clinic(client, keys.create(village.admin, village.happy.id, "社区医院", sandbox=False)[1])


def test_a_resident_gets_it_in_her_language_where_she_likes_it(village: Village, clinic: Clinic) -> None:
    chen = village.person("Mrs Chen", 501, "sms", "telegram", locale="en")
    answer = clinic.post("/messages", message({"phone": "138 0000 0501"}, reference="checkup-7"))
    assert answer.status_code == 202, answer.json
    said = Message.get()
    assert (said.resident_id, Content.unseal(said.content).text) == (
        chen,
        "陈秀英, your check-up is tomorrow.",
    )
    assert Delivery.get().channel == "telegram"
    assert answer.json["state"] == "waiting"
    deliveries.sent([(Delivery.get().id, "1")], "delivered")
    assert clinic.get(f"/messages/{answer.json['id']}").json["state"] == "delivered"
    assert clinic.get("/messages?reference=checkup-7").json["items"][0]["channel"] == "telegram"


def test_the_same_call_twice_is_one_message(village: Village, clinic: Clinic) -> None:
    village.person("陈秀英", 501, "sms")
    first = clinic.post("/messages", message({"phone": "13800000501"}), Idempotency_Key="bill-1")
    again = clinic.post("/messages", message({"phone": "13800000501"}), Idempotency_Key="bill-1")
    assert first.json == again.json and (first.status_code, again.status_code) == (202, 202)
    assert Message.select().count() == 1
    other = clinic.post(
        "/messages", message({"phone": "13800000501"}, reference="x"), Idempotency_Key="bill-1"
    )
    assert other.status_code == 409


def test_who_opted_out_and_who_lives_elsewhere_are_not_written_to(village: Village, clinic: Clinic) -> None:
    li = village.person("李女士", 504, "sms")
    Identity.update(state="stopped").where(Identity.resident_id == li).execute()
    refused = clinic.post("/messages", message({"phone": "13800000504"}))
    assert refused.status_code == 422 and refused.json["field"] == "to"
    assert clinic.post("/messages", message({"resident": 4711})).status_code == 404
    assert Message.select().count() == 0


def test_somebody_who_is_not_registered_gets_a_text(clinic: Clinic) -> None:
    assert clinic.post("/messages", message({"phone": "13912345678"})).status_code == 202
    assert (Delivery.get().channel, Identity.get_by_id(Delivery.get().identity_id).address) == (
        "sms",
        "+8613912345678",
    )


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"to": {"phone": "13912345678"}}, None),
        (message({"phone": "1"}), "to"),
        (message({"phone": "13912345678", "email": "a@example.com"}), "to"),
        (message({"phone": "13912345678"}, values={}), None),
        (message({"phone": "13912345678"}, topic="gossip"), "topic"),
        (message({"phone": "13912345678"}, topic="emergency"), "topic"),
        (message({"phone": "13912345678"}, channels=["pigeon"]), "channels.0"),
        (message({"phone": "13912345678"}, wording={"zh_CN": {"text": "{{if 姓名}}"}}), None),
        ([], None),
    ],
)
def test_what_cannot_be_used_is_told_with_its_place(
    sqlite_database: Any, client: FlaskClient, body: Any, field: str | None
) -> None:
    village = build()
    clinic = Clinic(client, keys.create(village.admin, village.happy.id, "社区医院", sandbox=False)[1])
    answer = clinic.post("/messages", body)
    assert answer.status_code == 422 and answer.json["error"], answer.json
    assert field is None or answer.json["field"] == field
    assert Message.select().count() == 0


def test_without_a_key_or_with_one_that_was_taken_back_nothing_opens(
    village: Village, client: FlaskClient, clinic: Clinic
) -> None:
    assert Clinic(client, "linli_live_wrong").get("/notices").status_code == 401
    assert clinic.get("/notices").status_code == 200
    keys.revoke(village.admin, ApiKey.get().id)
    answer = clinic.get("/notices")
    assert answer.status_code == 401 and answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("number", ["999999999", "2147483648", "99999999999999999999", "-1", "٣"])
def test_a_number_that_no_table_can_hold_is_not_there(village: Village, clinic: Clinic, number: str) -> None:
    assert clinic.get(f"/campaigns/{number}").status_code == 404
    assert clinic.get(f"/campaigns/{number}/recipients").status_code == 404


def test_a_trial_is_as_in_earnest_and_sends_nothing(village: Village, client: FlaskClient) -> None:
    clinic = Clinic(client, keys.create(village.admin, village.happy.id, "试验", sandbox=True)[1])
    known = Identity.select().count()
    fine = clinic.post("/messages", message({"phone": "13912345678"})).json
    fails = clinic.post("/messages", message({"phone": "13912340001"})).json
    assert (fine["state"], fails["state"], fine["sandbox"]) == ("delivered", "failed", True)
    advertising = clinic.post("/messages", message({"phone": "13912345678"}, topic="offer"))
    assert advertising.status_code == 422
    many = {
        "name": "体检", "topic": "service", "wording": {"zh_CN": {"text": "明天体检。"}},
        "recipients": [{"phone": "13912345678"}, {"email": "wang@example.com"}],
    }  # fmt: skip
    number = clinic.post("/campaigns", many).json["id"]
    pump.step(number)
    assert clinic.get(f"/campaigns/{number}").json["left_out"] == {"sandbox": 2}
    assert (Message.select().count(), Identity.select().count()) == (0, known)


@contextmanager
def listening(answers: list[int]) -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """The clinic's own server: answers with these statuses, then with 204; (its address, what came in)."""
    got: list[tuple[dict[str, str], bytes]] = []

    class Ears(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append(({k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(answers.pop(0) if answers else 204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Ears)
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}", got
    finally:
        server.shutdown()
        server.server_close()


def test_receipts_are_posted_signed_and_again_until_they_are_taken(
    village: Village, client: FlaskClient, configure: Callable[..., None], clock: clocks.Hands
) -> None:
    with listening([500]) as (host, got):
        configure(WEBHOOK_HOSTS=host)
        key, secret = keys.create(
            village.admin, village.happy.id, "社区医院", sandbox=False, webhook_url=f"http://{host}/receipts"
        )
        Clinic(client, secret).post("/messages", message({"phone": "13912345678"}, reference="r-1"))
        deliveries.sent([(Delivery.get().id, "SM1")], "sent")
        assert receipts.note() == 1
        assert posting.post_due() == 0 and len(got) == 1
        assert posting.post_due() == 0 and len(got) == 1
        clock.forward(seconds=6)
        assert posting.post_due() == 1 and len(got) == 2
        headers, body = got[1]
        said = orjson.loads(body)
        assert (said["type"], said["data"]["reference"], said["data"]["state"]) == (
            "message.state",
            "r-1",
            "sent",
        )
        expected = webhooks.signature(
            key.webhook_secret, headers["webhook-id"], headers["webhook-timestamp"], body
        )
        assert headers["webhook-signature"] == expected
        deliveries.receipt("sms", "SM1", "delivered")
        assert receipts.note() == 1 and receipts.note() == 0
        assert ApiMessage.get().settled


def test_the_signature_is_that_of_the_standard() -> None:
    # The example of the Standard Webhooks specification.
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    uid, moment, body = "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}'
    assert webhooks.signature(secret, uid, moment, body) == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    "url", ["https://localhost/x", "https://10.0.0.1/x", "https://169.254.169.254/latest", "https://[::1]/"]
)
def test_nothing_is_posted_into_our_own_network(village: Village, url: str, clock: clocks.Hands) -> None:
    key, _secret = keys.create(village.admin, village.happy.id, "x", sandbox=False, webhook_url=url)
    now = clocks.now()
    WebhookPost.create(
        key_id=key.id, uid="1", body={"type": "t"}, status="waiting", next_at=now, created_at=now
    )
    assert posting.post_due() == 0
    assert WebhookPost.get().error == "Refused"


def test_many_people_each_with_her_own_values(village: Village, clinic: Clinic) -> None:
    village.person("陈秀英", 501, "sms")
    body = {
        "name": "体检", "topic": "service", "wording": {"zh_CN": {"text": "{{谁}}您好，{{几点}}体检。"}},
        "recipients": [
            {"phone": "13800000501", "values": {"谁": "陈阿姨", "几点": "8点"}},
            {"email": "wang@example.com", "values": {"谁": "王先生", "几点": "9点"}},
            {"phone": "13800000501", "values": {"谁": "陈阿姨", "几点": "10点"}},
            {"phone": "13912345678", "values": {"谁": "孙女士"}},
        ],
    }  # fmt: skip
    begun = clinic.post("/campaigns", body, Idempotency_Key="k1")
    assert begun.status_code == 202, begun.json
    assert clinic.post("/campaigns", body, Idempotency_Key="k1").json["id"] == begun.json["id"]
    pump.step(begun.json["id"])
    texts = [Content.unseal(m.content).text for m in Message.select().order_by(Message.id)]
    assert texts == ["陈阿姨您好，8点体检。", "王先生您好，9点体检。"]
    state = clinic.get(f"/campaigns/{begun.json['id']}").json
    assert state["left_out"] == {"twice": 1, "lacking": 1} and state["people"] == 4
    people = clinic.get(f"/campaigns/{begun.json['id']}/recipients").json["items"]
    assert [p["state"] for p in people] == ["waiting", "waiting", "left_out", "left_out"]
    assert clinic.post(f"/campaigns/{begun.json['id']}/cancel", {}).json["state"] == "cancelled"


def test_the_description_names_every_address(client: FlaskClient, village: Village) -> None:
    described = client.get("/api/v1/openapi.json").json
    rules = {
        r.rule.removeprefix("/api/v1")
        .replace("<uid>", "{id}")
        .replace("<int:campaign_id>", "{id}")
        .replace("<int:device_id>", "{id}")
        for r in client.application.url_map.iter_rules()
        if r.endpoint.startswith("api.") and "static" not in r.endpoint
    }
    acts = {f"/campaigns/{{id}}/{act}" for act in ("pause", "resume", "cancel")}
    expected = {r for r in rules if "any(" not in r and not r.endswith("openapi.json")} | acts
    assert set(described["paths"]) == expected


def test_every_call_of_the_documentation_works(village: Village, client: FlaskClient) -> None:
    page = (ROOT / "docs" / "api.md").read_text()
    shown = re.findall(r"`POST /api/v1(/\w+)`\n\n```json\n(.*?)```", page, re.DOTALL)
    assert [path for path, _body in shown] == ["/messages", "/campaigns"]
    clinic = Clinic(client, keys.create(village.admin, village.happy.id, "试验", sandbox=True)[1])
    for path, body in shown:
        answer = clinic.post(path, orjson.loads(body))
        assert answer.status_code == 202, answer.json
