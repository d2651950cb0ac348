"""Readings reach a real broker, a real Valkey and real databases, each under a name by which repeats can be told."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import psycopg
import pytest

from backend import embedded
from backend.core import clock as clocks
from backend.core.errors import Invalid
from backend.settings import settings
from iot.routes import entries, kinds, routes
from iot.routes import mqtt as mqtt_route
from iot.routes.filters import Filter
from iot.routes.routes import Wish
from iot.routes.shape import Shape
from iot.routes.sql_table import Writer, opened
from tests.databases import Postgres
from tests.iot.routes.world import Community, drained, waiting
from tests.servers import Valkey, free_port, until
from tests.sheets.maria import Maria

Configure = Callable[..., None]
TABLE = {"url": "sqlite:///f.db", "table": "f"}


# --- Redis ------------------------------------------------------------------------------------------------------


def test_a_redis_stream_has_every_reading_and_no_more_than_it_may_keep(
    community: Community, configure: Configure, valkey: Valkey, clock: clocks.Hands
) -> None:
    configure(WEBHOOK_HOSTS=f"127.0.0.1:{valkey.port}")
    route = community.route("redis", {"url": valkey.url, "stream": "air", "maxlen": "100"})
    community.device("a")
    community.say("a", *range(250))
    valkey.client.set("air", "something else")
    assert "WRONGTYPE" in str(drained(route).error) and len(waiting(route)) == 250
    valkey.client.delete("air")
    clock.forward(seconds=2)
    assert drained(route).sent == 250
    found: Any = valkey.client.xrange("air")
    assert 100 <= len(found) < 250
    last = found[-1][1]
    reading = json.loads(last[b"reading"])
    assert (reading["values"], last[b"id"].decode()) == ({"temperature": 249.0}, reading["id"])


def test_while_redis_is_away_readings_wait(
    community: Community, configure: Configure, valkey: Valkey, clock: clocks.Hands
) -> None:
    configure(WEBHOOK_HOSTS=f"127.0.0.1:{valkey.port}")
    shape = Shape("points", frozenset({"temperature"}), "{address}.{point}")
    route = community.route("redis", {"url": valkey.url, "stream": "air"}, shape=shape)
    community.device("a")
    community.say("a", 1)
    valkey.stop()
    assert drained(route).failing_since and waiting(route) == [1]
    valkey.start()
    clock.forward(seconds=2)
    community.say("a", 2, b=90)
    assert drained(route).sent == 2
    found: Any = valkey.client.xrange("air")
    assert [e[b"plain:a.temperature"] for _id, e in found] == [b"1.0", b"2.0"]
    assert b"plain:a.battery" not in found[1][1]


# --- MQTT -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[embedded.Server]:
    server = embedded.mqtt_broker(tmp_path_factory.mktemp("broker"), free_port())
    server.start()
    yield server
    server.stop()


class Ears:
    """Hears all that is published below readings/."""

    def __init__(self, port: int) -> None:
        self.got: list[Any] = []
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        heard: list[int] = []
        self._client.on_message = lambda _c, _d, message: self.got.append(message)
        self._client.on_subscribe = lambda *_: heard.append(1)
        self._client.connect(embedded.HOST, port)
        self._client.subscribe("readings/#", 1)
        self._client.loop_start()
        until(lambda: heard, what="the subscription")

    def stop(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@pytest.mark.parametrize("version", ["5", "3.1.1"])
def test_a_broker_gets_every_reading_under_its_topic(
    community: Community, configure: Configure, broker: embedded.Server, version: str
) -> None:
    where = f"127.0.0.1:{broker.port}"
    configure(WEBHOOK_HOSTS=where)
    route = community.route(
        "mqtt", {"url": f"mqtt://{where}", "topic": "readings/{org}/{name}/{kind}", "version": version}
    )
    device = community.device("d")
    device.name = "厨房/1+2#"
    device.save()
    ears = Ears(broker.port)
    try:
        community.say("d", *range(100))
        assert drained(route).sent == 100 and not waiting(route)
        until(lambda: len(ears.got) == 100, what="all messages")
        assert [json.loads(m.payload)["values"]["temperature"] for m in ears.got] == list(range(100))
        first = ears.got[0]
        assert first.topic == "readings/第一网格/厨房_1_2_/data"
        if version == "5":
            assert first.properties.UserProperty == [("message-id", json.loads(first.payload)["id"])]
        assert routes.try_out(community.admin, route.id) == (True, "PUBACK readings/第一网格/厨房_1_2_/data")
    finally:
        ears.stop()


def test_a_broker_that_is_away_or_hangs_up_loses_nothing(
    community: Community, configure: Configure, clock: clocks.Hands, tmp_path: Path
) -> None:
    server = embedded.mqtt_broker(tmp_path, free_port())
    configure(WEBHOOK_HOSTS=f"127.0.0.1:{server.port}")
    route = community.route("mqtt", {"url": f"mqtt://127.0.0.1:{server.port}", "topic": "readings/{device}"})
    community.device("a")
    community.say("a", 1, 2)
    assert "Refused" in str(drained(route).error)
    server.start()
    try:
        clock.forward(seconds=2)
        assert drained(route).sent == 2
    finally:
        server.stop()


def test_what_would_come_back_to_us_as_another_device_is_not_published(
    community: Community, configure: Configure
) -> None:
    configure(MQTT_URL="mqtt://127.0.0.1:1899", WEBHOOK_HOSTS="127.0.0.1:1899")
    own = {"url": "mqtt://127.0.0.1:1899"}
    with pytest.raises(Invalid):
        mqtt_route.checked(own | {"topic": "linli/{address}/up"}, {})
    assert mqtt_route.checked(own | {"topic": "onward/{address}"}, {})["version"] == "5"


# --- tables -----------------------------------------------------------------------------------------------------


def test_a_table_is_made_and_what_is_sent_twice_is_there_once(community: Community) -> None:
    route = community.route("sql", {"url": "sqlite:///air.db", "table": "air"})
    community.device("a")
    community.say("a", 1, 2, b=80)
    items = entries.waiting(route, 10)
    writer = Writer(kinds.target_of(route), Shape())
    assert writer.send(items[:1], 0) == [None]
    writer.close()
    assert drained(route).sent == 2
    assert routes.try_out(community.admin, route.id)[0]
    with closing(
        sqlite3.connect(settings().var_dir / "routes" / str(community.town.happy.id) / "air.db")
    ) as database:
        rows = database.execute("SELECT id, address, readings FROM air ORDER BY id").fetchall()
    assert [json.loads(row[2])["temperature"] for row in rows] == [1, 2]
    assert rows[0][0] == items[0].key and rows[0][1] == "plain:a"


def test_chosen_points_are_rows_of_their_own_in_postgresql(
    community: Community, configure: Configure, postgres: Postgres, clock: clocks.Hands
) -> None:
    with postgres.empty() as url:
        where = f"127.0.0.1:{postgres.port}"
        configure(WEBHOOK_HOSTS=where)
        name = url.rpartition("/")[2]
        route = community.route(
            "sql",
            {"url": f"postgresql://{where}/{name}?tls=off", "user": "linli", "table": "public.air"},
            shape=Shape("points", frozenset(), "{name}.{point}"),
        )
        community.device("a")
        community.say("a", 21.5, b=80, sos=True)
        assert drained(route).sent == 1
        with psycopg.connect(url) as database:
            rows = database.execute("SELECT name, number, words, at, id FROM air ORDER BY name").fetchall()
            assert [row[:3] for row in rows] == [
                ("a.battery", 80.0, None), ("a.sos", 1.0, None), ("a.temperature", 21.5, None),
            ]  # fmt: skip
            assert rows[0][3] == clocks.now() and len({row[4] for row in rows}) == 3
            # A row that the table cannot take is found among the others, which do not wait for it.
            database.execute("ALTER TABLE air ADD CHECK (number IS NULL OR number <> 13)")
            database.commit()
            for device in "bcd":
                community.device(device)
                community.say(device, 13 if device == "c" else 1)
            drained(route)
            assert database.execute("SELECT COUNT(*) FROM air").fetchone() == (5,)
            assert waiting(route) == [13]


def test_a_table_of_another_shape_is_told_about(community: Community) -> None:
    folder = settings().var_dir / "routes" / str(community.town.happy.id)
    folder.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(folder / "other.db")) as database:
        database.execute("CREATE TABLE air (id TEXT)")
    route = community.route("sql", {"url": "sqlite:///other.db", "table": "air"})
    community.device("a")
    community.say("a", 1)
    assert "no column at, received_at" in str(drained(route).error)


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("sql", {"url": "sqlite:////etc/passwd.db", "table": "air"}),
        ("sql", {"url": "sqlite:///../linli.db", "table": "air"}),
        ("sql", {"url": "sqlite:///a.db", "table": "air; DROP TABLE device"}),
        ("sql", {"url": "postgresql://127.0.0.1/x?tls=off", "table": "air"}),
        ("sql", {"url": "postgresql://db.example.com/x?host=127.0.0.1", "table": "air"}),
        ("sql", {"url": "postgresql://a,b/x", "table": "air"}),
        ("redis", {"url": "redis://127.0.0.1/0", "stream": "air"}),
        ("redis", {"url": "rediss://redis.example.com/x", "stream": "air"}),
        ("redis", {"url": "unix:///run/redis.sock", "stream": "air"}),
        ("mqtt", {"url": "mqtt://broker.example.com", "topic": "x"}),
        ("mqtt", {"url": "mqtts://broker.example.com", "topic": "x/{what}"}),
        ("mqtt", {"url": "mqtts://broker.example.com", "topic": "x/#"}),
    ],
)
def test_an_address_that_we_may_not_go_to_is_refused_when_it_is_written(
    kind: str, given: dict[str, str]
) -> None:
    with pytest.raises(Invalid):
        kinds.KINDS[kind].checked(given, {})


def test_who_leads_it_elsewhere_does_not_take_the_password_along() -> None:
    before = kinds.KINDS["redis"].checked(
        {"url": "rediss://one.example.com/0", "user": "linli", "password": "secret", "stream": "air"}, {}
    )
    same = {"url": "rediss://one.example.com/1", "user": "linli", "stream": "b"}
    assert kinds.KINDS["redis"].checked(same, before)["password"] == "secret"
    for other in ({"url": "rediss://two.example.com/0"}, {"user": "eve"}):
        assert kinds.KINDS["redis"].checked(same | other, before)["password"] == ""


def test_a_route_takes_what_its_filter_and_its_org_say(community: Community) -> None:
    route = community.route(
        "sql",
        TABLE,
        filter=Filter(
            frozenset({"battery"}),
            kinds=frozenset({"data"}),
            condition="temperature < 30 && (before.temperature > 30 || last.battery <= 50) && device.name == 'a'",
        ),
    )
    community.device("a")
    elsewhere = community.device("b")
    elsewhere.org_id = community.town.happy.parent_id
    elsewhere.save()
    retired = community.device("c")
    retired.status = "retired"
    retired.save()
    community.say("a", 1)
    community.say("a", 2, b=50)
    community.say("a", 3, b=50, event=True)
    community.say("a", 40, b=50)
    community.say("a", 8, b=50)
    community.say("b", 4, b=50)
    community.say("c", 5, b=50)
    assert waiting(route) == [2, 8]
    wish = Wish("x", Filter(condition="since.temperature > 5"), Shape(), TABLE)
    with pytest.raises(Invalid):
        routes.change(community.admin, route.id, wish)


@pytest.mark.xdist_group("maria")
def test_a_table_of_mariadb_takes_readings_once(
    community: Community, configure: Configure, maria: Maria
) -> None:
    where = f"127.0.0.1:{maria.port}"
    configure(WEBHOOK_HOSTS=where)
    url = maria.url.replace(f"{maria.port}/old", f"{maria.port}/old?tls=off")
    route = community.route("sql", {"url": url, "table": "air"})
    assert "p@ss" not in kinds.KINDS["sql"].shown(kinds.target_of(route))
    community.device("a")
    community.say("a", 1, 2)
    items = entries.waiting(route, 10)
    writer = Writer(kinds.target_of(route), Shape())
    assert writer.send(items, 0) == [None, None] == writer.send(items, 0)
    assert writer.try_out(replace(items[0], key="sample"))[0]
    writer.close()
    with closing(opened(kinds.target_of(route))) as database:
        rows = database.execute_sql("SELECT id, at, readings FROM air ORDER BY id").fetchall()
    assert [row[0] for row in rows] == [item.key for item in items]
    assert rows[0][1].replace(tzinfo=UTC) == items[0].at and json.loads(rows[1][2]) == {"temperature": 2.0}
    maria.run("DROP TABLE air", name="old")  # others count what is there
