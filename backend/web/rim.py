"""The rim of every HTTP request: its correlation id, its headers, its errors as kind pages."""

from __future__ import annotations

import time
from typing import Any

import peewee
import structlog
from flask import Flask, Response, flash, g, jsonify, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter

from backend.core import clock, db, ids, metrics
from backend.core.errors import LinliError
from backend.core.i18n import Msg, _
from backend.settings import settings
from backend.web.session import SignInNeeded, StepNeeded
from backend.web.text import safe_next, say

log = structlog.get_logger()

CSP = "; ".join(
    [
        "default-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "object-src 'none'",
    ]
)
ERRORS: dict[int, tuple[Msg, Msg]] = {
    400: (
        _("That did not go through"),
        _("The page may have been open for too long. Please go back, reload it and try once more."),
    ),
    403: (
        _("This is not open to you"),
        _("Your role does not allow this. Please ask your community admin."),
    ),
    404: (
        _("Nothing here"),
        _("We could not find this. It may have been removed, or the address is mistyped."),
    ),
    405: (_("That did not go through"), _("Please go back and use the buttons of the page.")),
    413: (_("This is too large"), _("Files up to 10 MB work. Could you send a smaller one?")),
    429: (
        _("A short pause, please"),
        _("There were many tries in a short time. Please try again in a minute."),
    ),
    500: (
        _("Something broke on our side"),
        _(
            "It is noted and will be looked at. Nothing you entered is lost in the conversation; please try again."
        ),
    ),
    503: (
        _("One moment, please"),
        _("The database is not reachable right now. Please try again in a minute."),
    ),
}


class _RowId(IntegerConverter):
    """An id in an address: what no table can hold is not there."""

    regex = "[0-9]{1,9}"


def init_app(app: Flask) -> None:
    app.url_map.converters["int"] = _RowId
    app.before_request(_begin)
    app.after_request(_counted)
    app.after_request(_for_browsers)
    app.register_error_handler(LinliError, _linli_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, lambda error: error_page(status_of(error, request.endpoint)))


def _begin() -> None:
    structlog.contextvars.clear_contextvars()
    g.correlation = ids.correlation()
    structlog.contextvars.bind_contextvars(correlation=g.correlation)
    g.began = time.perf_counter()
    g.asked_ms = clock.now_ms()


def _for_browsers(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", CSP)
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(self), microphone=()")
    if settings().public_url.startswith("https://"):
        response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if request.path.startswith("/admin"):
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _counted(response: Response) -> Response:
    response.headers["X-Content-Type-Options"] = "nosniff"
    endpoint = request.endpoint
    if endpoint and not endpoint.endswith("static") and (began := g.get("began")) is not None:
        metrics.http_request_seconds.observe(time.perf_counter() - began, endpoint, str(response.status_code))
    return response


def wants_json() -> bool:
    """Whether a program asks, not a person."""
    if request.path.startswith(("/api/", "/healthz")) or request.is_json:
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], default="text/html")
    return best == "application/json"


def error_page(status: int, text: str | None = None) -> Any:
    """The kind page, or JSON, for `status`; `text` is already in the reader's language."""
    title, usual = usual_words(status)
    words = text or say(usual)
    correlation = g.get("correlation", "")
    if wants_json():
        return jsonify(error=words, correlation=correlation), status
    page = render_template("web/error.html", title=say(title), text=words, status=status, mark=correlation)
    return page, status


def _linli_error(error: LinliError) -> Any:
    if isinstance(error, SignInNeeded) and not wants_json():
        here = request.full_path.rstrip("?") if request.method == "GET" else ""
        return redirect(url_for("signin.sign_in", next=here or None))
    if isinstance(error, StepNeeded) and not wants_json():
        return redirect(url_for(error.endpoint))
    if request.method == "POST" and error.status in (400, 409, 422) and not wants_json():
        flash(say(error.text), "warning")
        back = request.referrer or ""
        path = back.removeprefix(request.host_url.rstrip("/")) if back.startswith(request.host_url) else None
        return redirect(safe_next(path, url_for("web.dashboard")), code=303)
    return error_page(error.status, say(error.text))


def _csrf_error(error: CSRFError) -> Any:
    log.info("web.csrf_refused", endpoint=request.endpoint, reason=error.description)
    return error_page(400)


def _http_error(error: HTTPException) -> Any:
    if error.code is None or error.code < 400:
        return error
    return error_page(error.code)


def usual_words(status: int) -> tuple[Msg, Msg]:
    """(title, sentence) of an answer with this status."""
    return ERRORS.get(status, ERRORS[400 if status < 500 else 500])


def status_of(error: Exception, endpoint: str | None) -> int:
    """The status that an error which nobody meant comes to; it is logged."""
    kind = type(error).__name__
    if isinstance(error, peewee.OperationalError | peewee.InterfaceError):
        # The connection may be the broken part: the next request opens a new one.
        log.exception("web.database_unreachable", error=kind)
        db.db.close()
        return 503
    if isinstance(error, peewee.DataError | OverflowError):
        # A value that no row can hold or equal (NUL in a text, a number of thirty digits): people do not send those.
        log.info("web.value_refused", endpoint=endpoint, error=kind)
        return 400
    log.exception("web.unforeseen", endpoint=endpoint, error=kind)
    return 500
