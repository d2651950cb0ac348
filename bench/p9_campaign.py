"""P9 for P3: what a message costs in a campaign of a tenth and in the whole one, and what a second worker brings.

python -m bench.p9_campaign --size 100000
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from bench.house import House, free_port
from bench.p3_campaign import PEOPLE, Street, settings
from bench.record import machine, options


def main() -> None:
    given = options(size=PEOPLE, meaning="people who are told, in the larger campaign")
    port = free_port()
    with (
        tempfile.TemporaryDirectory(prefix="linli-bench-") as name,
        House(Path(name), settings(port)) as house,
    ):
        street = Street(house, port, given.size)
        few = max(given.size // 10, 1)
        street.campaign(few)  # to warm up
        small, large = street.campaign(few), street.campaign()
        street.hire()
        street.campaign(few)
        two = street.campaign()
    line = {
        "id": "P9-campaign",
        "unit": "messages/s",
        "people": given.size,
        "tenth": small["pace"],
        "whole": large["pace"],
        "whole_over_tenth": large["pace"] / small["pace"],
        "two_workers": two["pace"],
        "two_over_one": two["pace"] / large["pace"],
        "cpu_us": [small["ours_cpu_us"], large["ours_cpu_us"], two["ours_cpu_us"]],
        "grown_mb": [small["grown_mb"], large["grown_mb"], two["grown_mb"]],
        "machine": machine(),
    }
    print(json.dumps(line, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
