"""What we say, as e-mail: a subject, a plain text and the same in HTML. Pure."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from backend.core.i18n import _, render, tag
from backend.messaging import emphasis
from backend.messaging.content import Content
from backend.messaging.topics import TOPICS
from bots import email_html
from bots.plain import plain, printable

_LINK = re.compile(r"https?://[!-~]+[A-Za-z0-9/_=&#-]")
LONGEST_SUBJECT = 60
_FONT = "font:16px/1.6 system-ui,'PingFang SC','Noto Sans CJK SC',sans-serif;color:#1c1e21;max-width:36em;margin:1.5em auto;padding:0 1em"
_SMALL = "color:#5f6368;font-size:14px;border-top:1px solid #dadce0;padding-top:.75em"


@dataclass(frozen=True, slots=True)
class Mail:
    subject: str
    text: str
    html: str


def shape(content: Content, community: str, hotline: str, chat_url: str, leave_url: str = "") -> Mail:
    """`content` as a letter from `community`; how to answer where it asks something, since mail is not read by us. `leave_url`:
    where she says that she wants no more of its topic."""
    locale = content.locale
    body = printable(content.text)
    options = [printable(o.label) for _n, o in content.answers]
    how = _("To answer, write to us at {url} or call {hotline}.", url=chat_url, hotline=hotline)
    below = [render(how, locale)] if options or content.accepts else []
    foot = _("{community} · office {hotline}", community=community, hotline=hotline)
    sign = [render(foot, locale)]
    if leave_url:
        title = (
            TOPICS[content.topic].title
            if content.topic
            else _("Letters from {community}", community=community)
        )
        sign.append(render(_("No more of this ({topic}): {url}", topic=title, url=leave_url), locale))
    linked = [
        render(_("{label}: {link}", label=plain(label), link=url), locale) for label, url in content.links
    ]
    listed = "\n".join([*linked, *(f"- {plain(o)}" for o in options)])
    text = "\n\n".join(filter(None, [plain(body), listed, *below, "\n".join(["-- ", *sign])]))
    inside = email_html.clean(content.html) if content.html else _paragraphs(body)
    return Mail(
        _subject(content, community),
        text + "\n",
        _page(inside + _pages(content.links) + _list(options) + "".join(f"<p>{_rich(p)}</p>" for p in below), sign, locale),
    )  # fmt: skip


def _subject(content: Content, community: str) -> str:
    first = plain(content.subject) or plain(content.text).partition("\n")[0]
    line = " ".join(first.split())
    short = line if len(line) <= LONGEST_SUBJECT else line[: LONGEST_SUBJECT - 1] + "…"
    return short or community


def _page(inside: str, sign: list[str], locale: str) -> str:
    foot = "<br>".join(_linked(line) for line in sign)
    return (
        f'<!doctype html><html lang="{tag(locale)}"><head><meta charset="utf-8"></head>'
        f'<body style="{_FONT}">{inside}<p style="{_SMALL}">{foot}</p></body></html>'
    )


def _paragraphs(body: str) -> str:
    return "".join(f"<p>{_rich(p)}</p>" for p in re.split(r"\n{2,}", body) if p.strip())


def _pages(links: list[tuple[str, str]]) -> str:
    return "".join(
        f'<p><a href="{html.escape(url, quote=True)}">{html.escape(plain(label))}</a></p>'
        for label, url in links
    )


def _list(options: list[str]) -> str:
    return f"<ul>{''.join(f'<li>{_rich(o)}</li>' for o in options)}</ul>" if options else ""


def _rich(text: str) -> str:
    """Bold and links as HTML, everything else escaped."""
    return "".join(
        f"<strong>{_linked(piece)}</strong>" if bold else _linked(piece)
        for piece, bold in emphasis.runs(text)
    ).replace("\n", "<br>")


def _linked(text: str) -> str:
    parts, end = [], 0
    for match in _LINK.finditer(text):
        url = html.escape(match[0], quote=True)
        parts += [html.escape(text[end : match.start()]), f'<a href="{url}">{url}</a>']
        end = match.end()
    return "".join([*parts, html.escape(text[end:])])
