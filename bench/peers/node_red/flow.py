"""The peer of P4: a Node-RED flow that takes messages from the broker, looks for smoke, and writes a row for each."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROGRAM = HERE / "node_modules" / "node-red" / "red.js"
_ROW = """
const d = msg.payload;
msg.alarm = d.smoke === true && flow.get(msg.topic) !== true;
flow.set(msg.topic, d.smoke === true);
msg.params = {$topic: msg.topic, $key: d.id, $t: d.t, $bat: d.bat, $smoke: d.smoke ? 1 : 0};
return msg;
"""


def installed() -> bool:
    """Install it if it is not there; False where there is no Node.js, or no way to its packages."""
    if PROGRAM.exists():
        return True
    if shutil.which("npm") is None:
        return False
    done = subprocess.run(
        ["npm", "ci", "--silent", "--no-audit", "--no-fund"], cwd=HERE, capture_output=True, check=False
    )
    return done.returncode == 0 and PROGRAM.exists()


def prepare(folder: Path, broker: int, port: int) -> tuple[list[str], Path, Path]:
    """The command that runs the flows, and the databases that they write: of topics peer/+/up with SQLite as we have it (a write-ahead log, synchronous = normal),
    of plain/+/up as it comes."""
    folder.mkdir(parents=True, exist_ok=True)
    tuned, plain = folder / "tuned.db", folder / "plain.db"
    for path in (tuned, plain):
        with closing(sqlite3.connect(path)) as database:
            if path == tuned:
                database.execute("PRAGMA journal_mode = wal")
            database.execute("CREATE TABLE reading (id INTEGER PRIMARY KEY, topic, key, t, bat, smoke)")
            database.commit()
    nodes = [
        {"id": "tab", "type": "tab", "label": "P4"},
        {"id": "broker", "type": "mqtt-broker", "name": "", "broker": "127.0.0.1", "port": str(broker), "clientid": "node-red",
         "autoConnect": True, "usetls": False, "protocolVersion": "4", "keepalive": "60", "cleansession": False},
        *_flow("peer", tuned),
        *_flow("plain", plain),
        {"id": "once", "type": "inject", "z": "tab", "once": True, "onceDelay": "0.1", "props": [], "wires": [["pragma"]]},
        {"id": "pragma", "type": "sqlite", "z": "tab", "mydb": "peer-file", "sqlquery": "fixed", "sql": "PRAGMA synchronous = normal", "wires": [[]]},
    ]  # fmt: skip
    (folder / "flows.json").write_text(json.dumps(nodes))
    (folder / "settings.js").write_text(
        "module.exports = {flowFile: 'flows.json', uiHost: '127.0.0.1', logging: {console: {level: 'warn'}},"
        f" nodesDir: [{json.dumps(str(HERE / 'node_modules' / 'node-red-node-sqlite'))}]}}"
    )
    command = ["node", str(PROGRAM), "--userDir", str(folder), "--port", str(port)]
    return command, tuned, plain


def _flow(prefix: str, path: Path) -> list[dict[str, object]]:
    return [
        {"id": f"{prefix}-in", "type": "mqtt in", "z": "tab", "topic": f"{prefix}/+/up", "qos": "1", "datatype": "json", "broker": "broker",
         "wires": [[f"{prefix}-row"]]},
        {"id": f"{prefix}-row", "type": "function", "z": "tab", "func": _ROW, "outputs": 1, "wires": [[f"{prefix}-insert"]]},
        {"id": f"{prefix}-file", "type": "sqlitedb", "db": str(path), "mode": "RWC"},
        {"id": f"{prefix}-insert", "type": "sqlite", "z": "tab", "mydb": f"{prefix}-file", "sqlquery": "prepared",
         "sql": "INSERT INTO reading (topic, key, t, bat, smoke) VALUES ($topic, $key, $t, $bat, $smoke)", "wires": [[]]},
    ]  # fmt: skip
