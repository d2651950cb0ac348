"""A template and rows become one HTML document with its style sheet, for the press."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial

import segno
from segno import DataOverflowError

from backend.core import clock, media
from backend.core.errors import NotFound
from backend.core.i18n import tag
from backend.fields import placeholders
from backend.fields.calendar import shown_day
from backend.fields.placeholders import Drawing, Part
from backend.printing import cleaning
from backend.printing.columns import Columns
from backend.printing.page import EDGE, Page
from backend.settings import settings

MOST_QR = 1000
OWNER = "print"
"""Of the pictures in templates, as `core.media` keeps it: `print:<org id>`."""
ASSET = "asset:"
"""How a document names a picture that goes to the press beside it."""
_SOURCE = re.compile(rf'src="{cleaning.PICTURE.pattern}"')
BASE_CSS = """
html { font-family: "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", "Noto Sans", sans-serif; font-size: 12pt; line-height: 1.5; color: #111; }
body { margin: 0; }
h1, h2, h3, h4, p, ul, ol, blockquote, figure { margin: 0; }
h1 { font-size: 2em; } h2 { font-size: 1.5em; } h3 { font-size: 1.2em; } h4 { font-size: 1em; }
table { border-collapse: collapse; }
img { max-width: 100%; }
.left { text-align: left; } .center { text-align: center; } .right { text-align: right; }
.serif { font-family: "Noto Serif CJK SC", "Songti SC", SimSun, "Noto Serif", serif; }
.qr { width: 24mm; height: 24mm; vertical-align: middle; }
.photo { width: 25mm; height: 35mm; object-fit: cover; vertical-align: middle; }
"""
"""Under every template, on paper and in the editor."""


@dataclass(frozen=True, slots=True)
class Design:
    """A template ready to be filled. `parts` come from its clean body."""

    page: Page
    parts: tuple[Part, ...]
    css: str

    @classmethod
    def of(cls, page: Page, body: str, css: str) -> Design:
        """From what was written, by whomever. Raises Invalid, naming the field."""
        return cls(page.checked(), placeholders.parts(cleaning.body(body)), cleaning.css(css))


@dataclass(frozen=True, slots=True)
class Document:
    """`assets`: the pictures in it, by the key after `asset:`."""

    html: str
    css: str
    assets: dict[str, bytes]


def is_ours(key: str) -> bool:
    """Whether this picture was added to a template: no other may be named in one."""
    try:
        return media.owner_of(key).startswith(f"{OWNER}:")
    except NotFound:
        return False


class _Pictures:
    """QR codes and photos as HTML; photos are collected for the press, each once."""

    def __init__(self) -> None:
        self.assets: dict[str, bytes] = {}

    def qr(self, text: str) -> str:
        try:
            code = segno.make(text[:MOST_QR], error="m", micro=False)
        except DataOverflowError:
            return ""
        return f'<img class="qr" src="{code.svg_data_uri(border=0)}" alt="">'

    def photo(self, key: str) -> str:
        return f'<img class="photo" src="{ASSET}{key}" alt="">' if self.load(key) else ""

    def load(self, key: str) -> bool:
        """Whether there is such a picture; then it is collected."""
        if key not in self.assets:
            try:
                data, kind = media.load(key)
            except NotFound:
                return False
            if not kind.startswith("image/"):
                return False
            self.assets[key] = data
        return True

    def own(self, html: str) -> str:
        """The template's own pictures too."""

        def named(match: re.Match[str]) -> str:
            return f'src="{ASSET}{match[1]}"' if is_ours(match[1]) and self.load(match[1]) else 'src=""'

        return _SOURCE.sub(named, html)


def build(
    design: Design, columns: Columns, rows: Iterable[Mapping[str, str]], locale: str, first: int = 1
) -> Document:
    """The document of these rows; `first` is the running number of the first one."""
    pictures = _Pictures()
    drawing = Drawing(pictures.qr, pictures.photo, columns.is_photo)
    ours = {
        "today": shown_day(clock.local(clock.now()).date(), locale),
        "community": settings().community_name,
    }
    filled = [
        placeholders.fill(
            design.parts, partial(columns.value, {**ours, "number": str(number), **row}), drawing
        )
        for number, row in enumerate(rows, first)
    ]
    laid = pictures.own(_LAID[design.page.layout](design.page, filled))
    html = f'<!doctype html><html lang="{tag(locale)}"><head><meta charset="utf-8"></head><body>{laid}</body></html>'
    return Document(html, BASE_CSS + page_css(design.page) + design.css, pictures.assets)


def page_css(page: Page) -> str:
    """The sheet, and where a record's part lies on it."""
    width, height = page.sheet
    margins = " ".join(f"{m:g}mm" for m in page.margins)
    # A hair less than the page: rounding must not begin another one.
    whole = f".whole {{ position: relative; box-sizing: border-box; overflow: hidden; width: {page.inner[0]:g}mm; height: {page.inner[1] - 0.1:g}mm; }}\n"
    if page.layout == "page":
        return whole + (
            f"@page {{ size: {width:g}mm {height:g}mm; margin: {margins}; }}\n"
            ".record { break-before: page; } .record:first-child { break-before: auto; }\n"
        )
    return whole + (
        f"@page {{ size: {width:g}mm {height:g}mm; margin: 0; }}\n"
        f".sheet {{ position: relative; width: {width:g}mm; height: {height:g}mm; overflow: hidden; break-after: page; }}\n"
        ".sheet:last-child { break-after: auto; }\n"
        f".record {{ position: absolute; box-sizing: border-box; overflow: hidden; width: {page.width:g}mm; height: {page.height:g}mm; padding: {margins}; }}\n"
        ".cut { outline: 0.1mm dashed #999; }\n"
        ".turned { transform: rotate(180deg); }\n"
        f".fold {{ position: absolute; left: 0; top: {page.height:g}mm; width: 100%; border-top: 0.1mm dotted #999; }}\n"
    )


def _pages(page: Page, filled: list[str]) -> str:
    return "".join(f'<section class="record">{one}</section>' for one in filled)


def _sheets(page: Page, filled: list[str]) -> str:
    columns, rows = page.grid
    width, height = page.sheet
    left = max((width - columns * page.width) / 2, EDGE)
    top = max((height - rows * page.height) / 2, EDGE)
    out = []
    for start in range(0, len(filled), page.per_sheet):
        cards = []
        for at, one in enumerate(filled[start : start + page.per_sheet]):
            x, y = left + at % columns * page.width, top + at // columns * page.height
            cards.append(f'<section class="record cut" style="left:{x:g}mm;top:{y:g}mm">{one}</section>')
        out.append(f'<div class="sheet">{"".join(cards)}</div>')
    return "".join(out)


def _tents(page: Page, filled: list[str]) -> str:
    return "".join(
        f'<div class="sheet"><section class="record turned" style="left:0;top:0">{one}</section>'
        f'<section class="record" style="left:0;top:{page.height:g}mm">{one}</section><div class="fold"></div></div>'
        for one in filled
    )


_LAID = {"page": _pages, "sheet": _sheets, "tent": _tents}
