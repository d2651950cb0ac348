"""The printing pages as staff use them: a template made, changed, looked at; people chosen, printed, fetched."""

from __future__ import annotations

import io
import re

import pytest
from flask import Flask
from PIL import Image

from backend.core import media
from backend.core.audit import AuditEntry
from backend.core.clock import Hands
from backend.printing import batches, page_form, starters
from backend.printing.columns import Columns
from backend.printing.document import Design, build
from backend.printing.models import PrintBatch, PrintTemplate
from backend.printing.page import PRESETS
from backend.records import defining, store, tables
from tests.bots.chatting import photo
from tests.databases import TestDatabase
from tests.events.village import Village, found_village
from tests.records.volunteers import field
from tests.web.browser import Browser, employ


@pytest.fixture
def village(sqlite_database: TestDatabase, clock: Hands) -> Village:
    return found_village()


@pytest.fixture
def liu(app: Flask, village: Village) -> Browser:
    employ("liu", "刘主任", ("community_admin", village.happy))
    browser = Browser(app.test_client(), "10.3.0.1")
    browser.sign_in("liu")
    return browser


def typed(**changes: str) -> dict[str, str]:
    return page_form.typed(starters.get("letter.zh_CN").draft) | changes


def test_a_template_is_made_changed_looked_at_and_removed(liu: Browser) -> None:
    assert "还没有自己的模板" in liu.get("/admin/print").text
    gallery = liu.get("/admin/print/new").text
    assert all(
        f'value="{preset}.{locale}"' in gallery for preset in starters.NAMES for locale in ("zh_CN", "en")
    )
    liu.post("/admin/print/new", {"starter": "letter.zh_CN"})
    template = PrintTemplate.get()
    edit = f"/admin/print/{template.id}/edit"
    wrong = liu.post(edit, typed(width="abc", body="<p>一句好话 {{姓名}}</p>"))
    assert wrong.status_code == 422 and "例如 90 或 12.5" in wrong.text and "一句好话" in wrong.text
    assert "请给模板起个名字" in liu.post(edit, typed(name=" ")).text
    assert (
        liu.post(
            edit, typed(name="春节的信", width="200", body="<p>{{姓名}}<script>x</script></p>")
        ).status_code
        == 200
    )
    template = PrintTemplate.get()
    assert (template.name, template.width, template.body) == ("春节的信", 200, "<p>{{姓名}}</p>")
    picture = liu.get(f"/admin/print/{template.id}/picture.png")
    assert Image.open(io.BytesIO(picture.data)).format == "PNG"
    liu.post(f"/admin/print/{template.id}/copy")
    assert "春节的信（副本）" in liu.get("/admin/print").text
    liu.post(f"/admin/print/{template.id}/remove")
    assert [t.name for t in PrintTemplate.select()] == ["春节的信（副本）"]


def test_the_preview_shows_a_person_and_what_is_wrong(liu: Browser) -> None:
    liu.get("/admin/print/new")
    told = liu.post("/admin/print/preview", typed(at="1", body="<p>{{姓名}} {{姓明}} {{电子邮箱}}</p>")).json
    assert told is not None and told["src"].startswith("data:image/png;base64,")
    assert told["record"] == "2 / 5" and told["pages"] == "1 页"
    assert told["problems"][0] == "没有叫“姓明”的内容。您是不是想写“姓名”？"
    half = liu.post("/admin/print/preview", typed(body="<p>{{如果 姓名}}</p>")).json
    assert half == {"problems": ["{{如果 姓名}} 没有结尾，请加上 {{end}}。"]}
    assert "毫米" in liu.post("/admin/print/preview", typed(width="nan")).json["problems"][0]  # type: ignore[index]


def test_a_picture_of_ours_is_used_and_no_other(liu: Browser, village: Village) -> None:
    liu.get("/admin/print/new")
    liu.post("/admin/print/new", {"starter": "letter.zh_CN"})
    at = f"/admin/print/{PrintTemplate.get().id}"
    sent = liu.post(
        f"{at}/pictures", {"picture": (io.BytesIO(photo()), "seal.png")}, content_type="multipart/form-data"
    ).json
    assert sent is not None and liu.get(sent["src"]).mimetype == "image/jpeg"
    private = media.save(photo(), "image/jpeg", f"resident:{village.neighbours[0]}")
    assert liu.get(f"/admin/print/pictures/{private}").status_code == 404
    stolen = f'<p><img src="{sent["src"]}"><img src="/admin/print/pictures/{private}"></p>'
    assert liu.post("/admin/print/preview", typed(body=stolen)).json["src"]  # type: ignore[index]
    document = build(Design.of(PRESETS["letter"].page, stolen, ""), Columns(()), [{}], "zh_CN")
    assert list(document.assets) == [sent["src"].rpartition("/")[2]]
    wrong = liu.post(
        f"{at}/pictures", {"picture": (io.BytesIO(b"MZ"), "x.exe")}, content_type="multipart/form-data"
    )
    assert wrong.status_code == 422 and wrong.json["error"]  # type: ignore[index]


def test_people_of_a_list_are_printed_and_the_file_is_fetched(liu: Browser) -> None:
    assert "打印…" in liu.get("/admin/residents?q=陈秀英").text
    page = liu.post("/admin/residents/print?q=陈秀英")
    assert "已选 1 条" in page.text and "信封 DL" in page.text
    batch = PrintBatch.get()
    at = f"/admin/print/batches/{batch.id}"
    chosen = liu.get(f"{at}?design=sbadge.zh_CN")
    assert "没有叫“活动”的内容" in chosen.text and "打印 1 份" not in chosen.text
    chosen = liu.get(f"{at}?design=senvelope_dl.zh_CN")
    assert "打印 1 份" in chosen.text
    look = re.search(r'src="([^"]+look\.png[^"]+)"', chosen.text)
    assert look and Image.open(io.BytesIO(liu.get(look[1].replace("&amp;", "&")).data)).width == 1000
    running = liu.post(f"{at}/start", {"design": "senvelope_dl.zh_CN"})
    assert "马上开始" in running.text and "0 / 1" in running.text
    while batches.go_on():
        pass
    assert "下载 PDF" in liu.get(at).text
    file = liu.get(f"{at}/file.pdf")
    assert file.data.startswith(b"%PDF") and "attachment" in file.headers["Content-Disposition"]
    assert AuditEntry.get(AuditEntry.action == "print.batch").actor_name == "刘主任"
    assert liu.get(f"{at}?design=tx").status_code == 200
    assert liu.post("/admin/print/batches", {"kind": "nothing", "ids": "1"}).status_code == 404


def test_those_who_come_to_an_event_are_printed_from_its_page(liu: Browser, village: Village) -> None:
    event = village.event()
    village.join(event, 0)
    assert "打印…" in liu.get(f"/admin/activities/{event.id}").text
    page = liu.post(f"/admin/activities/{event.id}/print")
    assert "带凭证的胸牌" in page.text and PrintBatch.get().kind == "event_signup"


def test_the_rows_that_fit_a_question_are_printed_from_their_list(liu: Browser, village: Village) -> None:
    admin = village.actor()
    table = defining.make_table(admin, {"zh_CN": "志愿者", "en": "Volunteers"}, village.happy.id)
    defining.add_column(
        admin, table.key, field("real_name", "名字", "Called"), village.happy.id, keyword=True
    )
    table = tables.of(table.key)
    name = table.open[0].key
    made = store.create(
        admin, table, [store.New(village.happy.id, {name: who}) for who in ("林小满", "林大为", "周敏")]
    )
    address = f"/admin/print/batches/table/{table.key}"
    assert f'formaction="{address}"' in liu.get(f"/admin/data/{table.key}").text
    assert "已选 2 条" in liu.post(address, {"q": "林", "every": "1"}).text
    assert "已选 1 条" in liu.post(address, {"q": "林", "row": str(made[0])}).text
    assert liu.post("/admin/print/batches/table/nothing", {"every": "1"}).status_code == 404


def test_only_admins_write_templates_and_the_desk_prints(app: Flask, village: Village) -> None:
    employ("he", "小何", ("duty_desk", village.happy))
    desk = Browser(app.test_client(), "10.3.0.2")
    desk.sign_in("he")
    index = desk.get("/admin/print").text
    assert "新建模板" not in index
    for path in ("new", "surface", "1/edit"):
        assert desk.get(f"/admin/print/{path}").status_code == 403, path
    assert desk.post("/admin/print/preview", typed()).status_code == 403
    one = desk.post(
        "/admin/print/batches", {"kind": "resident", "ids": f"{village.neighbours[0]},x,{'9' * 30}"}
    )
    assert "已选 1 条" in one.text


def test_the_paper_in_the_editor_runs_nothing(liu: Browser) -> None:
    policy = liu.get("/admin/print/surface").headers["Content-Security-Policy"]
    assert (
        policy.startswith("default-src 'none'")
        and "script" not in policy
        and "frame-ancestors 'self'" in policy
    )
