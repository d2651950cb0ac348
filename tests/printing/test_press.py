"""The press: every ready-made template is drawn, Chinese is embedded, and no template does harm."""

from __future__ import annotations

import http.server
import io
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader

from backend.core.i18n import render
from backend.printing import press as pressed
from backend.printing import starters
from backend.printing.columns import Column, Columns
from backend.printing.document import Design, build
from backend.printing.page import PRESETS, Page
from backend.printing.press import Press, PressError, PressMissing

COLUMNS = Columns(
    [
        Column("name", {"zh_CN": "姓名", "en": "Name"}),
        Column("home", {"zh_CN": "住址", "en": "Home address"}),
        Column("gender", {"zh_CN": "性别", "en": "Gender"}),
        Column("event", {"zh_CN": "活动", "en": "Event"}),
        Column("when", {"zh_CN": "时间", "en": "When"}, ("活动时间",)),
        Column("place", {"zh_CN": "地点", "en": "Place"}, ("活动地点",)),
        Column("code", {"zh_CN": "签到码", "en": "Check-in code"}),
        Column("pass", {"zh_CN": "入场凭证", "en": "Pass for the door"}),
        Column("with", {"zh_CN": "同行", "en": "Comes with"}),
    ]
)
CHEN = {
    "name": "欧阳秀英", "home": "3号楼2单元501", "gender": "女", "event": "包粽子", "when": "11月7日周六 14:00–16:00",
    "place": "社区活动室", "code": "4711", "pass": "https://linli.example.org/events/pass/0123456789abcdef", "with": "",
}  # fmt: skip


@pytest.fixture(scope="module")
def press() -> Iterator[Press]:
    found = Press()
    yield found
    found.close()


def design(body: str, css: str = "", page: Page = PRESETS["letter"].page) -> Design:
    return Design.of(page, body, css)


def fonts(pdf: bytes) -> dict[str, bool]:
    """The fonts of all pages by name, and whether each is embedded."""
    found = {}
    for page in PdfReader(io.BytesIO(pdf)).pages:
        for font in (page["/Resources"].get("/Font") or {}).values():  # type: ignore[index,union-attr]
            one = font.get_object()["/DescendantFonts"][0].get_object()
            told = one["/FontDescriptor"].get_object()
            found[str(one["/BaseFont"])] = any(f"/FontFile{n}" in told for n in ("", 2, 3))
    return found


def text(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


@pytest.mark.parametrize("preset", starters.NAMES)
def test_each_ready_made_template_is_drawn_whole_in_both_languages(press: Press, preset: str) -> None:
    page = PRESETS[preset].page
    for locale in ("zh_CN", "en"):
        draft = starters.get(f"{preset}.{locale}").draft
        ready = draft.design()
        assert not COLUMNS.unknown(ready.parts, locale)
        pdf, pages = press.pdf(build(ready, COLUMNS, [CHEN], locale))
        assert pages == (2 if preset == "greeting_card" else 1)
        box = PdfReader(io.BytesIO(pdf)).pages[0].mediabox
        size = tuple(round(float(side) / 72 * 25.4, 1) for side in (box.width, box.height))
        assert size == page.sheet
        assert fonts(pdf) and all(fonts(pdf).values()) and any("CJK" in name for name in fonts(pdf))
        assert "欧阳秀英" in text(pdf)


def test_a_desk_card_reads_from_both_sides_and_cards_share_their_sheets(press: Press) -> None:
    tent = starters.get("desk_card.zh_CN").draft.design()
    pdf, pages = press.pdf(build(tent, COLUMNS, [CHEN], "zh_CN"))
    assert pages == 1 and text(pdf).count("欧阳秀英") == 2
    badge = starters.get("badge.zh_CN").draft.design()
    pdf, pages = press.pdf(build(badge, COLUMNS, [CHEN] * 13, "zh_CN"), 13)
    assert pages == 2 and text(pdf).count("欧阳秀英") == 13


def test_a_picture_of_a_page_shows_its_ink(press: Press) -> None:
    png, pages = press.png(build(design("<h1>你好</h1>"), COLUMNS, [{}], "zh_CN"), 400)
    picture = Image.open(io.BytesIO(png))
    assert pages == 1 and max(picture.size) == 400
    darkest, lightest = picture.convert("L").getextrema()
    assert darkest < 60 and lightest == 255  # type: ignore[operator]


def test_parts_become_one_file_in_their_order(press: Press) -> None:
    ready = design("<p>第{{序号}}份</p>")
    parts = [press.pdf(build(ready, COLUMNS, [{}, {}], "zh_CN", first))[0] for first in (1, 3)]
    whole = press.merged(parts)
    assert [page.extract_text() for page in PdfReader(io.BytesIO(whole)).pages] == [
        "第1份",
        "第2份",
        "第3份",
        "第4份",
    ]


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """(its address, what was asked of it)."""
    asked: list[str] = []

    class Listens(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

    with http.server.HTTPServer(("127.0.0.1", 0), Listens) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


def test_a_hostile_style_sheet_fetches_nothing(
    press: Press, listener: tuple[str, list[str]], tmp_path: Path
) -> None:
    base, asked = listener
    secret = tmp_path / "secret.txt"
    secret.write_text("绝密")
    css = f"""
        @import "{base}/a.css"; @import url(file://{secret});
        @font-face {{ font-family: f; src: url({base}/f.ttf), url(file://{secret}); }}
        p {{ font-family: f; background: url({base}/b.png); list-style-image: url(file://{secret}); }}
        p::after {{ content: url(file://{secret}) url({base}/c.png); }}
        @page {{ background: url(data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg"><image href="{base}/d.png"/></svg>); }}
    """
    pdf, _pages = press.pdf(build(design("<p>你好</p>", css), COLUMNS, [{}], "zh_CN"))
    assert not asked
    assert "绝密" not in text(pdf) and "你好" in text(pdf)


@pytest.mark.parametrize(
    "css", ["p { height: 90000mm; }", "p { break-before: page; }", "@page { size: 12mm 12mm; margin: 0; }"]
)
def test_a_template_that_never_ends_is_stopped(press: Press, css: str) -> None:
    endless = design("<p>长</p>" * 50, css)
    with pytest.raises(PressError, match="too many pages"):
        press.pdf(build(endless, COLUMNS, [{}], "zh_CN"))
    assert press.pdf(build(design("<p>短</p>"), COLUMNS, [{}], "zh_CN"))[1] == 1


def test_one_that_takes_too_long_is_stopped_and_the_next_one_is_printed(press: Press) -> None:
    slow = build(design("<p>慢</p>" * 100), COLUMNS, [{}] * 40, "zh_CN")
    with pytest.raises(PressError, match="too long"):
        press._ask(*pressed._order(slow, "pdf", 500), 0.05)
    assert press.pdf(build(design("<p>快</p>"), COLUMNS, [{}], "zh_CN"))[1] == 1


def test_the_press_knows_none_of_our_secrets(press: Press, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA_KEYS", "1:secret")
    one = Press()
    assert one.lacking() is None
    process = one._process
    assert process is not None
    environment = Path(f"/proc/{process.pid}/environ").read_text()
    one.close()
    assert "DATA_KEYS" not in environment and "PATH=" in environment


def test_a_missing_part_of_the_system_is_named_with_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a machine without Pango: a library of that name that is none stands in its way."""
    for name in ("libpango-1.0.so.0", "libpango-1.0-0"):
        (tmp_path / name).write_text("")
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    without = Press()
    told = without.lacking()
    assert (
        told is not None and "apt-get install" in render(told, "zh_CN") and "libpango" in render(told, "en")
    )
    with pytest.raises(PressMissing):
        without.pdf(build(design("<p>x</p>"), COLUMNS, [{}], "en"))
    without.close()
