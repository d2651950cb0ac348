"""How often one address may knock. Counted in Redis; while Redis is away, each process counts for itself."""

from __future__ import annotations

from flask import Flask, request
from flask_limiter import Limiter

from backend.settings import settings


def _knocker() -> str:
    return request.remote_addr or "unknown"


limiter = Limiter(
    key_func=_knocker, default_limits=[], in_memory_fallback_enabled=True, headers_enabled=False
)


def init_app(app: Flask) -> None:
    app.config["RATELIMIT_STORAGE_URI"] = settings().redis_url
    app.config["RATELIMIT_STORAGE_OPTIONS"] = {"socket_connect_timeout": 1, "socket_timeout": 1}
    limiter.init_app(app)
