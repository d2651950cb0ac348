"""P2: an inbound SMS, signed as Twilio does, becomes a durable turn and is answered in TwiML, over HTTP.

Ours: the shipped server with its defaults (one process), SQLite in WAL mode. Peer: a bare Flask view that checks the
signature and answers a constant, on the same server. Limit: the same server answering that constant by itself.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from bench.house import House, free_port, processor_of, unused_numbers
from bench.load import load
from bench.record import Run, measure, options
from bench.texting import SETTINGS, Crowd

CONNECTIONS = 8
PEOPLE = 40
"""Shared out evenly over the connections; each writes seven rounds of eleven messages."""
GOOD = {"answered", "started", "cancelled"}


def main() -> None:
    given = options(size=PEOPLE, meaning="people who write")
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as name, House(Path(name), SETTINGS) as house:
        servers = {
            "ours": Server(house, "backend.serve"),
            "peer": Server(house, "bench.host", "bench.peers.bare_view:view"),
            "limit": Server(house, "bench.host", "bench.peers.bare_view:constant"),
        }
        heard = 0

        def once() -> Run:
            nonlocal heard
            crowd = Crowd(unused_numbers(), given.size)
            found = {who: server.measured(crowd) for who, server in servers.items()}
            heard += crowd.messages
            _all_durable(heard)
            extra = {f"{who}_cpu_us": one["cpu_us"] for who, one in found.items()}
            extra |= {"p50_ms": found["ours"]["p50_ms"], "p99_ms": found["ours"]["p99_ms"]}
            ours, peer, limit = (one["requests"] / one["seconds"] for one in found.values())
            return Run(ours, peer, limit, extra)

        measure("P2", "requests/s", once, runs=given.runs)


class Server:
    """One of the servers that are compared, running."""

    def __init__(self, house: House, module: str, *args: str) -> None:
        self._port = free_port()
        self._process = house.start(module, *args, port=self._port)

    def measured(self, crowd: Crowd) -> dict[str, float]:
        """What the load generator saw, and `cpu_us`: the server's processor time for each request."""
        before = processor_of(self._process)
        found = load(self._port, min(CONNECTIONS, crowd.people), crowd)
        used = processor_of(self._process) - before
        return {**found, "cpu_us": used / found["requests"] * 1e6}


def _all_durable(heard: int) -> None:
    """Every message that was answered is written down, understood, with its reply."""
    from backend.core import db

    outcomes = dict(db.execute("SELECT outcome, COUNT(*) FROM inbound GROUP BY outcome").fetchall())
    assert sum(outcomes.values()) == heard, (outcomes, heard)
    assert set(outcomes) <= GOOD, outcomes
    silent = (
        "SELECT COUNT(*) FROM inbound i WHERE NOT EXISTS (SELECT 1 FROM message m WHERE m.inbound_id = i.id)"
    )
    assert db.execute(silent).fetchone()[0] == 0


if __name__ == "__main__":
    main()
