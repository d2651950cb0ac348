"""What a campaign would do, told before the click."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from backend.core.i18n import render
from backend.messaging import topics
from backend.messaging.models import Identity, Message
from backend.records.models import Record
from backend.residents.models import Resident
from broadcasts.campaigns import accounting, outlooks, pump
from broadcasts.campaigns import actions as campaigns
from broadcasts.campaigns.actions import Plan
from broadcasts.models import Campaign, Recipient
from broadcasts.notices import estimate, preview
from broadcasts.notices.wording import Variant, Wording
from tests.broadcasts.test_lists import PARCELS, audience, brought
from tests.broadcasts.village import Village
from tests.servers import Valkey

WORDING = Wording(
    {
        "zh_CN": Variant("{{姓名}}您好，生日 {{出生日期}}，祝您安康。"),
        "en": Variant("Dear {{Name}}, {{Birthday}}."),
    }
)
ALL = {"kind": "table:resident", "how": "all"}


def plan(**values: Any) -> Plan:
    given = {
        "name": "生日",
        "topic": "greeting",
        "kind": "table:resident",
        "audience": ALL,
        "wording": WORDING,
    }
    return Plan(**(given | values))


def peopled(village: Village) -> None:
    """A street as they are: most can be told, some for each reason not."""
    born = {"birthday": "1948-03-05"}
    for room in range(101, 104):
        village.person(f"短信{room}", room, "sms", **born)
    village.person("Anna Smith", 201, "telegram", "sms", locale="en", **born)
    village.person("网页李", 202, "webchat", **born)
    village.person("没有地址的赵", 301, **born)
    village.person("没有生日的钱", 302, "sms")
    village.person("没审核的孙", 303, "sms", status="pending", **born)
    silent = village.person("不想听的周", 304, "sms", **born)
    topics.leave(Identity.get(Identity.resident_id == silent).id, "greeting")
    husband = village.person("同住的吴", 305, "sms", **born)
    home = Resident.get(Resident.name == "短信101").household
    Resident.update(household=home).where(Resident.id == husband).execute()


def test_what_is_told_before_is_what_becomes_of_everybody(village: Village) -> None:
    peopled(village)
    off = Record.select().order_by(Record.id).first().id
    audience = {**ALL, "minus": [{"kind": "table:resident", "how": "ids", "ids": [off]}]}
    made = campaigns.draft(
        village.admin, village.happy.id, plan(audience=audience, merge="household"), "zh_CN"
    )
    before = estimate.outlook(village.admin, made)
    assert Message.select().count() == Recipient.select().count() == 0

    campaigns.submit(village.admin, made.id)
    pump.step(made.id)
    truth = accounting.counts(Campaign.get_by_id(made.id))
    assert before.done
    assert before.looked == before.total == truth.total
    assert dict(before.left_out) == dict(truth.left_out)
    assert dict(before.channels) == dict(truth.channels)
    assert before.segments == truth.segments
    assert before.price == truth.cost > 0
    assert set(before.left_out) == {"excluded", "no_address", "lacking", "not_wanted", "opted_out"}


def test_who_lacks_a_value_is_named(village: Village) -> None:
    peopled(village)
    found = estimate.outlook(village.admin, plan())
    assert {name: missing.people for name, missing in found.missing.items()} == {"出生日期": 1}
    assert [row.name for row in found.missing["出生日期"].rows] == ["没有生日的钱"]


def test_examples_are_of_every_channel_in_their_readers_language(village: Village) -> None:
    peopled(village)
    found = estimate.outlook(village.admin, plan())
    assert [e.channel for e in found.examples] == ["sms", "telegram", "webchat"]
    assert found.examples[0].content.text == "短信101您好，生日 1948年3月5日，祝您安康。"
    assert found.examples[1].content.text.startswith("Dear Anna Smith, ")


def test_when_time_is_over_it_says_how_far_it_came(village: Village) -> None:
    peopled(village)
    found = estimate.outlook(village.admin, plan(), seconds=0, at_once=4)
    assert (found.done, found.looked, found.total) == (False, 4, 10)
    assert found.all_segments == found.segments * 10 // 4
    assert found.price == found.all_segments * Decimal("0.05")


def test_what_the_writer_forgot_to_fill_in_is_told(village: Village) -> None:
    unfinished = Wording({"zh_CN": Variant("〔日期〕停水。", short="〔日期〕〔几点〕停水")})
    assert estimate.outlook(village.admin, plan(wording=unfinished)).unfilled == ["〔日期〕", "〔几点〕"]


def test_of_very_many_a_worker_counts_all_and_the_page_shows_it(village: Village, valkey: Valkey) -> None:
    peopled(village)
    made = campaigns.draft(village.admin, village.happy.id, plan(), "zh_CN")
    first = outlooks.outlook(village.admin, made, 0, 4)
    assert (first.looked, first.counting) == (4, True)
    assert valkey.client.llen("rq:queue:bulk") == 1
    outlooks.count(made.id, village.admin.id)
    whole, exact = outlooks.outlook(village.admin, made, 0, 4), estimate.outlook(village.admin, made)
    assert (whole.done, whole.counting, whole.looked) == (True, False, 10)
    assert whole.channels == exact.channels and whole.left_out == exact.left_out
    assert whole.missing == exact.missing and whole.price == exact.price
    campaigns.change(village.admin, made.id, plan(channels=("sms",)), "zh_CN")
    changed = outlooks.outlook(village.admin, Campaign.get_by_id(made.id), 0, 4)
    assert changed.counting, "another plan is counted anew"


def test_of_a_list_from_a_file_whoever_is_no_resident_is_called_by_her_masked_number(
    village: Village,
) -> None:
    rows = [
        ["姓名", "手机", "包裹", "日期"],
        ["外地的王先生", 13900139000, 1, None],
        ["李女士", 13900139001, 2, "周六"],
    ]
    one = brought(village, rows)
    kind = f"list:{one.id}"
    found = estimate.outlook(village.admin, plan(kind=kind, audience=audience(one), wording=PARCELS))
    assert dict(found.channels) == {"sms": 1} and dict(found.left_out) == {"lacking": 1}
    assert [row.name for row in found.missing["日期"].rows] == ["+86*******9000"]
    (number, name), *_more = preview.offered(village.admin, kind, "李女", "zh_CN")
    look = preview.look(village.admin, kind, "service", PARCELS, number, "zh_CN", {})
    assert name == "李女士" and look.shapes[0].mark
    assert "李女士您好，您有2个包裹" in look.shapes[0].bubbles[0].runs[0][0]


def test_who_would_not_be_told_is_told_of_in_the_preview(village: Village) -> None:
    peopled(village)
    kind = "table:resident"
    why = {}
    for who in ("短信101", "不想听的周", "没审核的孙", "没有生日的钱"):
        ((number, _name),) = preview.offered(village.admin, kind, who, "zh_CN")
        seen = preview.look(village.admin, kind, "greeting", WORDING, number, "zh_CN", {})
        why[who] = (render(seen.refused, "en"), seen.missing, bool(seen.shapes[0].mark))
    assert why["短信101"] == ("", [], True)
    assert why["不想听的周"] == ("Does not want notices of this kind", [], False)
    assert why["没审核的孙"][0].startswith("No resident any more, not approved yet")
    assert why["没有生日的钱"] == ("", ["出生日期"], False)
    stranger = preview.look(village.admin, kind, "greeting", WORDING, 999_999, "zh_CN", {})
    assert stranger.shapes[0].bubbles[0].runs[0][0].startswith("〔姓名〕")


def test_of_nobody_nothing_is_told(village: Village) -> None:
    nobody = plan(audience={"kind": "table:resident", "how": "ids", "ids": []})
    found = estimate.outlook(village.admin, nobody)
    assert (found.done, found.total, found.told, found.price, found.examples) == (True, 0, 0, 0, [])
