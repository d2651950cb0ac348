"""P3 with receipts by callback: a campaign whose messages the provider only takes, and says later what became of them, in the web server.

python -m bench.p3_receipts --size 5000

The web server and the worker are the shipped ones, SQLite in WAL mode. It fails unless everybody is delivered or failed exactly as the
sink says, and no report was refused.
"""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path
from typing import Any

from bench import sink
from bench.house import House, free_port, processor_of
from bench.p3_campaign import PATIENCE_SECONDS, PEOPLE, Street, settings
from bench.record import machine, options


def main() -> None:
    given = options(size=PEOPLE, meaning="people who are told")
    port = free_port()
    known = settings(port)
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as name, House(Path(name), known) as house:
        web = house.start("backend.serve", port=house.port)
        street = Street(house, port, given.size, receipts=(str(house.port), known["TWILIO_AUTH_TOKEN"]))
        used = processor_of(web)
        began = time.time()
        campaign = street.begin()
        street.wait(campaign)
        told = answered(port)
        used = processor_of(web) - used
        _exact(campaign, given.size, told)
    line = {
        "id": "P3-receipts",
        "unit": "receipts/s",
        "people": given.size,
        "ours": told["posted"] / (told["last_posted"] - began),
        "messages_per_s": given.size / (told["last_taken"] - began),
        "after_the_last_send_s": told["last_posted"] - told["last_taken"],
        "web_cpu_us": used / told["posted"] * 1e6,
        "machine": machine(),
    }
    print(json.dumps(line, ensure_ascii=False), flush=True)


def answered(port: int) -> dict[str, Any]:
    """What the sink says when its last report was taken."""
    until = time.monotonic() + PATIENCE_SECONDS
    while (told := sink.asked(port, "GET", "/receipts"))["open"]:
        assert time.monotonic() < until, told
        time.sleep(0.1)
    return told


def _exact(campaign_id: int, people: int, told: dict[str, Any]) -> None:
    from backend.messaging.models import Delivery, Identity
    from broadcasts.campaigns import accounting
    from broadcasts.models import Campaign

    failed = sorted(told["failed"])
    assert not told["refused"], told
    counts = accounting.counts(Campaign.get_by_id(campaign_id))
    expected = {"delivered": people - len(failed)} | ({"failed": len(failed)} if failed else {})
    assert dict(counts.states) == expected, (counts, len(failed))
    wrong = Identity.select().join(Delivery, on=Delivery.identity_id == Identity.id)
    assert sorted(i.address for i in wrong.where(Delivery.status == "failed")) == failed


if __name__ == "__main__":
    main()
