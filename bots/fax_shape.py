"""What we say, as a page for a fax machine: black on white, large, nothing that only a screen can do. Pure."""

from __future__ import annotations

import html

from backend.core.i18n import _, render, tag
from backend.messaging import emphasis
from backend.messaging.content import Content
from backend.printing.document import BASE_CSS, Document
from bots.plain import plain, printable

_CSS = """
@page { size: A4; margin: 20mm 18mm; @bottom-right { content: counter(page) " / " counter(pages); font-size: 10pt; } }
body { font-size: 14pt; line-height: 1.6; color: #000; }
h1 { font-size: 20pt; margin-bottom: 8mm; border-bottom: 1pt solid #000; padding-bottom: 3mm; }
p { margin-bottom: 4mm; white-space: pre-wrap; overflow-wrap: anywhere; }
.foot { margin-top: 10mm; border-top: 1pt solid #000; padding-top: 3mm; font-size: 11pt; }
"""


def shape(content: Content, community: str, hotline: str, day: str) -> Document:
    """`content` as a page from `community`; `day` is that of sending, as it is read."""
    locale = content.locale
    title = plain(content.subject) or community
    links = (
        render(_("{label}: {link}", label=plain(label), link=url), locale) for label, url in content.links
    )
    answers = [plain(option.label) for _n, option in content.answers]
    asks = [render(_("To answer, call {hotline}.", hotline=hotline), locale)] if answers else []
    foot = render(_("{community} · office {hotline}", community=community, hotline=hotline), locale)
    paragraphs = [
        *printable(content.text).split("\n\n"),
        *links,
        *(f"- {answer}" for answer in answers),
        *asks,
    ]
    body = "".join(f"<p>{_rich(p)}</p>" for p in paragraphs if p.strip())
    page = (
        f'<!doctype html><html lang="{tag(locale)}"><head><meta charset="utf-8"></head><body>'
        f'<h1>{html.escape(title)}</h1>{body}<p class="foot">{html.escape(f"{foot} · {day}")}</p></body></html>'
    )
    return Document(page, BASE_CSS + _CSS, {})


def _rich(text: str) -> str:
    return "".join(
        f"<strong>{html.escape(piece)}</strong>" if bold else html.escape(piece)
        for piece, bold in emphasis.runs(text)
    )
