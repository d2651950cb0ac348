"""Who called, where reverse proxies stand before us: each of them appends whom it heard to X-Forwarded-For."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

UNKNOWN = "unknown"
"""Whose address nobody can read: never the proxy's own, which is trusted."""

Wsgi = Callable[[dict[str, Any], Any], Any]


def caller(forwarded: str, hops: int) -> str:
    """The address that the outermost of our `hops` proxies saw. Split from the right, for only that end is ours: what a client wrote
    before it may be no list at all."""
    parts = forwarded.rsplit(",", hops)
    if len(parts) < hops:
        return UNKNOWN
    try:
        return str(ip_address(parts[-hops].strip()))
    except ValueError:
        return UNKNOWN


def behind(pages: Wsgi, hops: int) -> Wsgi:
    """`pages` with REMOTE_ADDR as `caller` says. Who comes without the header comes from our own network, as its address says."""

    def called(environ: dict[str, Any], start_response: Any) -> Any:
        forwarded = environ.get("HTTP_X_FORWARDED_FOR")
        if forwarded is not None:
            environ["REMOTE_ADDR"] = caller(forwarded, hops)
        return pages(environ, start_response)

    return called
