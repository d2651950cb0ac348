"""How pages say things: the reader's language, dates as people say them, masked values."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, g, request, url_for

from backend.core import clock, i18n
from backend.core.i18n import DEFAULT_LOCALE, LANGUAGES, LOCALES, Msg, Text, _, ngettext, render
from backend.web import session

COOKIE = "locale"


def locale() -> str:
    """The reader's choice (cookie), else the staff member's language, else the browser's."""
    if "locale" not in g:
        chosen = request.cookies.get(COOKIE)
        if chosen not in LOCALES:
            signed_in = session.current() if request.path.startswith("/admin") else None
            chosen = (
                signed_in.locale if signed_in else i18n.best_locale(request.headers.get("Accept-Language"))
            )
        g.locale = chosen
    found: str = g.locale
    return found


def say(text: Text | None) -> str:
    """Any Text in the reader's language."""
    return render(text, locale())


def _gettext(message: str, **params: Any) -> str:
    return render(Msg(message, params or None), locale())


def _ngettext(singular: str, plural: str, n: int, **params: Any) -> str:
    return render(ngettext(singular, plural, n, **params), locale())


def when(at: datetime | date | None, reader: str | None = None) -> str:
    """今天 14:05, 昨天 14:05, 3月5日 14:05, 2025年3月5日; the same in English."""
    if at is None:
        return "–"
    return render(_when(at), reader or locale())


def _when(at: datetime | date) -> Text:
    today = clock.local(clock.now()).date()
    if not isinstance(at, datetime):
        return _day(at, today)
    there = clock.local(at)
    time = f"{there:%H:%M}"
    if there.date() == today:
        return _("Today {time}", time=time)
    if there.date() == today - timedelta(days=1):
        return _("Yesterday {time}", time=time)
    if there.date() == today + timedelta(days=1):
        return _("Tomorrow {time}", time=time)
    return _("{day}, {time}", day=_day(there.date(), today), time=time)


def _day(day: date, today: date) -> Text:
    short = {"zh_CN": f"{day.month}月{day.day}日", "en": f"{day.day} {day:%b}"}
    if day.year == today.year:
        return short
    return {"zh_CN": f"{day.year}年{short['zh_CN']}", "en": f"{short['en']} {day.year}"}


def mask(value: str | None) -> str:
    """13800132210 → 138****2210; 王秀英 → 王**; an e-mail keeps its first letter and its domain."""
    if not value:
        return ""
    name, at, domain = value.partition("@")
    if at:
        return f"{name[:1]}***@{domain}"
    if len(value) < 7:
        return value[:1] + "*" * (len(value) - 1)
    return value[:3] + "*" * (len(value) - 7) + value[-4:]


def url_with(**changes: Any) -> str:
    """The address of this page with some of its query changed; a value of None or "" takes that part away. Whatever else is
    looked at begins anew: the page (`page`) and where lists go on (`after_…`) are kept only by links that leaf."""
    kept_marks = all(map(_leafs, changes))
    args: dict[str, Any] = {
        k: v
        for k, v in request.args.to_dict(flat=False).items()
        if k != "page" and (kept_marks or not _leafs(k))
    }
    args |= changes
    kept = {k: v for k, v in args.items() if v not in (None, "", [])}
    return url_for(str(request.endpoint), **{**(request.view_args or {}), **kept})


def _leafs(name: str) -> bool:
    return name == "page" or name.startswith("after_")


def safe_next(target: str | None, otherwise: str) -> str:
    """`target` when it is a path of our own: never a way out to another site."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return otherwise
    try:
        parts = urlsplit(target)  # which drops what browsers drop: a tab between two slashes
    except ValueError:
        return otherwise
    return otherwise if parts.scheme or parts.netloc or "\\" in target or "\n" in target else target


def init_app(app: Flask) -> None:
    """Teach Jinja our words."""
    env = app.jinja_env
    env.globals.update(_=_gettext, ngettext=_ngettext, url_with=url_with, languages=LANGUAGES)
    env.globals["locale"] = locale
    env.globals["default_locale"] = DEFAULT_LOCALE
    env.filters.update(t=say, when=when, mask=mask)

    @app.before_request
    def choose_locale() -> None:
        if request.endpoint and not request.endpoint.endswith("static"):
            locale()
