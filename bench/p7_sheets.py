"""P7: a workbook of 100,000 rows × 12 columns is brought in, every cell checked, with history and undo; and taken out again.

Ours: from the bytes of the file to the last row, through the wizard's own steps, on SQLite in WAL mode. Peer: openpyxl merely reading
the same file. Limit: calamine merely reading it. The figures are seconds; `grown_mb` is what all the rows take more than a fifth.
"""

from __future__ import annotations

import io
import random
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.house import House
from bench.memory import grown_mb
from bench.record import Run, measure, options

ROWS = 100_000
COLUMNS = (
    ("real_name", "姓名"), ("id_number", "身份证号"), ("phone", "手机"), ("date", "出生日期"), ("choice", "性别"), ("address", "住址"),
    ("email", "邮箱"), ("integer", "家庭人口"), ("yes_no", "独居"), ("text", "职业"), ("date", "迁入日期"), ("long_text", "备注"),
)  # fmt: skip
SURNAMES, GIVEN = "王李张刘陈杨黄赵吴周", "秀英建国小明丽华强军平芳燕玲桂兰"


def people(count: int) -> Iterator[list[Any]]:
    from backend.fields.id_number import check_character

    chance = random.Random(7)
    for n in range(count):
        born = f"{1930 + n % 80}{chance.randrange(1, 13):02}{chance.randrange(1, 29):02}"
        place, order = divmod(n // 80, 990)
        # None that ends in 000: an import takes that for rounded by a spreadsheet.
        first = f"{110101 + place:06}{born}{order // 99 * 100 + order % 99 + 1:03}"
        day = f"{born[:4]}-{born[4:6]}-{born[6:]}"
        yield [
            chance.choice(SURNAMES) + "".join(chance.choices(GIVEN, k=2)), first + check_character(first), 13_000_000_000 + n, day,
            "男" if int(first[16]) % 2 else "女", f"{n % 59 + 1}-{n % 4 + 1}-{n % 18 + 1}0{n % 4 + 1}", f"u{n}@qq.com", n % 7,
            "是" if n % 9 == 0 else "否", ("退休", "教师", "工人")[n % 3], "2020-01-02", f"第{n}户",
        ]  # fmt: skip


def table(org_id: int) -> Any:
    from backend.core.access import SYSTEM
    from backend.records import defining, tables

    made = defining.make_table(SYSTEM, {"zh_CN": "名单"}, org_id)
    options_ = [{"value": v, "label": {"zh_CN": v}} for v in ("男", "女")]
    for place, (kind, label) in enumerate(COLUMNS):
        field = {"kind": kind, "label": {"zh_CN": label}, "optional": place > 0}
        defining.add_column(
            SYSTEM,
            made.key,
            field | ({"options": options_} if kind == "choice" else {}),
            org_id,
            keyword=place < 3,
        )
    return tables.of(made.key)


def brought_in(data: bytes, into: Any, org_id: int) -> None:
    from backend.core.access import SYSTEM
    from backend.sheets import laying, reading, runs, states, working

    book = reading.opened(data, "list.xlsx")
    run = runs.begin(SYSTEM, into.key, org_id, "list.xlsx", book.sheets, data=data)
    chosen = laying.laid(SYSTEM, run, 0)
    assert len(chosen.meanings) == len(COLUMNS), chosen.meanings
    runs.check(SYSTEM, run.id, laying.settle(SYSTEM, run, replace(chosen, policy="create")))
    while not working.work(run.id):
        pass
    runs.write(SYSTEM, run.id, whole=True)
    while not working.work(run.id):
        pass
    run = runs.seen(SYSTEM, run.id)
    assert run.state == states.WRITTEN and run.counts == {"create": run.rows}, (run.state, run.counts)


def taken_out(from_: Any) -> None:
    from backend.core.access import SYSTEM
    from backend.records.query import Query
    from backend.sheets import exporting, formats

    formats.written("xlsx", [exporting.sheet(SYSTEM, Query(from_), from_.columns, "zh_CN", full=True)])


def read_by_openpyxl(data: bytes) -> None:
    from openpyxl import load_workbook

    for _row in load_workbook(io.BytesIO(data), read_only=True).active.iter_rows(values_only=True):
        pass


def written_by_openpyxl(rows: list[list[Any]]) -> None:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append(row)
    book.save(io.BytesIO())


def read_by_calamine(data: bytes) -> None:
    from python_calamine import CalamineWorkbook

    for _row in CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).iter_rows():
        pass


def seconds(act: Callable[[], None]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def main() -> None:
    given = options(size=ROWS, meaning="rows")
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as name, House(Path(name), {}):
        from backend.core import orgs
        from backend.sheets import formats
        from backend.web.workbook import Sheet

        org_id = orgs.add("幸福里社区", "community").id

        def workbook(rows: Iterable[list[Any]]) -> bytes:
            return formats.written("xlsx", [Sheet("名单", [label for _kind, label in COLUMNS], rows)])

        fifth, data = workbook(people(given.size // 5)), workbook(people(given.size))
        grown = grown_mb([fifth, fifth], data, lambda file: brought_in(file, table(org_id), org_id))
        rows = list(people(given.size))

        def once() -> Run:
            into = table(org_id)
            ours = seconds(lambda: brought_in(data, into, org_id))
            extra = {
                "grown_mb": grown,
                "export": seconds(lambda: taken_out(into)),
                "openpyxl_writes": seconds(lambda: written_by_openpyxl(rows)),
            }
            return Run(
                ours, seconds(lambda: read_by_openpyxl(data)), seconds(lambda: read_by_calamine(data)), extra
            )

        measure("P7", "s", once, runs=given.runs)


if __name__ == "__main__":
    main()
