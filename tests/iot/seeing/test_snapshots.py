"""What a camera saw, in the chat of whoever was told."""

from __future__ import annotations

import base64
import io
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from flask import Flask
from PIL import Image

from backend import domains
from backend.alarms import actions as alarms
from backend.alarms import photos
from backend.alarms.models import Alarm
from backend.core import media
from backend.core.clock import Hands
from backend.core.media import Attachment
from backend.messaging.content import Content
from backend.messaging.models import Message
from iot.models import Device, Reading
from iot.seeing import snapshots
from iot.seeing.models import Snapshot
from tests.care.town import Town, daughter, elder, found
from tests.databases import TestDatabase
from tests.iot.seeing.house import bound, says
from tests.web.browser import Browser, employ


def picture(colour: str = "red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (320, 240), colour).save(
        out, "JPEG", exif=b"Exif\x00\x00II*\x00\x08\x00\x00\x00\x00\x00secret"
    )
    return out.getvalue()


def said(**who: int) -> list[Content]:
    query = Message.select().where(Message.purpose == "alarm").order_by(Message.id)
    for column, value in who.items():
        query = query.where(getattr(Message, column) == value)
    return [Content.unseal(m.content) for m in query]


class House:
    def __init__(self, town: Town) -> None:
        self.town = town
        self.chen = elder(town, "陈秀英", 501, "sms")
        self.daughter = daughter(self.chen)
        bound(town, "camera", "video_event=seen", "snapshot=picture", resident_id=self.chen)


@pytest.fixture
def house(sqlite_database: TestDatabase, clock: Hands) -> House:
    domains.load()
    return House(found())


def test_the_alarm_comes_at_once_and_its_picture_seconds_later_to_whoever_was_told(
    house: House, clock: Hands, app: Flask
) -> None:
    says("camera", seen=True, picture=base64.b64encode(picture()).decode())
    (first,) = said(identity_id=house.daughter)
    assert "摄像头" in first.text and not first.media
    assert snapshots.deliver() == 1 and snapshots.deliver() == 0
    second = said(identity_id=house.daughter)[-1]
    data, kind = media.load(second.media[0])
    assert kind == "image/jpeg" and b"secret" not in data
    assert Reading.select().order_by(Reading.id.desc()).first().values == {"video_event": True}
    assert "snapshot" not in Device.get(Device.name == "camera").points and not Snapshot.select().exists()
    employ("liu", "值班小刘", ("duty_desk", house.town.grid))
    liu = Browser(app.test_client())
    liu.sign_in("liu")
    alarm = Alarm.get()
    assert f"/admin/alarms/{alarm.id}/photo/0" in liu.get(f"/admin/alarms/{alarm.id}").text
    assert liu.get(f"/admin/alarms/{alarm.id}/photo/0").mimetype == "image/jpeg"
    assert liu.get(f"/admin/alarms/{alarm.id}/photo/1").status_code == 404
    alarms.clear(house.town.actor(house.town.admin), alarm.id, "没事")
    assert photos.clear_old() == 0
    clock.forward(days=31)
    assert photos.clear_old() == 1
    assert not Attachment.select().exists() and Alarm.get().media == ""


def test_what_is_no_picture_or_comes_too_often_or_belongs_to_no_alarm_goes_unseen(
    house: House, clock: Hands
) -> None:
    says("camera", picture=base64.b64encode(picture()).decode())
    assert snapshots.deliver() == 0 and Snapshot.select().count() == 1
    clock.forward(minutes=6)
    snapshots.deliver()
    assert not Snapshot.select().exists()
    says("camera", seen=True, picture="not a picture at all")
    clock.forward(seconds=1)
    says("camera", seen=True, picture=base64.b64encode(picture()).decode())
    assert Snapshot.select().count() == 1
    assert snapshots.deliver() == 0 and not Snapshot.select().exists() and Alarm.get().media == ""
    assert len(said(identity_id=house.daughter)) == 1


class Camera(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/elsewhere":
            self.send_response(302)
            self.send_header("Location", "/now.jpg")
            self.end_headers()
            return
        body = picture() if self.path == "/now.jpg" else b"x" * (snapshots.MOST_BYTES + 10)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        return


@pytest.fixture
def camera() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Camera)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_link_is_followed_only_to_a_camera_that_somebody_named(
    house: House, camera: str, configure: Callable[..., None]
) -> None:
    with pytest.raises(ValueError, match="hosts"):
        snapshots.fetched(f"http://{camera}/now.jpg")
    configure(CAMERA_HOSTS=f"nvr.local, {camera}")
    says("camera", seen=True, picture=f"http://{camera}/now.jpg")
    assert snapshots.deliver() == 1 and Alarm.get().media
    for url in (
        f"http://{camera}/elsewhere",
        f"http://{camera}/large",
        f"http://u:p@{camera}/now.jpg",
        "file:///etc/passwd",
    ):
        with pytest.raises(ValueError):
            snapshots.fetched(url)
