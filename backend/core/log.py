"""Structured logs: one JSON object a line (key=value on a terminal), tied together by `correlation`, without personal data.

Personal data is kept out by two nets: values under keys that hold it (`phone`, `text`, …) are dropped, and whatever looks
like a number of a person, an address, a secret or Chinese text is masked wherever it stands, in tracebacks too.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any, TextIO

import orjson
import structlog

from backend.core import ids

_PERSONAL_KEYS = frozenset(
    {
        *("text", "body", "payload", "message", "answer", "answers", "url"),
        *("name", "real_name", "username", "birthday", "id_number", "number"),
        *("address", "phone", "mobile", "email", "contact", "location", "latitude", "longitude"),
        *("caller", "sender", "recipient", "to", "from_"),
        *("token", "password", "secret", "code"),
    }
)
_OPEN_KEYS = frozenset({"correlation", "level", "timestamp", "process", "pid"})
_LONGEST = 4000
_PLAIN = re.compile(r"[a-z_.]{1,40}").fullmatch
"""What no net could catch: most values of most lines."""
_NETS = [
    (re.compile(r"(://)[^/\s@]+@"), r"\1***@"),
    (re.compile(r"bot\d+:[\w-]+|\b\d{6,}:[\w-]{20,}"), "bot***"),
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "***@***"),
    (re.compile(r"(?i)\b(token|code|key|secret|password|signature|sig)=[^\s&\"']+"), r"\1=***"),
    (re.compile(r"(?=[\w-]*\d)(?=[\w-]*[A-Z])(?=[\w-]*[a-z])(?<![\w-])[\w-]{24,}", re.ASCII), "***"),
    (re.compile(r"\+?\d(?:[ \-()]{0,2}\d){6,}[Xx]?"), "***"),
    (re.compile(r"[\u3400-\u9fff]+"), "…"),
]


def mask(value: str) -> str:
    """`value` without anything that identifies a person or opens a door."""
    if _PLAIN(value):
        return value
    for pattern, instead in _NETS:
        value = pattern.sub(instead, value)
    return value if len(value) <= _LONGEST else value[:_LONGEST] + "…"


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return value if abs(value) < 10_000_000 else "***"  # chat ids and phone numbers are integers too
    if isinstance(value, float):
        return value
    if isinstance(value, dict):
        return {mask(str(k)): _kept(str(k), v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(v) for v in value]
    return mask(str(value))


def _kept(key: str, value: Any) -> Any:
    if key in _OPEN_KEYS:
        return value
    return "***" if key.lower() in _PERSONAL_KEYS else _clean(value)


def without_personal_data(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """The structlog processor that is the last before rendering."""
    for key, value in event.items():
        if key not in _OPEN_KEYS and not key.startswith("_"):
            event[key] = "***" if key.lower() in _PERSONAL_KEYS else _clean(value)
    return event


def _json(event: Any, **_options: Any) -> str:
    try:
        return orjson.dumps(event).decode()
    except TypeError:  # half a surrogate pair, or a number beyond 64 bits
        return json.dumps(event)


class _Out:
    """Where the lines go. Loggers are made once and keep it; what it writes to may change."""

    stream: TextIO = sys.stdout

    def msg(self, line: str) -> None:
        self.stream.write(line + "\n")
        self.stream.flush()

    debug = info = warning = error = critical = fatal = msg
    log = exception = warn = failure = err = msg


_out = _Out()


def configure(process: str, *, stream: TextIO | None = None, level: int = logging.INFO) -> None:
    """Send structlog and the standard library's logging to `stream` (default: stdout). Call once per process."""
    out = _out.stream = stream or sys.stdout
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _process_name(process),
        without_personal_data,
    ]
    render: Any = (
        structlog.dev.ConsoleRenderer(colors=False)
        if out.isatty()
        else structlog.processors.JSONRenderer(_json)
    )
    structlog.configure(
        processors=[*shared, render],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_args: _out,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *shared, render],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for chatty in ("httpx", "httpcore", "apscheduler", "rq.worker", "werkzeug", "amqtt", "peewee"):
        logging.getLogger(chatty).setLevel(max(level, logging.WARNING))


def _process_name(process: str) -> Any:
    def add(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["process"] = process
        return event

    return add


@contextmanager
def correlated(correlation: str | None = None) -> Iterator[str]:
    """Everything logged and audited inside carries this correlation id (a new one when None)."""
    chosen = correlation or ids.correlation()
    with structlog.contextvars.bound_contextvars(correlation=chosen):
        yield chosen
