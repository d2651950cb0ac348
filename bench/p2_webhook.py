"""P2: an inbound SMS, signed as Twilio does, becomes a durable turn and is answered in TwiML, over HTTP.

Ours: the shipped server with its defaults (one process), SQLite in WAL mode. Peer: a bare Flask view that checks the
signature and answers a constant, on the same server. Limit: the same server answering that constant by itself.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from bench.house import House, free_port, unused_numbers
from bench.load import load
from bench.record import Run, measure, options
from bench.texting import SETTINGS, Crowd

CONNECTIONS = 8
PEOPLE = 5
"""For each connection; seven rounds of eleven messages each."""
GOOD = {"answered", "started", "cancelled"}


def main() -> None:
    given = options(size=PEOPLE, meaning="people for each connection")
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as name, House(Path(name), SETTINGS) as house:
        ports = {"ours": house.port, "peer": free_port(), "limit": free_port()}
        house.start("backend.serve", port=ports["ours"])
        house.start("bench.host", "bench.peers.bare_view:view", port=ports["peer"])
        house.start("bench.host", "bench.peers.bare_view:constant", port=ports["limit"])
        heard = 0

        def once() -> Run:
            nonlocal heard
            crowd = Crowd(unused_numbers(), given.size * CONNECTIONS)
            found = {who: load(port, CONNECTIONS, crowd) for who, port in ports.items()}
            heard += crowd.messages
            _all_durable(heard)
            each = {who: one["requests"] / one["seconds"] for who, one in found.items()}
            extra = {"p50_ms": found["ours"]["p50_ms"], "p99_ms": found["ours"]["p99_ms"]}
            return Run(each["ours"], each["peer"], each["limit"], extra)

        measure("P2", "requests/s", once, runs=given.runs)


def _all_durable(heard: int) -> None:
    """Every message that was answered is written down, understood, with its reply."""
    from backend.core import db

    outcomes = dict(db.execute("SELECT outcome, COUNT(*) FROM inbound GROUP BY outcome").fetchall())
    assert sum(outcomes.values()) == heard, (outcomes, heard)
    assert set(outcomes) <= GOOD, outcomes
    silent = "SELECT COUNT(*) FROM inbound i WHERE NOT EXISTS (SELECT 1 FROM message m WHERE m.inbound_id = i.id)"
    assert db.execute(silent).fetchone()[0] == 0


if __name__ == "__main__":
    main()
