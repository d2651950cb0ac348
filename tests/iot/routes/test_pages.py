"""Staff lead readings onward, try it, and see what nobody took."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from iot.routes.models import Route, RoutedReading
from tests.iot.routes.world import Community, drained, listening
from tests.web.browser import Browser, employ


@pytest.fixture
def lin(app: Flask, community: Community) -> Browser:
    employ("lin", "林主任", ("community_admin", community.town.happy))
    browser = Browser(app.test_client())
    browser.sign_in("lin")
    return browser


def test_from_nothing_to_a_reading_that_went_onward(
    community: Community, lin: Browser, configure: Callable[..., None]
) -> None:
    with listening(204, 400) as (host, receiver):
        configure(WEBHOOK_HOSTS=host)
        assert "/admin/devices/routes/new" in lin.get("/admin/devices/routes").text
        assert "kind=webhook" in lin.get("/admin/devices/routes/new").text
        page = "/admin/devices/routes/new?kind=webhook"
        assert 'name="at_once"' in lin.get(page).text
        form = {
            "name": "物业",
            "url": "http://example.com/",
            "at_once": "1",
            "how": "points",
            "template": "x",
        }
        wrong = lin.post(page, form)
        assert wrong.status_code == 422 and "{point}" in wrong.text
        wrong = lin.post(page, form | {"template": "{point}"})
        assert wrong.status_code == 422 and "https://" in wrong.text
        form |= {"url": f"http://{host}/in", "points": ["temperature"], "template": "{name}.{point}"}
        made = lin.post(page, form)
        route = Route.get()
        assert made.status_code == 200 and route.state == "paused"
        where = f"/admin/devices/routes/{route.id}"
        community.device("kitchen")
        community.say("kitchen", 20)
        assert "HTTP 204" in lin.post(f"{where}/try").text
        assert receiver.got[0][1]["type"] == "device.test"
        assert receiver.got[0][1]["data"]["kitchen.temperature"] == 20
        lin.post(f"{where}/live")
        community.say("kitchen", 21, b=90)
        drained(route)
        RoutedReading.update(status="dead").execute()
        assert "HTTP 400" in lin.get(where).text
        lin.post(f"{where}/again")
        RoutedReading.update(next_at=None).execute()
        drained(route)
        assert receiver.got[1][1]["data"]["kitchen.temperature"] == 21
        edit = lin.get(f"{where}/change").text
        assert 'value="temperature" selected' in edit and f'value="http://{host}/in"' in edit
        lin.post(f"{where}/change", form | {"name": "气象", "rate": "5"})
        assert (Route.get().name, Route.get().rate) == ("气象", 5)
        assert "气象" in lin.get("/admin/devices/routes").text
        lin.post(f"{where}/remove")
        assert Route.select().count() == 0


def test_a_password_is_never_shown_again(
    community: Community, lin: Browser, configure: Callable[..., None]
) -> None:
    given = {
        "name": "流",
        "url": "rediss://u:geheim-77@redis.example.com",
        "stream": "air",
        "template": "{point}",
    }
    lin.post("/admin/devices/routes/new?kind=redis", given)
    route = Route.get()
    for page in ("", "/change"):
        assert "geheim-77" not in lin.get(f"/admin/devices/routes/{route.id}{page}").text


def test_who_may_not_lead_readings_away_sees_no_route(community: Community, app: Flask) -> None:
    route = community.route("sql", {"url": "sqlite:///x.db", "table": "x"})
    employ("sun2", "小孙", ("grid_worker", community.town.grid))
    employ("wang", "王主任", ("community_admin", community.town.grid))
    for name, status in (("sun2", 403), ("wang", 404)):
        browser = Browser(app.test_client())
        browser.sign_in(name)
        assert browser.get(f"/admin/devices/routes/{route.id}").status_code == status
        assert browser.post(f"/admin/devices/routes/{route.id}/paused").status_code == status
    assert Route.get().state == "live"
