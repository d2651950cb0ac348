"""The limit of P4: a paho callback, json, and a batched insert, acknowledged after the commit. It decodes nothing, checks nothing and knows no device.

python -m bench.peers.paho_rows PORT FILE
"""

from __future__ import annotations

import json
import sqlite3
import sys

import paho.mqtt.client as mqtt

BATCH = 500


def main(port: int, path: str) -> None:
    rows: list[tuple[str, str, float, int, bool]] = []
    mids: list[int] = []
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA journal_mode = wal")
        database.execute("PRAGMA synchronous = normal")
        database.execute(
            "CREATE TABLE IF NOT EXISTS reading (id INTEGER PRIMARY KEY, topic, key, t, bat, smoke)"
        )
        database.commit()

        def heard(_client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
            said = json.loads(message.payload)
            rows.append((message.topic, said["id"], said["t"], said["bat"], said["smoke"]))
            mids.append(message.mid)

        client = mqtt.Client(
            mqtt.CallbackAPIVersion.VERSION2, client_id="limit", clean_session=False, manual_ack=True
        )
        client.on_message = heard
        client.connect("127.0.0.1", port)
        client.subscribe("limit/+/up", 1)
        while True:
            had = len(rows)
            client.loop(0.01)
            if rows and (len(rows) >= BATCH or len(rows) == had):
                database.executemany(
                    "INSERT INTO reading (topic, key, t, bat, smoke) VALUES (?,?,?,?,?)", rows
                )
                database.commit()
                for mid in mids:
                    client.ack(mid, 1)
                rows.clear()
                mids.clear()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
