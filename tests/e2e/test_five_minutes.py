"""README's five minutes, as a newcomer takes them: `python -m backend.start`, the demo community, a browser, nothing else.

On the way pictures are taken of what README shows; LINLI_SCREENS=docs/screens puts them there.
"""

from __future__ import annotations

import email
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from email import policy
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, expect

from backend.settings import ROOT, Settings
from tests.e2e.desk import Desk
from tests.e2e.lines import Webchat, confirm_email
from tests.harness.browser import PHONE, accessibility, missing_glyphs, page
from tests.servers import LONG, free_port, until

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("town-sqlite")]

DESKTOP: ViewportSize = {"width": 1280, "height": 900}
README = (ROOT / "README.md").read_text()
TOUR = README.partition("## Five minutes")[2].partition("\n## ")[0]
LARGEST = 150_000
"""Bytes of a picture."""
# Names, marks and addresses that are the same in every language, and what people of the demo said in English.
SAME = re.compile(
    r"https?://\S+|[\w.*]+@[\w.]+|\bR-?\d+\b|\b(?:Linli|English|Telegram|Redis|SQLite|PostgreSQL|MQTT|Word|Excel|PowerPoint|OpenDocument|GSM-7|UCS-2|Ctrl)\b|"
    r"\bEmma\b|\bClarke\b"
)


class Started:
    """`python -m backend.start` and what it printed."""

    def __init__(self, folder: Path) -> None:
        ours = {name.upper() for name in Settings.model_fields}
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.var = folder / "var"
        environment = {k: v for k, v in os.environ.items() if k not in ours and k != "LINLI_START"}
        environment |= {"VAR_DIR": str(self.var), "PORT": str(self.port)}
        self._log = folder / "start.log"
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "backend.start"],
                cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    @property
    def printed(self) -> str:
        return self._log.read_text(errors="replace")

    @property
    def password(self) -> str:
        found = re.search(r"│ +admin +((?:\w{4}-){3}\w{4})", self.printed)
        assert found, self.printed
        return found[1]

    def code(self) -> str:
        """The newest code, in the file that the terminal names."""
        kept = self.var / "sms"
        until(lambda: list(kept.glob("*.txt")), what=f"a code in {kept}")
        until(lambda: str(kept) in self.printed, what="the terminal to say where the code is")
        return re.findall(r"(?<!\d)\d{6}(?!\d)", next(kept.glob("*.txt")).read_text())[-1]

    def letter(self) -> str:
        """The link in the letter that was kept."""
        kept = self.var / "mail"
        until(lambda: list(kept.glob("*.eml")), what=f"a letter in {kept}")
        letter = email.message_from_bytes(next(kept.glob("*.eml")).read_bytes(), policy=policy.default)
        body = letter.get_body(("plain",))  # type: ignore[attr-defined]
        return re.findall(r"https?://\S+/activate/[\w.-]+", body.get_content())[0]


@contextmanager
def started(folder: Path) -> Iterator[Started]:
    running = Started(folder)
    try:
        until(lambda: "Ctrl-C" in running.printed, what="the greeting", seconds=2 * LONG)
        yield running
    finally:
        os.killpg(running.process.pid, signal.SIGINT)
        running.process.wait(LONG)


class Album:
    """Takes the pictures and looks at each page on the way: glyphs, accessibility, nothing left in another language."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[str] = []
        self.taken: dict[str, int] = {}

    def takes(self, shown: Page, name: str) -> None:
        found = [f"glyph {g}" for g in missing_glyphs(shown)] + accessibility(shown)
        if shown.evaluate("document.documentElement.scrollWidth > innerWidth + 1"):
            found.append("wider than the window")
        found += [f"not Chinese: {line}" for line in _foreign(shown)]
        self.problems += [f"{name}: {problem}" for problem in found]
        path = self.folder / f"{name}.png"
        shown.screenshot(path=path, animations="disabled", caret="hide")
        # So many colours are enough for a page, and a third of the size.
        Image.open(path).convert("RGB").quantize(160, dither=Image.Dither.NONE).save(path, optimize=True)
        self.taken[name] = path.stat().st_size


def _foreign(shown: Page) -> list[str]:
    """Lines of a Chinese page that are in another language, outside of what people themselves said."""
    text = str(
        shown.evaluate(
            "() => { const copy = document.body.cloneNode(true);"
            " copy.querySelectorAll('.said, script, style, .unseen, .visually-hidden').forEach((n) => n.remove());"
            " document.body.append(copy); const text = copy.innerText; copy.remove(); return text; }"
        )
    )
    return [line.strip() for line in SAME.sub(" ", text).splitlines() if re.search(r"[A-Za-z]{4,}", line)]


@pytest.fixture
def album(tmp_path: Path) -> Album:
    return Album(Path(os.environ.get("LINLI_SCREENS", tmp_path)))


def test_a_newcomer_with_the_readme_alone_registers_books_finishes_and_reads_what_was_said(
    tmp_path: Path, chromium: Browser, album: Album
) -> None:
    with (
        started(tmp_path) as linli,
        page(chromium, PHONE, timezone_id="Asia/Shanghai") as hers,
        page(chromium, DESKTOP, timezone_id="Asia/Shanghai") as theirs,
    ):
        chat, office = Webchat("新居民", hers, linli.base), Desk(theirs, linli.base)

        # 1. Register.
        assert "注册" in TOUR and "110101199003074020" in TOUR and "170 0000 9999" in TOUR
        chat.opens(hears="有什么可以帮您")
        chat.says("注册", hears="同意吗")
        chat.picks("我同意", hears="姓名")
        chat.says("林晓梅", hears="同意吗")
        chat.picks("我同意", hears="证件")
        chat.picks("居民身份证", hears="号码")
        chat.says("110101199003074020", hears="手机")
        chat.says("170 0000 9999", hears="验证码")
        chat.says(linli.code(), hears="邮箱")
        chat.says("xiaomei@example.com", hears="住")
        chat.says("2号楼1单元402", hears="都对吗")
        album.takes(hers, "chat-register")
        chat.picks("提交", hears="谢谢")
        confirm_email(linli.letter(), "zh_CN", "谢谢")

        # 2. Approve.
        theirs.goto(f"{linli.base}/admin")
        album.takes(theirs, "sign-in")
        office.signs_in("admin", linli.password)
        album.takes(theirs, "dashboard")
        office.approves("林晓梅")
        chat.waits_for("审核通过")

        # 3. Book a repair.
        assert "厨房水管漏水了" in TOUR
        chat.says("厨房水管漏水了", hears="水管漏水")
        chat.picks("滴水", hears="上门")
        album.takes(hers, "chat-repair")
        chat.picks("周|今天|明天", hears="照片")
        chat.picks("跳过", hears="都对吗")
        number = re.search(r"R-(\d+)", chat.picks("提交", hears="R-"))
        assert number
        repair = int(number[1])

        # 4. Assign and finish.
        assert "王师傅" in TOUR
        office.finds_on_board(repair)
        album.takes(theirs, "board")
        office.goes("/admin/requests")
        album.takes(theirs, "requests")
        office.assigns(repair, "王师傅")
        chat.waits_for("王师傅")
        for act, told in (("accept", "电话"), ("go", "出发"), ("start", "到了"), ("finish", "修好了")):
            office.takes_step(act)
            chat.waits_for(told)
        album.takes(theirs, "request")
        album.takes(hers, "chat-finished")
        chat.picks("非常满意", hears="谢谢")

        # 5. Read what was said.
        assert f"R-{repair}" in office.reads_messages_to("林晓梅")
        office.goes("/admin/messages")
        album.takes(theirs, "messages")

        # What README's pictures show beyond that.
        office.goes("/admin/residents")
        album.takes(theirs, "residents")
        theirs.get_by_role("link", name="林晓梅").click()
        expect(theirs.get_by_role("heading", name="林晓梅")).to_be_visible()
        album.takes(theirs, "file")
        office.goes("/admin/preview/repair")
        album.takes(theirs, "preview")
        hers.set_viewport_size(DESKTOP)
        album.takes(hers, "chat-desktop")
        theirs.set_viewport_size(PHONE)
        for path, name in (
            ("/admin", "dashboard-phone"),
            ("/admin/requests", "requests-phone"),
            ("/admin/residents", "residents-phone"),
            ("/admin/messages", "messages-phone"),
        ):
            office.goes(path)
            album.takes(theirs, name)
        theirs.goto(linli.base)
        album.takes(theirs, "portal-phone")

    assert not album.problems, "\n".join(album.problems)
    assert max(album.taken.values()) < LARGEST, album.taken
    shown = set(re.findall(r"docs/screens/([\w-]+)\.png", README))
    assert shown <= set(album.taken)
