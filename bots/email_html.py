"""A letter's HTML as staff write it, made harmless for mailboxes: structure, colours, links and pictures stay; nothing that runs,
and nothing that is fetched from anywhere but by https."""

from __future__ import annotations

import re

import nh3

_TAGS = (
    "a p div span h1 h2 h3 h4 b strong i em u s br hr table thead tbody tr td th ul ol li img sup sub small blockquote "
    "section header footer figure center"
)
_STYLES = (
    "text-align text-indent text-decoration color background-color font-size font-weight font-style font-family "
    "line-height letter-spacing width max-width height margin margin-top margin-right margin-bottom margin-left padding "
    "border border-top border-bottom border-radius border-collapse vertical-align white-space display"
)
_ATTRIBUTES = {
    "*": {"style", "lang", "dir", "align"},
    "a": {"href", "title"},
    "img": {"src", "alt", "width", "height"},
    "table": {"width", "cellpadding", "cellspacing", "border"},
    "td": {"colspan", "rowspan", "width"},
    "th": {"colspan", "rowspan", "width"},
}
_FUNCTION = re.compile(r"(?<!rgb)(?<!rgba)\(")
"""Of the functions of CSS only colours."""
_PLACE = re.compile(r"\{\{[^{}<>]*\}\}")
_ADDRESS = re.compile(r"(?:https?://|mailto:|tel:)[^\s<>]+", re.IGNORECASE)
_PICTURE = re.compile(r"https://[^\s<>]+", re.IGNORECASE)


def _attribute(tag: str, name: str, value: str) -> str | None:
    """None takes the attribute away. A place for a person's value stays: what is filled in is looked at once more."""
    if name == "href":
        return value if _ADDRESS.fullmatch(value) or _PLACE.fullmatch(value) else None
    if tag == "img" and name == "src":
        return value if _PICTURE.fullmatch(value) or _PLACE.fullmatch(value) else None
    return None if name == "style" and _FUNCTION.search(value) else value


def _cleaner(tags: set[str]) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=tags,
        attributes={tag: names for tag, names in _ATTRIBUTES.items() if tag in tags or tag == "*"},
        attribute_filter=_attribute,
        filter_style_properties=set(_STYLES.split()),
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel=None,
    )


_CLEANER = _cleaner(set(_TAGS.split()))
_WITHOUT_PICTURES = _cleaner(set(_TAGS.split()) - {"img"})


def clean(html: str, *, pictures: bool = True) -> str:
    """The same without what a mailbox should not get. Twice clean is once clean; places like {{name}} stay. Without `pictures`
    nobody else's server hears who opens the letter."""
    return (_CLEANER if pictures else _WITHOUT_PICTURES).clean(html.replace("\x00", ""))
