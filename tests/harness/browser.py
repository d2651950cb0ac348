"""A real browser: Debian's Chromium driven by Playwright, with a check for missing Chinese glyphs and for accessibility.

with browser() as chromium, page(chromium, PHONE) as shown:
    shown.goto(url); assert not accessibility(shown); assert not missing_glyphs(shown)
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import (
    Browser,
    Page,
    PlaywrightContextManager,
    ViewportSize,
    expect,
    sync_playwright,
)

from tests.web.browser import PASSWORD

PHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PATIENCE_MS = 60_000
"""For an action and for what is expected: two cores may have four tests and their systems to carry."""
_AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
_QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-quic",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]  # fmt: skip
# Every rule is asked; only what is found wrong is described node by node, which halves the time.
_ASKED = (
    "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'], resultTypes: ['violations']})"
)
# A glyph that the fonts lack is drawn like the one of a private-use code point.
_TOFU = """(text) => {
  const canvas = document.createElement('canvas'); canvas.width = canvas.height = 48;
  const context = canvas.getContext('2d', {willReadFrequently: true});
  const drawn = (s) => { context.clearRect(0, 0, 48, 48); context.font = '32px sans-serif'; context.fillText(s, 4, 36);
    return context.getImageData(0, 0, 48, 48).data.join(); };
  const missing = drawn('\\u{10FFFD}'), blank = drawn(' ');
  return [...new Set(text)].filter((s) => s.trim() && [missing, blank].includes(drawn(s))); }"""


_shared: list[tuple[PlaywrightContextManager, Browser]] = []
_users = 0


@contextmanager
def browser() -> Iterator[Browser]:
    """Chromium: one per test process, whoever asks for it while it runs (Playwright does not run twice in a thread)."""
    global _users
    if not _shared:
        _shared.append(_launched())
    _users += 1
    try:
        yield _shared[0][1]
    finally:
        _users -= 1
        if not _users:
            playwright, chromium = _shared.pop()
            chromium.close()
            playwright.__exit__()


def _launched() -> tuple[PlaywrightContextManager, Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert program, "Chromium is missing: `make test` installs it"
    expect.set_options(timeout=PATIENCE_MS)
    playwright = sync_playwright()
    return playwright, playwright.__enter__().chromium.launch(executable_path=program, args=_QUIET)


@contextmanager
def page(
    chromium: Browser, size: ViewportSize = DESKTOP, locale: str = "zh-CN", **options: Any
) -> Iterator[Page]:
    """A page in a fresh profile; the test fails on an error in its console."""
    # bypass_csp only lets the accessibility checker in; the header itself has its own tests.
    context = chromium.new_context(viewport=size, locale=locale, bypass_csp=True, **options)
    context.set_default_timeout(PATIENCE_MS)
    shown, errors = context.new_page(), []
    shown.on("pageerror", lambda error: errors.append(str(error)))
    shown.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
    try:
        yield shown
        assert not errors, errors
    finally:
        context.close()


def sign_in(shown: Page, base: str, username: str) -> None:
    """One of the staff that `employ` made, on the page where everybody begins."""
    shown.goto(f"{base}/admin/sign-in")
    shown.fill("[name=username]", username)
    shown.fill("[name=password]", PASSWORD)
    shown.press("[name=password]", "Enter")
    shown.wait_for_url(f"{base}/admin")


def picture(shown: Page, name: str, **options: Any) -> None:
    """For people to look at: SCREENSHOTS=folder keeps it. Nothing is drawn otherwise."""
    if folder := os.environ.get("SCREENSHOTS"):
        shown.screenshot(path=Path(folder) / f"{name}.png", **options)


def missing_glyphs(shown: Page) -> list[str]:
    """The Chinese characters on the page that its fonts cannot draw."""
    text = "".join(c for c in shown.inner_text("body") if "\u3400" <= c <= "\u9fff")
    found: list[str] = shown.evaluate(_TOFU, text)
    return found


def accessibility(shown: Page) -> list[str]:
    """What axe finds against WCAG 2.1 A and AA: one line each."""
    shown.add_script_tag(content=_AXE.read_text())
    result = shown.evaluate(_ASKED)
    return [
        f"{v['id']} ({v['impact']}): {v['nodes'][0]['html'][:160]} ×{len(v['nodes'])}"
        for v in result["violations"]
    ]
