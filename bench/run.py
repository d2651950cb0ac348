"""`python -m bench.run [P1 P2 …]`: each benchmark in a process of its own, one JSON line each."""

from __future__ import annotations

import subprocess
import sys

BENCHES = {
    "P1": "bench.p1_turns",
    "P2": "bench.p2_webhook",
    "P3": "bench.p3_campaign",
    "P4": "bench.p4_devices",
    "P5": "bench.p5_alarm",
    "P6": "bench.p6_finding",
    "P7": "bench.p7_sheets",
    "P7R": "bench.p7_residents",
    "P8": "bench.p8_codec",
    "P10": "bench.p10_streams",
}


def main(wanted: list[str]) -> int:
    unknown = [w for w in wanted if w not in BENCHES]
    if unknown:
        sys.exit(f"There is no benchmark {', '.join(unknown)}: choose from {', '.join(BENCHES)}.")
    return max(subprocess.call([sys.executable, "-m", BENCHES[name]]) for name in wanted or BENCHES)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
