"""Imports as acts: each checks the actor's right, and moves an import from one state to the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from backend.core import access, audit, clock, jobs, live, media
from backend.core.access import Actor
from backend.core.db import after_commit, is_postgres, transaction
from backend.core.errors import Conflict, NotFound
from backend.core.i18n import Text, _, text_to_json
from backend.records import store
from backend.records.tables import Table
from backend.sheets import cells, lists, reading, states
from backend.sheets.choices import Choices
from backend.sheets.lists import ListTable
from backend.sheets.models import ImportPart, ImportRun
from backend.sheets.reading import SheetInfo

WORK = "backend.sheets.working.work"
QUEUE = "bulk"


def visible(actor: Actor) -> Any:
    """A query of the imports that the actor may see, the newest first."""
    return (
        ImportRun.select()
        .where(ImportRun.org_id.in_(access.org_ids(actor, "record.import")))
        .order_by(ImportRun.id.desc())
    )


def seen(actor: Actor, run_id: int, *, lock: bool = False) -> ImportRun:
    """Raises NotFound, also for what the actor may not see."""
    run = locked(run_id) if lock else ImportRun.get_or_none(ImportRun.id == run_id)
    if run is None or not access.may(actor, "record.import", run.org_id):
        raise NotFound()
    return run


def locked(run_id: int) -> ImportRun | None:
    """The import, which nobody else changes until the transaction ends."""
    query = ImportRun.select().where(ImportRun.id == run_id)
    found: ImportRun | None = (query.for_update() if is_postgres() else query).first()
    return found


def begin(
    actor: Actor,
    table_key: str,
    org_id: int,
    name: str,
    sheets: Sequence[SheetInfo],
    *,
    data: bytes | None = None,
    encoding: str | None = None,
    source: str | None = None,
) -> ImportRun:
    """An import of a file (`data`) or a database (`source`, its address) that could be opened. New rows belong to `org_id` unless the
    file says otherwise. Raises Forbidden, NotFound."""
    table = lists.table_of(table_key)
    if isinstance(table, ListTable):
        org_id = table.org_id or org_id
    access.check(actor, "record.import", org_id)
    access.check(actor, table.permission("change"), org_id)
    with transaction():
        now = clock.now()
        run = ImportRun.create(
            table_key=table.key, org_id=org_id, by_id=actor.id, by_name=actor.name[:80], name=name[:200] or "–",
            state=states.CHOSEN, choices=Choices(sheet=_likely(sheets).index, encoding=encoding).to_json(),
            preview=_previewed(sheets), source=source, counts={}, created_at=now, changed_at=now,
        )  # fmt: skip
        if data is not None:
            run.file_key = media.keep(data, "application/octet-stream", f"import:{run.id}")
            run.save(only=(ImportRun.file_key,))
        audit.record(
            actor,
            "import.begin",
            f"import:{run.id}",
            org_id=org_id,
            after={"name": run.name, "table": table.key},
        )
        return run


def preview(run: ImportRun) -> list[SheetInfo]:
    """The sheets as they were looked at when the import began."""
    found = orjson.loads(run.preview) if run.preview else []
    return [
        SheetInfo(
            s["index"], s["name"], s["rows"], s["columns"], tuple(cells.loaded(s["first"])), s["hidden"]
        )
        for s in found
    ]


def recode(actor: Actor, run_id: int, encoding: str) -> ImportRun:
    """A text file's characters are read in another encoding. Raises Invalid when they cannot be."""
    with transaction():
        run = _in(seen(actor, run_id, lock=True), *states.SETTING_UP)
        data, _type = media.load(run.file_key or "")
        book = reading.opened(data, run.name, encoding)
        run.preview = _previewed(book.sheets)
        run.choices = Choices(encoding=encoding).to_json()
        run.parts = run.rows = 0
        run.save(only=(ImportRun.preview, ImportRun.choices, ImportRun.parts, ImportRun.rows))
        ImportPart.delete().where(ImportPart.run == run.id).execute()
        return run


def check(actor: Actor, run_id: int, choices: Choices) -> ImportRun:
    """Have all rows checked as they are understood now. Raises Conflict while a worker is busy with it."""
    with transaction():
        run = _in(seen(actor, run_id, lock=True), *states.SETTING_UP)
        before = Choices.from_json(run.choices)
        same_rows = run.parts and (before.sheet, before.header, before.columns) == (
            choices.sheet,
            choices.header,
            choices.columns,
        )
        move(run, states.CHECKING if same_rows else states.READING, choices=choices.to_json(), counts={})
        if not same_rows:
            ImportPart.delete().where(ImportPart.run == run.id).execute()
            run.parts = run.rows = 0
            run.save(only=(ImportRun.parts, ImportRun.rows))
        _nudge(run)
        return run


def write(actor: Actor, run_id: int, *, whole: bool) -> ImportRun:
    """Bring the good rows in; `whole`: when one is refused on the way after all, everything is undone. Raises Conflict when rows
    are wrong and `whole` is wanted."""
    with transaction():
        run = _in(seen(actor, run_id, lock=True), states.CHECKED)
        if whole and run.counts.get("wrong"):
            raise Conflict(
                _("Some rows have something wrong. Please correct the file, or bring in the good rows only.")
            )
        table = table_of(run)
        batch_id = None
        if isinstance(table, ListTable):
            audit.record(actor, "import.write", f"import:{run.id}", org_id=run.org_id)
        else:
            batch_id = store.batch(actor, "import", table, run.org_id, run.name)
        chosen = Choices.from_json({**run.choices, "whole": whole})
        # Who starts it answers for it.
        run.by_id, run.by_name, run.batch_id = actor.id, actor.name[:80], batch_id
        run.save(only=(ImportRun.by_id, ImportRun.by_name, ImportRun.batch_id))
        move(run, states.WRITING, choices=chosen.to_json(), counts={})
        _nudge(run)
        return run


def stop(actor: Actor, run_id: int) -> ImportRun:
    """No further rows; those that were brought in stay until they are undone."""
    with transaction():
        run = _in(seen(actor, run_id, lock=True), states.READING, states.CHECKING, states.WRITING)
        move(run, states.STOPPED)
        audit.record(actor, "import.stop", f"import:{run.id}", org_id=run.org_id)
        return run


def undo(actor: Actor, run_id: int) -> ImportRun:
    """Take back all that it brought in, where nobody wrote since."""
    with transaction():
        run = _in(seen(actor, run_id, lock=True), states.WRITTEN, states.STOPPED)
        if run.batch_id is None:
            raise Conflict(_("Nothing was brought in yet."))
        run.by_id, run.by_name = actor.id, actor.name[:80]
        run.save(only=(ImportRun.by_id, ImportRun.by_name))
        move(run, states.UNDOING)
        _nudge(run)
        return run


def forget(actor: Actor, run_id: int) -> None:
    """Throw an import away that nothing came of."""
    with transaction():
        run = _in(seen(actor, run_id, lock=True), *states.SETTING_UP)
        if run.batch_id is not None:
            raise Conflict(_("This import brought rows in: it stays in the list, so that it can be undone."))
        audit.record(actor, "import.forget", f"import:{run.id}", org_id=run.org_id)
        drop_file(run)
        run.delete_instance(recursive=True)


def finish(run: ImportRun, state: str, problem: Text | None = None) -> None:
    """An end, told by a worker. What is not needed any more of the file is deleted: the rows that were brought in are in the table."""
    run.problem = None if problem is None else text_to_json(problem)
    run.save(only=(ImportRun.problem,))
    if state in (states.WRITTEN, states.UNDONE):
        drop_file(run)
        run.preview = None
        run.save(only=(ImportRun.preview,))
    move(run, state)


def drop_file(run: ImportRun) -> None:
    """Nothing of the file is kept, nor the address of the database."""
    if run.file_key:
        media.forget(run.file_key)
    run.file_key = run.source = None
    run.save(only=(ImportRun.file_key, ImportRun.source))


def advance(run: ImportRun, position: int, counts: Mapping[str, int]) -> None:
    """One part further."""
    run.position, run.counts, run.changed_at = position, dict(counts), clock.now()
    run.save(only=(ImportRun.position, ImportRun.counts, ImportRun.changed_at))


def tell(run: ImportRun) -> None:
    """Pages that show it look again."""
    live.publish(live.ADMIN, {"kind": "import", "id": run.id})


def table_of(run: ImportRun) -> Table:
    return lists.table_of(run.table_key)


def _in(run: ImportRun, *wanted: str) -> ImportRun:
    if run.state not in wanted:
        raise Conflict(_("This import has moved on in the meantime. Please look at it again."))
    return run


def move(run: ImportRun, state: str, **more: Any) -> None:
    """To its next state, from its first part."""
    run.state, run.position, run.changed_at = state, 0, clock.now()
    for name, value in more.items():
        setattr(run, name, value)
    run.save(only=[getattr(ImportRun, n) for n in ("state", "position", "changed_at", *more)])
    tell(run)


def _nudge(run: ImportRun) -> None:
    run_id = run.id
    after_commit(lambda: jobs.ask(QUEUE, WORK, run_id))


def _likely(sheets: Sequence[SheetInfo]) -> SheetInfo:
    """The sheet that is most likely meant: seen, and with the most rows."""
    return max(sheets, key=lambda s: (not s.hidden, s.rows * bool(s.header())))


def _previewed(sheets: Sequence[SheetInfo]) -> str:
    return orjson.dumps(
        [
            {
                "index": s.index, "name": s.name, "rows": s.rows, "columns": s.columns, "hidden": s.hidden,
                "first": cells.dumped(s.first),
            }
            for s in sheets
        ]
    ).decode()  # fmt: skip
