"""Photos from a chat come to where they belong: with a change of one's file, and from a colleague on her round."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image

from backend.attachments import queries
from backend.attachments.models import FiledAttachment
from backend.core import media
from backend.core.clock import Hands
from backend.fields.address import Home
from backend.fields.words import Media, Said
from backend.residents.actions import approve
from tests.databases import TestDatabase
from tests.requests.neighbourhood import Neighbourhood, _hire, _resident, booked, settle, talker
from tests.web.browser import Browser, employ


@pytest.fixture
def hood(
    app: Flask, sqlite_database: TestDatabase, configure: Callable[..., None], tmp_path: Path, clock: Hands
) -> Neighbourhood:
    configure(VAR_DIR=str(tmp_path / "var"))
    found = settle()
    _hire("hong", "红姐", "grid_worker", found.happy, "13800012219")
    return found


def photo() -> Said:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, "JPEG")
    return Said(media=Media(media.save(out.getvalue(), "image/jpeg", "identity:1"), "image/jpeg"))


def on(subject: str) -> list[str]:
    return [f"{file.kind} {file.by_name}" for file in queries.on(subject)]


def test_a_photo_that_comes_with_a_change_of_her_file_lies_on_her_page(hood: Neighbourhood) -> None:
    approve(hood.actor(hood.admin), hood.chen)
    chen = talker("telegram", "tg-+8613800132210")
    chen.say("我要改邮箱")
    assert "照片" in chen.say(said=photo())
    chen.say("xiuying@example.com")
    chen.tap("跳过")
    chen.tap("提交修改")
    assert on(f"resident:{hood.chen}") == ["photo 陈秀英"]
    assert queries.on(f"resident:{hood.chen}")[0].thumb_key is not None


def test_a_grid_worker_says_whose_photo_it_is_and_is_asked_when_that_is_not_clear(
    hood: Neighbourhood,
) -> None:
    home = _resident(
        "陈秀英", "110105196003070233", "+8613900139001", Home("7", "2", "501"), hood.happy, "zh_CN"
    )
    hong = talker("telegram", "tg-hong")
    assert "照片发给我" in hong.say("给3号楼2单元501拍的")
    assert "3号楼2单元501" in hong.say(said=photo())
    (of_home,) = FiledAttachment.select()
    assert of_home.subject.startswith("household:") and of_home.by_name == "红姐"
    # A photo first, words later; two neighbours have that name.
    assert "谁" in hong.say(said=photo())
    assert "7号楼" in hong.say("陈秀英") + str(hong.options)
    hong.tap("陈秀英（7号楼2单元501）")
    assert on(f"resident:{home}") == ["photo 红姐"] and on(f"resident:{hood.chen}") == []
    # Both at once, and a number that is nobody's.
    said = photo()
    assert "没有找到" in hong.say(said=Said(text="给R-9999拍的照片", media=said.media))
    number = booked(hood).request.number
    assert f"R-{number}" in hong.say(f"R-{number}")
    assert on(f"request:{number}") == ["photo 红姐"]


def test_who_may_not_keep_photos_of_a_resident_is_told_so(hood: Neighbourhood) -> None:
    for name, org in (("desk", hood.happy), ("far", hood.other)):
        if name == "far":
            _hire("far", "远方", "grid_worker", org, "13800012220")
        other = talker("telegram", f"tg-{name}")
        other.say("给周敏拍的照片")
        other.say(said=photo())
        other.say("周敏")
    assert FiledAttachment.select().count() == 0


def test_photos_of_a_repairs_conversation_stand_among_its_files(app: Flask, hood: Neighbourhood) -> None:
    key = photo().media
    assert key is not None
    number = booked(hood, photos=(key.key,)).request.number
    employ("liu", "刘主任", ("community_admin", hood.happy))
    liu = Browser(app.test_client(), "10.3.7.1")
    liu.sign_in("liu")
    page = liu.get(f"/admin/requests/{number}").text
    files = page.split("<h2>文件</h2>")[1]
    assert f"/admin/requests/{number}/photos/" in files and page.count("photos/1") == 2
