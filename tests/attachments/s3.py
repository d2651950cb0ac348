"""A small S3-compatible server of our own: it keeps objects in memory and checks every signature by the published algorithm."""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

KEY, SECRET, REGION, PAGE = "AKIATEST", "se/cret+of=ours", "cn-north-1", 2


class S3(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.objects: dict[str, tuple[bytes, datetime]] = {}
        self.refused = 0

    @property
    def url(self) -> str:
        return (
            f"s3://{KEY}:{quote(SECRET, safe='')}@127.0.0.1:{self.server_port}/files?region={REGION}&https=0"
        )


class _Handler(BaseHTTPRequestHandler):
    server: S3
    protocol_version = "HTTP/1.1"

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if not self._is_signed(body):
            self.server.refused += 1
            self._answer(403, b"<Error><Code>SignatureDoesNotMatch</Code></Error>")
            return
        parts = urlsplit(self.path)
        _empty, bucket, *rest = parts.path.split("/", 2)
        assert bucket == "files"
        key = rest[0] if rest else ""
        kept = self.server.objects
        if self.command == "PUT":
            kept[key] = (body, datetime.now(UTC))
            self._answer(200)
        elif self.command == "DELETE":
            kept.pop(key, None)
            self._answer(204)
        elif key:
            self._answer(200, kept[key][0]) if key in kept else self._answer(404)
        else:
            after = parse_qs(parts.query).get("continuation-token", [""])[0]
            keys = sorted(k for k in kept if k > after)
            inside = "".join(
                f"<Contents><Key>{k}</Key><LastModified>{kept[k][1]:%Y-%m-%dT%H:%M:%S}.000Z</LastModified></Contents>"
                for k in keys[:PAGE]
            )
            more = f"<NextContinuationToken>{keys[PAGE - 1]}</NextContinuationToken>" if keys[PAGE:] else ""
            xml = f'<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{inside}{more}</ListBucketResult>'
            self._answer(200, xml.encode())

    do_GET = do_PUT = do_DELETE = _serve

    def _is_signed(self, body: bytes) -> bool:
        scheme, _space, rest = self.headers["Authorization"].partition(" ")
        given = dict(part.strip().split("=", 1) for part in rest.split(","))
        who, *scope = given["Credential"].split("/")
        stamp = self.headers["x-amz-date"]
        digest = hashlib.sha256(body).hexdigest()
        if (scheme, who, scope[1], digest) != (
            "AWS4-HMAC-SHA256",
            KEY,
            REGION,
            self.headers["x-amz-content-sha256"],
        ):
            return False
        path, _mark, query = self.path.partition("?")
        names = given["SignedHeaders"].split(";")
        canonical = [self.command, path, "&".join(sorted(query.split("&")) if query else [])]
        canonical += [f"{n}:{self.headers[n].strip()}" for n in names]
        canonical += ["", given["SignedHeaders"], digest]
        said = [
            "AWS4-HMAC-SHA256",
            stamp,
            "/".join(scope),
            hashlib.sha256("\n".join(canonical).encode()).hexdigest(),
        ]
        key = b"AWS4" + SECRET.encode()
        for part in (stamp[:8], REGION, "s3", "aws4_request"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        expected = hmac.new(key, "\n".join(said).encode(), hashlib.sha256).hexdigest()
        return hmac.compare_digest(expected, given["Signature"])

    def _answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:
        """Quiet."""


@contextmanager
def running() -> Iterator[S3]:
    server = S3()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
