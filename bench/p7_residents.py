"""P7R: the workbook of P7 brought into the residents' table: every document looked for, every home found or made, nobody told.

Ours: from the bytes of the file to the last row, through the wizard's own steps, by the residents' own rules, with faces, history and
undo, on SQLite in WAL mode. Peer: openpyxl merely reading the same file. Limit: calamine merely reading it. The figures are seconds;
each run brings in other people, so the table grows.
"""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.house import House
from bench.memory import grown_mb
from bench.p7_sheets import ROWS, brought_in, people, read_by_calamine, read_by_openpyxl, seconds
from bench.record import Run, measure, options

OWN = (("choice", "户籍类型"), ("text", "职业"), ("date", "迁入日期"), ("long_text", "备注"))
HEADERS = ("姓名", "性别", "出生日期", "证件类型", "证件号码", "手机号码", "电子邮箱", "住址", *(label for _kind, label in OWN))  # fmt: skip


def rows(first: int, count: int) -> Iterator[list[Any]]:
    for said in itertools.islice(people(first + count), first, None):
        name, number, mobile, born, gender, home, email, _size, _alone, work, moved, note = said
        yield [name, gender, born, "居民身份证", number, mobile, email, home, "常住", work, moved, note]


def prepare(org_id: int) -> Any:
    from backend import domains
    from backend.core.access import SYSTEM
    from backend.records import defining, tables

    domains.load()
    options_ = [{"value": v, "label": {"zh_CN": v}} for v in ("常住", "流动")]
    for kind, label in OWN:
        field = {"kind": kind, "label": {"zh_CN": label}, "optional": True}
        defining.add_column(
            SYSTEM, "resident", field | ({"options": options_} if kind == "choice" else {}), org_id
        )
    return tables.of("resident")


def main() -> None:
    given = options(size=ROWS, meaning="rows")
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as name, House(Path(name), {}):
        from backend.core import orgs
        from backend.sheets import formats
        from backend.web.workbook import Sheet

        org_id = orgs.add("幸福里社区", "community").id
        into = prepare(org_id)
        firsts = itertools.count(step=given.size)

        def workbook(count: int) -> bytes:
            return formats.written("xlsx", [Sheet("名单", list(HEADERS), rows(next(firsts), count))])

        fifth = given.size // 5
        grown = grown_mb(
            [workbook(fifth), workbook(fifth)],
            workbook(given.size),
            lambda file: brought_in(file, into, org_id),
        )

        def once() -> Run:
            data = workbook(given.size)
            ours = seconds(lambda: brought_in(data, into, org_id))
            peer = seconds(lambda: read_by_openpyxl(data))
            return Run(ours, peer, seconds(lambda: read_by_calamine(data)), {"grown_mb": grown})

        measure("P7R", "s", once, runs=given.runs)


if __name__ == "__main__":
    main()
