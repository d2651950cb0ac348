"""What staff write as HTML, made harmless: structure and looks stay, everything that runs or fetches goes.

A picture is one of our own (`/admin/print/pictures/<key>`) or nothing. CSS is left as it is written: what it may reach is
decided where it is used, by the press (`pressing`), which fetches nothing, and by the editor's own content policy.
"""

from __future__ import annotations

import re

import nh3

from backend.core.errors import Invalid
from backend.core.i18n import _

MOST_BODY = 200_000
MOST_CSS = 50_000
MOST_ELEMENTS = 3000
PICTURES = "/admin/print/pictures/"
PICTURE = re.compile(rf"{PICTURES}([0-9a-f]{{32}})")

_TAGS = (
    "p div span h1 h2 h3 h4 b strong i em u s br hr table thead tbody tr td th ul ol li img sup sub small blockquote "
    "section header footer figure"
)
_STYLES = (
    "text-align text-indent text-decoration color background-color font-size font-weight font-style font-family "
    "line-height letter-spacing width height margin margin-top margin-right margin-bottom margin-left padding "
    "border border-top border-bottom border-radius vertical-align white-space"
)
_ATTRIBUTES = {
    "*": {"class", "style", "lang", "dir"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
_PLAIN = re.compile(r"[^<>{}]*")
_FUNCTION = re.compile(r"(?<!rgb)(?<!rgba)\(")
"""Of the functions of CSS only colours."""


def _attribute(tag: str, name: str, value: str) -> str | None:
    """None takes the attribute away. Tags and places are told apart by their brackets, so no attribute has any."""
    if tag == "img" and name == "src":
        return value if PICTURE.fullmatch(value) else None
    if name == "style" and _FUNCTION.search(value):
        return None
    return value if _PLAIN.fullmatch(value) else None


_CLEANER = nh3.Cleaner(
    tags=set(_TAGS.split()),
    attributes=_ATTRIBUTES,
    attribute_filter=_attribute,
    filter_style_properties=set(_STYLES.split()),
    url_schemes=set(),
    link_rel=None,
)


def body(html: str) -> str:
    """The HTML of one record's part. Raises Invalid when there is too much of it."""
    if len(html) > MOST_BODY or html.count("<") > 2 * MOST_ELEMENTS:
        raise Invalid(_("This template is too long. Pictures are added with the button, not pasted."), "body")
    return _CLEANER.clean(html.replace("\x00", ""))


def css(text: str) -> str:
    """The style sheet as written. Raises Invalid when it is too long."""
    if len(text) > MOST_CSS:
        raise Invalid(_("This style sheet is too long."), "css")
    return text.replace("\x00", "").replace("\r\n", "\n")


def pictures(html: str) -> set[str]:
    """The media keys of the pictures in a clean body."""
    return set(PICTURE.findall(html))
