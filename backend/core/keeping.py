"""Where sealed files lie: a folder of ours, or an S3-compatible store (MEDIA_URL). Both see ciphertext only, so that whoever
runs the store reads nothing.

`s3://key:secret@host[:port]/bucket?region=cn-north-1&https=1&style=path`. Requests are signed as AWS Signature Version 4 says;
`style=host` puts the bucket before the host's name, as some providers ask.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qsl, quote, unquote, urlsplit
from xml.etree import ElementTree

import urllib3

from backend.settings import settings

_EMPTY = hashlib.sha256(b"").hexdigest()
_S3 = "{http://s3.amazonaws.com/doc/2006-03-01/}"


class StoreUnreachable(OSError):
    """The store does not answer, or refuses us; what it said stands in the text."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One file of the store, and when it was written."""

    key: str
    at: datetime


class Store(Protocol):
    """Keeps bytes by key (32 hex digits, for drafts with an ending)."""

    def put(self, key: str, data: bytes) -> None: ...

    def get(self, key: str) -> bytes:
        """Raises FileNotFoundError."""
        ...

    def remove(self, key: str) -> None:
        """What is not there is removed already."""
        ...

    def listed(self) -> Iterator[Kept]: ...


@dataclass(frozen=True, slots=True)
class Folder:
    """`ab/abcdef…` under `top`."""

    top: Path

    def path(self, key: str) -> Path:
        return self.top / key[:2] / key

    def put(self, key: str, data: bytes) -> None:
        """Whole or not at all: a reader never meets half a file."""
        path = self.path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{key}.{secrets.token_hex(4)}")
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)

    def get(self, key: str) -> bytes:
        return self.path(key).read_bytes()

    def remove(self, key: str) -> None:
        self.path(key).unlink(missing_ok=True)

    def listed(self) -> Iterator[Kept]:
        for path in self.top.glob("??/*"):
            try:
                written = path.stat().st_mtime
            except FileNotFoundError:
                continue
            yield Kept(path.name, datetime.fromtimestamp(written, UTC))


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket of an S3-compatible store."""

    access_key: str
    secret: str
    host: str
    name: str
    region: str = "us-east-1"
    https: bool = True
    by_host: bool = False

    @classmethod
    def of(cls, url: str) -> Bucket:
        """Raises ValueError for an address without key, secret, host or bucket."""
        parts = urlsplit(url)
        given = dict(parse_qsl(parts.query))
        host = parts.netloc.rpartition("@")[2]
        name = parts.path.strip("/")
        if parts.scheme != "s3" or not (parts.username and parts.password and host and name) or "/" in name:
            raise ValueError("must be s3://key:secret@host/bucket?region=…&https=1")
        return cls(
            unquote(parts.username),
            unquote(parts.password),
            host,
            name,
            given.get("region", "us-east-1"),
            given.get("https", "1") != "0",
            given.get("style") == "host",
        )

    def put(self, key: str, data: bytes) -> None:
        self._ask("PUT", _path(key), {}, data)

    def get(self, key: str) -> bytes:
        return self._ask("GET", _path(key), {})

    def remove(self, key: str) -> None:
        self._ask("DELETE", _path(key), {})

    def listed(self) -> Iterator[Kept]:
        after = ""
        while True:
            query = {"list-type": "2", **({"continuation-token": after} if after else {})}
            # The operator's own store answers: what it says is trusted as our disk is.
            page = ElementTree.fromstring(self._ask("GET", "", query))  # noqa: S314
            for entry in page.iter(f"{_S3}Contents"):
                at = entry.findtext(f"{_S3}LastModified", "").replace("Z", "+00:00")
                yield Kept(entry.findtext(f"{_S3}Key", "").rpartition("/")[2], datetime.fromisoformat(at))
            after = page.findtext(f"{_S3}NextContinuationToken", "")
            if not after:
                return

    def place(self, path: str) -> tuple[str, str]:
        """(host, path) of an object, or of the bucket itself for ""."""
        return (
            (f"{self.name}.{self.host}", f"/{path}")
            if self.by_host
            else (self.host, f"/{self.name}/{path}".rstrip("/"))
        )

    def _ask(self, method: str, path: str, query: Mapping[str, str], data: bytes = b"") -> bytes:
        host, address = self.place(path)
        target = canonical_query(query)
        headers = self.signed(method, host, address, target, data, datetime.now(UTC))
        url = f"http{'s' if self.https else ''}://{host}{address}{'?' if target else ''}{target}"
        try:
            answer = _pool().request(method, url, body=data or None, headers=headers)
        except urllib3.exceptions.HTTPError as error:
            raise StoreUnreachable(f"{self.host}: {type(error).__name__}") from error
        if answer.status == 404 and path:
            if method == "DELETE":
                return b""
            raise FileNotFoundError(path)
        if answer.status >= 300:
            raise StoreUnreachable(f"{self.host}: {answer.status} {answer.data[:200]!r}")
        return answer.data

    def signed(
        self, method: str, host: str, path: str, query: str, data: bytes, at: datetime
    ) -> dict[str, str]:
        """The headers of a request signed as Signature Version 4 says. `query` is canonical already."""
        body = hashlib.sha256(data).hexdigest() if data else _EMPTY
        stamp = f"{at:%Y%m%dT%H%M%SZ}"
        scope = f"{at:%Y%m%d}/{self.region}/s3/aws4_request"
        names = "host;x-amz-content-sha256;x-amz-date"
        asked = "\n".join(
            [method, quote(path), query, f"host:{host}", f"x-amz-content-sha256:{body}", f"x-amz-date:{stamp}", "", names, body]
        )  # fmt: skip
        said = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(asked.encode()).hexdigest()])
        key = f"AWS4{self.secret}".encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        signature = hmac.digest(key, said.encode(), "sha256").hex()
        return {
            "Host": host,
            "x-amz-content-sha256": body,
            "x-amz-date": stamp,
            "Authorization": f"AWS4-HMAC-SHA256 Credential={self.access_key}/{scope}, SignedHeaders={names}, "
            f"Signature={signature}",
        }


def canonical_query(query: Mapping[str, str]) -> str:
    return "&".join(f"{quote(n, safe='')}={quote(v, safe='')}" for n, v in sorted(query.items()))


def _path(key: str) -> str:
    return f"{key[:2]}/{key}"


@lru_cache(maxsize=1)
def _pool() -> urllib3.PoolManager:
    # Each of these requests may be repeated: a key is written once, with one content.
    tries = urllib3.Retry(2, backoff_factor=0.2, allowed_methods=None, redirect=0)
    return urllib3.PoolManager(maxsize=8, timeout=urllib3.Timeout(connect=3, read=30), retries=tries)


@lru_cache(maxsize=4)
def _bucket(url: str) -> Bucket:
    return Bucket.of(url)


def store() -> Store:
    """Where this installation keeps its files."""
    url = settings().media_url.get_secret_value()
    return _bucket(url) if url else folder()


def folder() -> Folder:
    return Folder(settings().var_dir / "media")
