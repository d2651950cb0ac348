"""The providers' door: what it takes, and how it says no."""

from __future__ import annotations

import io
import json
from collections.abc import Callable

import peewee
import pytest
from werkzeug.test import Client

from backend.core import log
from backend.core.errors import Conflict
from backend.core.i18n import _
from backend.web.door import Door, Post, Reply, TurnedAway
from tests.databases import TestDatabase

PATH = "/hooks/test"


def door(take: Callable[[Post], Reply], path: str = PATH) -> Client:
    return Client(Door({path: take}))


def test_a_form_is_read_as_it_was_meant(sqlite_database: TestDatabase) -> None:
    heard: list[Post] = []

    def take(post: Post) -> Reply:
        heard.append(post)
        return Reply(post.form["Body"])

    body = "Body=%E6%B0%B4+a%2Bb&To=1&To=2&empty=&alone&=x"
    answer = door(take).post(
        PATH + "?d=1.2&d=3&e=%E6%B0%B4",
        data=body,
        content_type="application/x-www-form-urlencoded; charset=utf-8",
    )
    assert answer.text == "水 a+b"
    assert heard[0].pairs[1:] == [("To", "1"), ("To", "2"), ("empty", ""), ("alone", ""), ("", "x")]
    assert heard[0].form["To"] == "1" and heard[0].query == {"d": "1.2", "e": "水"}
    door(take).post(PATH, data="Body=x", content_type="text/plain").close()
    assert heard[1].pairs == [] and heard[1].body == b"Body=x"


def test_an_answer_says_what_it_is_and_how_long(sqlite_database: TestDatabase) -> None:
    answer = door(lambda _post: Reply("<a>水</a>", "text/xml")).post(PATH)
    assert (answer.status_code, answer.text) == (200, "<a>水</a>")
    assert dict(answer.headers) == {
        "Content-Type": "text/xml; charset=utf-8",
        "Content-Length": "10",
        "X-Content-Type-Options": "nosniff",
    }
    nothing = door(lambda _post: Reply(status=204)).post(PATH)
    assert nothing.status_code == 204 and "Content-Type" not in nothing.headers


def test_only_a_post_to_a_known_address_is_taken(sqlite_database: TestDatabase) -> None:
    below = door(lambda post: Reply(post.path), "/hooks/below/")
    assert below.post("/hooks/below/a/b").text == "/hooks/below/a/b"
    assert below.post("/hooks/belo").status_code == below.post("/hooks/below").status_code == 404
    for method in ("get", "head", "put", "options"):
        assert getattr(below, method)("/hooks/below/a").status_code == 405


def _raising(error: Exception) -> Client:
    def take(_post: Post) -> Reply:
        raise error

    return door(take)


@pytest.mark.parametrize(
    ("error", "status", "noted"),
    [
        (TurnedAway(401), 401, False),
        (Conflict(_("There is no such address.")), 409, False),
        (OverflowError("9" * 30), 400, True),
        (peewee.DataError("NUL"), 400, True),
        (peewee.OperationalError("gone"), 503, True),
        (KeyError("ours"), 500, True),
    ],
)
def test_a_no_is_said_in_the_callers_language_and_what_nobody_meant_is_found_in_the_log(
    sqlite_database: TestDatabase, error: Exception, status: int, noted: bool
) -> None:
    lines = io.StringIO()
    log.configure("test", stream=lines)
    try:
        chinese = _raising(error).post(PATH, headers={"Accept-Language": "zh-CN"})
        english = _raising(error).post(PATH, headers={"Accept-Language": "en"})
    finally:
        log.configure("test")
    assert chinese.status_code == english.status_code == status
    assert english.json and english.json["error"].isascii()
    assert chinese.json and not chinese.json["error"].isascii()
    logged = [json.loads(line)["correlation"] for line in lines.getvalue().splitlines()]
    assert logged == ([chinese.json["correlation"], english.json["correlation"]] if noted else [])


def test_too_much_and_half_of_it_are_refused(sqlite_database: TestDatabase) -> None:
    reading = door(lambda post: Reply(str(len(post.pairs))))
    form = "application/x-www-form-urlencoded"
    assert reading.post(PATH, data="&".join(["a=1"] * 1000), content_type=form).text == "1000"
    assert reading.post(PATH, data="&".join(["a=1"] * 1001), content_type=form).status_code == 400
    assert reading.post(PATH, data=b"x" * (1024 * 1024 + 1), content_type=form).status_code == 413
    half = reading.post(
        PATH, data=b"Body=half", content_type=form, environ_overrides={"CONTENT_LENGTH": "20"}
    )
    assert half.status_code == 400, "half a form may read like a whole one"
