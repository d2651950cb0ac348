"""Files in an S3-compatible store: signed as it asks, sealed so that it reads nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from backend.core import keeping, media
from backend.core.errors import NotFound
from backend.core.keeping import Bucket, StoreUnreachable
from tests.attachments.s3 import S3, running
from tests.core.test_media import picture
from tests.databases import TestDatabase


@pytest.fixture
def s3(configure: Callable[..., None]) -> Iterator[S3]:
    with running() as server:
        configure(MEDIA_URL=server.url)
        yield server


@pytest.mark.parametrize(
    ("query", "signature"),
    [
        ({"lifecycle": ""}, "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
        (
            {"max-keys": "2", "prefix": "J"},
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
        ),
    ],
)
def test_requests_are_signed_as_the_published_examples(query: dict[str, str], signature: str) -> None:
    bucket = Bucket(
        "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "s3.amazonaws.com", "examplebucket", by_host=True
    )  # fmt: skip
    host, path = bucket.place("")
    assert host == "examplebucket.s3.amazonaws.com"
    at = datetime(2013, 5, 24, tzinfo=UTC)
    signed = bucket.signed("GET", host, path, keeping.canonical_query(query), b"", at)
    assert signed["Authorization"].endswith(f"Signature={signature}")


def test_a_photo_goes_to_the_store_sealed_and_comes_back(sqlite_database: TestDatabase, s3: S3) -> None:
    key = media.save(picture(), "image/jpeg", "identity:7")
    ((name, (stored, _at)),) = s3.objects.items()
    assert name == f"{key[:2]}/{key}"
    data, kind = media.load(key)
    assert kind == "image/jpeg" and data.startswith(b"\xff\xd8") and b"JFIF" not in stored
    media.forget(key)
    assert not s3.objects and not s3.refused
    with pytest.raises(NotFound):
        media.load(key)


def test_the_store_tells_all_its_files_however_many_pages_they_take(s3: S3) -> None:
    keys = {f"{n:032x}" for n in range(5)}
    for key in keys:
        keeping.store().put(key, b"x")
    listed = list(keeping.store().listed())
    assert {k.key for k in listed} == keys and all(k.at.tzinfo for k in listed)


def test_a_wrong_secret_is_refused_and_said_so(s3: S3, configure: Callable[..., None]) -> None:
    configure(MEDIA_URL=s3.url.replace("cret", "cert"))
    with pytest.raises(StoreUnreachable, match="403"):
        keeping.store().put("a" * 32, b"x")
    with pytest.raises(StoreUnreachable, match="403"):
        list(keeping.store().listed())
    assert not s3.objects


def test_a_file_that_could_not_be_removed_is_left_to_the_sweep(
    sqlite_database: TestDatabase, s3: S3, configure: Callable[..., None]
) -> None:
    key = media.save(picture(), "image/jpeg", "identity:7")
    configure(MEDIA_URL=s3.url.replace("cret", "cert"))
    media.forget(key)
    assert s3.objects


@pytest.mark.parametrize(
    "url", ["s3://host/bucket", "s3://a:b@host", "https://a:b@host/bucket", "s3://a:b@host/x/y"]
)
def test_an_address_that_names_no_store_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="s3://key:secret"):
        Bucket.of(url)
