"""Many rows into one PDF: portion by portion, whatever dies meanwhile; for whom it may be, kept for a day, taken with a trace."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import pytest
from pypdf import PdfReader

from backend.core import clock as clocks
from backend.core import media
from backend.core.access import Actor
from backend.core.audit import AuditEntry
from backend.core.clock import Hands
from backend.core.errors import Conflict, Forbidden, Invalid, NotFound
from backend.core.media import Attachment
from backend.events import passes
from backend.events import printing as signups
from backend.events.models import EventSignup
from backend.printing import actions, batches, rows, starters
from backend.printing.actions import Draft
from backend.printing.columns import Column
from backend.printing.models import PrintBatch, PrintPart
from backend.printing.page import PRESETS
from backend.printing.rows import RowSource
from backend.records import defining, store, tables
from backend.residents import actions as residents
from backend.residents import printing as people
from broadcasts import printing as worker
from tests.databases import TestDatabase
from tests.events.village import Village, found_village, hire
from tests.records.volunteers import field

PLAIN = Draft("名单", "", "custom", PRESETS["custom"].page, "<p>{{序号}}：{{姓名}}</p>", "")


@pytest.fixture
def village(database: TestDatabase, clock: Hands) -> Village:
    return found_village()


@pytest.fixture
def quick(sqlite_database: TestDatabase, clock: Hands) -> Village:
    """The same, where the database makes no difference."""
    return found_village()


def printed(batch: PrintBatch) -> PrintBatch:
    """The worker does all that is to be done."""
    while batches.go_on():
        pass
    return PrintBatch.get_by_id(batch.id)


def begun(actor: Actor, kind: str, ids: Sequence[int], draft: Draft = PLAIN) -> PrintBatch:
    return batches.start(actor, batches.prepare(actor, kind, ids, "zh_CN").id, draft)


def pages(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def crowd(size: int) -> list[int]:
    """Registers rows of a kind of their own: a thousand people who are only numbers."""
    columns = [Column("name", {"zh_CN": "姓名", "en": "Name"})]

    def some(_actor: Actor, ids: Sequence[int], _locale: str, _in_full: bool) -> Any:
        return ({"name": f"邻居{i}"} for i in ids)

    rows.register(
        "crowd",
        RowSource("人群", "resident.read", lambda _a: columns, lambda _a, ids: list(ids), some, lambda _a: [1], "residents.index"),
    )  # fmt: skip
    return list(range(1, size + 1))


def test_everybody_is_printed_once_in_order_and_the_file_is_sealed(village: Village) -> None:
    admin = village.actor()
    batch = printed(begun(admin, "crowd", crowd(batches.PORTION + 3)))
    assert (batch.status, batch.done, batch.pages) == ("done", batch.total, batches.PORTION + 3)
    pdf = batches.take(admin, batch.id)
    assert pages(pdf) == [f"{n}：邻居{n}" for n in range(1, batches.PORTION + 4)]
    assert b"%PDF" not in media.path_of(batch.key).read_bytes()
    assert not PrintPart.select().count() and Attachment.select().count() == 1
    entry = AuditEntry.get(AuditEntry.action == "print.batch")
    assert entry.subject == batch.subject and '"rows": 203' in entry.payload


def test_a_worker_that_dies_leaves_its_portion_to_the_next(quick: Village, clock: Hands) -> None:
    batch = begun(quick.actor(), "crowd", crowd(batches.PORTION * 2))
    worker.step(batch.id)
    half = PrintBatch.get_by_id(batch.id)
    assert half.status == "printing" and half.done == batches.PORTION
    PrintBatch.update(leased_until=clocks.now() + batches.LEASE).execute()  # somebody took it, and is gone
    assert batches.go_on() == 0
    worker.step(batch.id)
    assert PrintBatch.get_by_id(batch.id).done == batches.PORTION
    clock.forward(minutes=5)
    done = printed(batch)
    assert done.status == "done" and len(pages(batches.take(quick.actor(), batch.id))) == batch.total


def test_what_is_cancelled_or_old_leaves_nothing(quick: Village, clock: Hands) -> None:
    admin = quick.actor()
    batch = begun(admin, "crowd", crowd(batches.PORTION * 2))
    worker.step(batch.id)
    batches.cancel(admin, batch.id)
    assert batches.go_on() == 0 and not Attachment.select().count()
    with pytest.raises(Conflict):
        batches.start(admin, batch.id, PLAIN)
    kept = printed(begun(admin, "crowd", [1]))
    path = media.path_of(kept.key)
    clock.forward(hours=23)
    assert batches.take(admin, kept.id)
    clock.forward(hours=2)
    with pytest.raises(NotFound):
        batches.take(admin, kept.id)
    assert batches.forget_old() == 2 and not path.exists() and not PrintBatch.select().count()


def test_a_template_that_asks_for_too_much_is_refused_before_and_told_after(quick: Village) -> None:
    admin = quick.actor()
    draft = batches.prepare(admin, "crowd", crowd(1), "zh_CN")
    with pytest.raises(Invalid, match="these rows do not have"):
        batches.start(admin, draft.id, starters.get("envelope_dl.zh_CN").draft)
    endless = Draft("长", "", "custom", PRESETS["custom"].page, "<p>x</p>" * 50, "p { break-before: page; }")
    failed = printed(begun(admin, "crowd", [1], endless))
    assert failed.status == "failed" and "too many pages" in failed.why["msg"]


def test_residents_are_printed_as_far_as_the_printer_may_read_them(quick: Village) -> None:
    wanted = list(quick.neighbours)
    admin, desk = quick.actor(), quick.actor(quick.desk)

    def first(actor: Actor, in_full: bool = True) -> rows.Row:
        return next(iter(rows.find(people.KIND).rows(actor, wanted, "zh_CN", in_full)))

    masked = first(desk)["mobile"]
    assert "****" in masked and first(admin, in_full=False)["mobile"] == masked
    assert first(admin)["mobile"].replace(" ", "").startswith("138001") and "*" not in first(admin)["mobile"]
    assert first(admin)["id_number"] == first(desk)["id_number"] and "E00" not in first(admin)["id_number"]
    assert first(desk)["home"] == "3号楼2单元1001" and first(desk)["name"] == "陈秀英"
    stranger = quick.actor(hire("he", "和主任", "community_admin", quick.other))
    assert people.allowed(stranger, wanted) == [] and not list(
        rows.find(people.KIND).rows(stranger, wanted, "en", True)
    )
    with pytest.raises(Invalid):
        batches.prepare(stranger, people.KIND, wanted, "zh_CN")
    auditor = quick.actor(hire("shen", "审计员", "auditor", quick.happy))
    with pytest.raises(Forbidden):
        batches.prepare(auditor, people.KIND, wanted, "zh_CN")
    batch = batches.prepare(admin, people.KIND, [wanted[1], 999, wanted[0], wanted[1]], "zh_CN")
    assert batch.ids == [wanted[1], wanted[0]]
    with pytest.raises(NotFound):
        batches.own(desk, batch.id)


def test_badges_carry_the_pass_and_companions_get_their_own(quick: Village) -> None:
    event = quick.event(companions=2)
    quick.join(event, 0, companions=1)
    quick.join(event, 1)
    EventSignup.update(companion_names="小明、小红").where(
        EventSignup.resident_id == quick.neighbours[0]
    ).execute()
    ids = signups.coming(event)
    found = list(rows.find(signups.KIND).rows(quick.actor(), ids, "zh_CN", True))
    assert [(r["name"], r["with"]) for r in found] == [
        ("陈秀英", ""), ("小明", "陈秀英"), ("小红", "陈秀英"), ("周敏", ""),
    ]  # fmt: skip
    assert found[0]["pass"] == passes.link(ids[0]) and found[0]["when"] == "11月7日周六 14:00–16:00"
    batch = printed(begun(quick.actor(), signups.KIND, ids, starters.get("badge.zh_CN").draft))
    (sheet,) = pages(batches.take(quick.actor(), batch.id))
    assert all(name in sheet for name in ("陈秀英", "小明", "小红", "周敏", "包粽子"))


def test_who_is_forgotten_is_in_no_file_any_more(quick: Village) -> None:
    admin, (chen, zhou, *_others) = quick.actor(), quick.neighbours
    with_her = printed(begun(admin, people.KIND, [chen, zhou]))
    without = printed(begun(admin, people.KIND, [zhou]))
    assert people._held(chen) == [{"printed_at": with_her.created_at.isoformat(), "template": "名单"}]
    residents.erase_file(admin, chen, "她要求删除")
    assert not media.path_of(with_her.key).exists() and media.path_of(without.key).exists()
    assert [b.id for b in PrintBatch.select()] == [without.id]


def test_templates_belong_to_places(quick: Village) -> None:
    admin, desk = quick.actor(), quick.actor(quick.desk)
    street = quick.actor(hire("jie", "街道", "street_admin", quick.street))
    stranger = quick.actor(hire("he", "和主任", "community_admin", quick.other))
    ours = actions.create(admin, quick.happy.id, PLAIN)
    theirs = actions.create(street, quick.street.id, PLAIN)
    assert {t.id for t in actions.listed(desk)} == {ours.id, theirs.id}
    assert [t.id for t in actions.listed(stranger)] == [theirs.id]
    with pytest.raises(NotFound):
        actions.get(stranger, ours.id)
    with pytest.raises(Forbidden):
        actions.change(stranger, theirs.id, PLAIN)
    copied = actions.copy(stranger, theirs.id, "我们的名单")
    assert copied.org_id == quick.other.id
    with pytest.raises(Forbidden):
        actions.create(desk, quick.happy.id, PLAIN)
    changed = actions.change(
        admin, ours.id, Draft("新名单", "", "custom", PRESETS["custom"].page, "<p onclick=x>{{姓名}}</p>", "")
    )
    assert (changed.name, changed.version, changed.body) == ("新名单", 2, "<p>{{姓名}}</p>")
    actions.remove(admin, ours.id)
    assert [e.action for e in AuditEntry.select().where(AuditEntry.subject == ours.subject).order_by(AuditEntry.id)] == [
        "print.template_made", "print.template_changed", "print.template_removed",
    ]  # fmt: skip


def test_the_rows_of_any_table_are_printed(quick: Village) -> None:
    admin = quick.actor()
    table = defining.make_table(admin, {"zh_CN": "志愿者", "en": "Volunteers"}, quick.happy.id)
    for data in (field("real_name", "名字", "Called"), field("phone", "电话", "Phone", optional=True)):
        defining.add_column(admin, table.key, data, quick.happy.id)
    table = tables.of(table.key)
    name, phone = (column.key for column in table.open)
    new = store.New(quick.happy.id, {name: "林小满", phone: "+8613900139000"})
    (row_id,) = store.create(admin, table, [new])
    kind = f"table:{table.key}"
    assert kind in rows.titles(admin) and rows.columns(admin, kind).key("名字") == name
    source = rows.find(kind)
    (masked,), (full,) = (list(source.rows(admin, [row_id], "zh_CN", whole)) for whole in (False, True))
    assert masked[name] == "林小满" and "****" in masked[phone] and "*" not in full[phone]
    stranger = quick.actor(hire("he", "和主任", "community_admin", quick.other))
    assert source.allowed(stranger, [row_id]) == []
    batch = printed(
        begun(
            admin, kind, [row_id], Draft("名单", "", "custom", PRESETS["custom"].page, "<p>{{名字}}</p>", "")
        )
    )
    assert pages(batches.take(admin, batch.id)) == ["林小满"]
    residents.erase_file(admin, quick.neighbours[0], "她要求删除")
    assert not PrintBatch.select().count()
