"""The composition root: everything that answers HTTP, put together."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from ipaddress import ip_address
from typing import Any

import peewee
from flask import Flask, Response, abort, jsonify, request
from flask_bootstrap import Bootstrap5
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from backend import cli, domains
from backend.core import db, health, log, metrics
from backend.messaging import deliveries
from backend.settings import settings
from backend.web import limits, nav, rim, session, text
from backend.web.door import Door, Take
from backend.web.proxies import behind

BLUEPRINTS: tuple[str, ...] = (
    # Each module has a `blueprint`; with `CSRF_EXEMPT = True` its POSTs are proven by other means than a token in the form.
    "backend.web.pages",
    "backend.web.audit_pages",
    "backend.web.retention_pages",
    "backend.web.live_pages",
    "backend.staff.signin_web",
    "backend.staff.web",
    "backend.attachments.web",
    "backend.printing.web",
    "backend.printing.batch_web",
    "backend.records.web",
    "backend.reports.kept_web",
    "backend.reports.usage_web",
    "backend.sheets.web",
    "backend.residents.web",
    "backend.residents.links_web",
    "backend.residents.consents_web",
    "backend.family.web",
    "backend.alarms.web",
    "backend.alarms.storm_web",
    "backend.alarms.review_web",
    "backend.care.web",
    "backend.care.visits_web",
    "backend.care.visit_phone_web",
    "backend.care.file_web",
    "backend.care.health.web",
    "backend.care.services.web",
    "backend.requests.web",
    "backend.requests.taking_web",
    "backend.surveys.web",
    "backend.events.web",
    "backend.events.questions_web",
    "backend.events.check_in_web",
    "iot.registry.web",
    "iot.registry.adding_web",
    "iot.registry.replacing_web",
    "iot.commands.web",
    "iot.maintenance.web",
    "iot.registry.abilities_web",
    "iot.quarantine.web",
    "iot.hooks.web",
    "iot.seeing.board_web",
    "iot.seeing.charts_web",
    "iot.seeing.meters_web",
    "iot.seeing.map_web",
    "iot.seeing.where_web",
    "iot.vendor.web",
    "iot.routes.web",
    "iot.rules.web",
    "iot.profiles.models_web",
    "iot.profiles.web",
    "backend.inbox.web",
    "backend.inbox.words_web",
    "bots.inbox_typing",
    "backend.feedback.web",
    "bots.webchat_web",
    "bots.portal",
    "bots.survey_link",
    "bots.event_pages",
    "bots.photo_link",
    "bots.privacy_page",
    "bots.unsubscribe",
    "bots.notices_page",
    "bots.message_pages",
    "broadcasts.campaigns.web",
    "broadcasts.quiet.web",
    "broadcasts.lists.web",
    "broadcasts.occasions.web",
    "broadcasts.api.web",
    "broadcasts.api.keys_web",
    "broadcasts.notices.web",
    "bots.preview",
    "bots.preview_form",
)
HOOKS: tuple[str, ...] = (
    "bots.sms",
    "bots.voice",
    "bots.telegram_hook",
    "bots.bounces",
    "iot.hooks.incoming",
)
"""What providers call, below HOOKS_PATH, each proven by its signature or its secret: each module has `TAKES`, by address."""
HOOKS_PATH = "/hooks/"
metrics.gauge_at_scrape(
    "linli_outbox_depth",
    "Deliveries by queue and status",
    ("queue", "status"),
    lambda: deliveries.depth().items(),
)
Wsgi = Callable[[dict[str, Any], Any], Any]
MAX_UPLOAD = 12 * 1024 * 1024


def create_app() -> Flask:
    """The whole Flask application, connected to its database."""
    log.configure("web")
    known = settings()
    if db.db.obj is None:
        db.connect(known.database_url)
    app = Flask("backend", static_folder=None, static_url_path="/static")
    https = known.public_url.startswith("https://")
    app.config.update(
        SECRET_KEY=known.secret_key.get_secret_value(),
        MAX_CONTENT_LENGTH=MAX_UPLOAD,
        MAX_FORM_MEMORY_SIZE=1024 * 1024,
        SESSION_COOKIE_NAME="__Host-linli" if https else "linli",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        # Only what changes the cookie sends it: a picture that arrives late would bring back the cookie of before, and a word to the person is lost.
        SESSION_REFRESH_EACH_REQUEST=False,
        # Scripts and styles are asked after each time (304): the old ones do not fit the pages of a new version.
        SEND_FILE_MAX_AGE_DEFAULT=None,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
        BOOTSTRAP_SERVE_LOCAL=True,
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    pages: Wsgi = app.wsgi_app
    if hops := known.trusted_proxies:
        pages = behind(ProxyFix(pages, x_for=0, x_proto=hops), hops)
    app.wsgi_app = _by_path(pages, _hooks())  # type: ignore[method-assign,assignment]
    csrf = CSRFProtect(app)
    Bootstrap5(app)
    rim.init_app(app)
    text.init_app(app)
    limits.init_app(app)
    cli.init_app(app)
    app.context_processor(_page_words)
    app.before_request(_connected)
    app.add_url_rule("/healthz", "healthz", _healthz)
    app.add_url_rule("/metrics", "metrics", _metrics)
    domains.load()
    for name in BLUEPRINTS:
        module = import_module(name)
        app.register_blueprint(module.blueprint)
        if getattr(module, "CSRF_EXEMPT", False):
            csrf.exempt(module.blueprint)
    return app


def _hooks() -> Door:
    takes: dict[str, Take] = {}
    for name in HOOKS:
        takes |= import_module(name).TAKES
    return Door(takes)


def _by_path(pages: Wsgi, hooks: Wsgi) -> Wsgi:
    def chosen(environ: dict[str, Any], start_response: Any) -> Any:
        called = hooks if environ.get("PATH_INFO", "").startswith(HOOKS_PATH) else pages
        return called(environ, start_response)

    return chosen


def _connected() -> None:
    if request.endpoint and request.endpoint.endswith("static"):
        return
    try:
        db.reconnect_if_lost()
    except peewee.OperationalError:
        # These two tell of it themselves.
        if request.endpoint not in ("healthz", "metrics"):
            raise


def _page_words() -> dict[str, Any]:
    signed_in = session.current() if request.path.startswith("/admin") else None
    return {
        "community": settings().community_name,
        "signed_in": signed_in if signed_in and not signed_in.must else None,
        "nav_menu": nav.menu,
    }


def _healthz() -> Any:
    report = health.report()
    parts = {
        part.name: {
            "ok": part.ok,
            "detail": text.say(part.detail),
            **({} if part.age is None else {"age_seconds": part.age}),
        }
        for part in report.parts
    }
    return jsonify(status=report.status, parts=parts), 503 if report.status == "down" else 200


def _metrics() -> Any:
    # Figures without persons, yet nobody else's business: for scrapers in our own network, which come through no proxy.
    try:
        ours = ip_address(request.remote_addr or "127.0.0.1").is_private
    except ValueError:  # whoever it is
        ours = False
    if not ours or "X-Forwarded-For" in request.headers:
        abort(403)
    page, content_type = metrics.exposition()
    return Response(page, content_type=content_type)
