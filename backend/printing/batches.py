"""Many rows into one PDF: portion by portion by a worker, merged at the end, kept encrypted for a day.

What is to be done stands in the database; the RQ job is a nudge for one portion, and asks for the next. A worker that dies
leaves its lease behind, and the clock (`jobs`) has the batch gone on with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta

import structlog

from backend.core import access, audit, clock, jobs, live, media
from backend.core.access import Actor
from backend.core.db import after_commit, transaction
from backend.core.errors import Conflict, Invalid, LinliError, NotFound
from backend.core.i18n import Msg, Text, _, text_to_json
from backend.printing import document, rows
from backend.printing.actions import Draft
from backend.printing.models import PrintBatch, PrintPart
from backend.printing.press import PRESS
from backend.staff import queries as staff

MOST_ROWS = 10_000
PORTION = 200
"""Rows printed at a time, so that memory stays flat and the progress is seen."""
MOST_BYTES = 200 * 1024 * 1024
LEASE = timedelta(minutes=4)
KEPT = timedelta(days=1)
STATUSES: dict[str, tuple[Msg, str]] = {
    "draft": (_("A template is being chosen"), "calm"),
    "waiting": (_("Begins in a moment"), "calm"),
    "printing": (_("Is being printed"), "attention"),
    "done": (_("Ready"), "good"),
    "failed": (_("Did not work"), "urgent"),
    "cancelled": (_("Cancelled"), "calm"),
}
"""What each is called, and its tone."""
STEP = "broadcasts.printing.step"
log = structlog.get_logger()


def prepare(actor: Actor, kind: str, ids: Sequence[int], locale: str) -> PrintBatch:
    """Rows to print, before a template is chosen. Raises Forbidden, Invalid."""
    source = rows.find(kind)
    access.check(actor, "print.use")
    access.check(actor, source.permission)
    if len(ids) > MOST_ROWS:
        raise Invalid(
            _("That is more than {most} at once. Please print them in smaller portions.", most=MOST_ROWS),
            "ids",
        )
    allowed = source.allowed(actor, ids)
    if not allowed:
        raise Invalid(_("There is nothing to print. Please choose whom it is for first."), "ids")
    now = clock.now()
    with transaction():
        return PrintBatch.create(
            staff_id=actor.id,
            kind=kind,
            ids=allowed,
            total=len(allowed),
            locale=locale,
            status="draft",
            created_at=now,
            expires_at=now + KEPT,
        )


def own(actor: Actor, batch_id: int) -> PrintBatch:
    """A batch of the actor's own. Raises NotFound."""
    found: PrintBatch | None = PrintBatch.get_or_none(
        (PrintBatch.id == batch_id) & (PrintBatch.staff_id == actor.id)
    )
    if found is None or not access.may(actor, "print.use"):
        raise NotFound()
    return found


def listed(actor: Actor) -> list[PrintBatch]:
    """What the actor has had printed and is not forgotten yet, the newest first."""
    return list(
        PrintBatch.select()
        .where((PrintBatch.staff_id == actor.id) & (PrintBatch.status != "draft"))
        .order_by(PrintBatch.id.desc())
    )


def start(actor: Actor, batch_id: int, draft: Draft) -> PrintBatch:
    """Have it printed with this template. Raises Invalid when the template asks for what the rows do not have."""
    batch = own(actor, batch_id)
    unknown = rows.columns(actor, batch.kind).unknown(draft.design().parts, batch.locale)
    if unknown:
        raise Invalid(
            _("The template asks for “{name}”, which these rows do not have.", name=unknown[0].name), "design"
        )
    with transaction():
        begun = (
            PrintBatch.update(status="waiting", design=draft.to_json(), name=draft.name)
            .where((PrintBatch.id == batch_id) & (PrintBatch.status == "draft"))
            .execute()
        )
        if not begun:
            raise Conflict(_("This is being printed already."))
        _changed(batch_id)
        after_commit(lambda: jobs.ask("bulk", STEP, batch_id))
    return PrintBatch.get_by_id(batch_id)


def cancel(actor: Actor, batch_id: int) -> None:
    batch = own(actor, batch_id)
    with transaction():
        stopped = (
            PrintBatch.update(status="cancelled", leased_until=None)
            .where((PrintBatch.id == batch_id) & PrintBatch.status.in_(("draft", "waiting", "printing")))
            .execute()
        )
        if stopped:
            _drop_parts(batch)
            _changed(batch_id)


def take(actor: Actor, batch_id: int) -> bytes:
    """The PDF; the log keeps who took it. Raises NotFound."""
    batch = own(actor, batch_id)
    if batch.status != "done" or batch.key is None or batch.expires_at <= clock.now():
        raise NotFound(_("This is not kept any more. Please print it once more."))
    data, _kind = media.load(batch.key)
    audit.record(
        actor, "print.batch", batch.subject,
        after={"kind": batch.kind, "template": batch.name, "rows": batch.total, "pages": batch.pages},
    )  # fmt: skip
    return data


# --- by a worker ----------------------------------------------------------------------------------------------


def step(batch_id: int) -> None:
    """Print the next portion, or merge them all after the last; then have the following step done."""
    batch = _claimed(batch_id)
    if batch is None:
        return
    try:
        _merge(batch) if batch.done >= batch.total else _print(batch)
    except LinliError as error:
        _fail(batch, error.text)
    except Exception:
        log.exception("print.failed", batch=batch_id)
        _fail(batch, _("Something went wrong on our side, and it is noted. Please try once more."))
    else:
        if PrintBatch.get_by_id(batch_id).status == "printing":
            jobs.ask("bulk", STEP, batch_id)


def _claimed(batch_id: int) -> PrintBatch | None:
    now = clock.now()
    free = PrintBatch.leased_until.is_null() | (PrintBatch.leased_until < now)
    with transaction():
        got = (
            PrintBatch.update(status="printing", leased_until=now + LEASE)
            .where((PrintBatch.id == batch_id) & PrintBatch.status.in_(("waiting", "printing")) & free)
            .execute()
        )
    return PrintBatch.get_by_id(batch_id) if got else None


def _print(batch: PrintBatch) -> None:
    actor = staff.actor_by_id(batch.staff_id)
    source = rows.find(batch.kind)
    access.check(actor, source.permission)
    design = Draft.from_json(batch.design).design()
    per_sheet = design.page.per_sheet
    portion = batch.ids[batch.done : batch.done + -(-PORTION // per_sheet) * per_sheet]
    found = list(source.rows(actor, source.allowed(actor, portion), batch.locale, True))
    if not found:
        # Erased or moved elsewhere since it was started.
        _went_on(batch, done=batch.done + len(portion))
        return
    built = document.build(design, rows.columns(actor, batch.kind), found, batch.locale, batch.done + 1)
    pdf, pages = PRESS.pdf(built, len(found))
    key = media.keep(pdf, "application/pdf", batch.subject)
    with transaction():
        if _went_on(batch, done=batch.done + len(portion), pages=batch.pages + pages):
            PrintPart.create(batch=batch, start=batch.done, key=key, size=len(pdf))
        else:
            media.forget(key)


def _merge(batch: PrintBatch) -> None:
    parts = list(PrintPart.select().where(PrintPart.batch == batch).order_by(PrintPart.start))
    if not parts:
        raise Invalid(_("There is nothing to print. Please choose whom it is for first."))
    if sum(p.size for p in parts) > MOST_BYTES:
        raise Invalid(_("The file would be too large. Please print fewer at once, or with smaller pictures."))
    pdfs = [media.load(p.key)[0] for p in parts]
    whole = PRESS.merged(pdfs) if len(pdfs) > 1 else pdfs[0]
    key = media.keep(whole, "application/pdf", batch.subject)
    with transaction():
        if _went_on(batch, status="done", key=key, size=len(whole), expires_at=clock.now() + KEPT):
            _drop_parts(batch)
        else:
            media.forget(key)


def _went_on(batch: PrintBatch, **values: object) -> bool:
    """Write what was done, unless it was cancelled or done by another meanwhile."""
    written = (
        PrintBatch.update(leased_until=None, **values)
        .where(
            (PrintBatch.id == batch.id) & (PrintBatch.status == "printing") & (PrintBatch.done == batch.done)
        )
        .execute()
    )
    _changed(batch.id)
    return bool(written)


def _fail(batch: PrintBatch, why: Text) -> None:
    with transaction():
        PrintBatch.update(status="failed", why=text_to_json(why), leased_until=None).where(
            (PrintBatch.id == batch.id) & (PrintBatch.status == "printing")
        ).execute()
        _drop_parts(batch)
        _changed(batch.id)


def _drop_parts(batch: PrintBatch) -> None:
    for part in PrintPart.select().where(PrintPart.batch == batch):
        media.forget(part.key)
    PrintPart.delete().where(PrintPart.batch == batch).execute()


def _changed(batch_id: int) -> None:
    live.publish(live.ADMIN, {"kind": "print", "id": batch_id})


# --- by the clock ---------------------------------------------------------------------------------------------


def go_on() -> int:
    """Have what nobody works at gone on with: a nudge was lost, or a worker died. Returns how many."""
    now = clock.now()
    waiting = PrintBatch.select(PrintBatch.id).where(
        PrintBatch.status.in_(("waiting", "printing"))
        & (PrintBatch.leased_until.is_null() | (PrintBatch.leased_until < now))
    )
    found = [b.id for b in waiting]
    for batch_id in found:
        step(batch_id)
    return len(found)


def forget_old() -> int:
    """Drop what was kept for its day. Returns how many."""
    return _drop(lambda batch: True, PrintBatch.select().where(PrintBatch.expires_at < clock.now()))


def holding(kind: str, row_id: int) -> list[PrintBatch]:
    """The batches in which this row is."""
    return [b for b in PrintBatch.select().where(PrintBatch.kind == kind) if row_id in b.ids]


def forget(kinds: Sequence[str], ids: Sequence[int]) -> None:
    """Drop every batch in which one of these rows is: the person behind them is forgotten. Those of tables go too, whatever
    they hold: any row may speak of her."""
    wanted = set(ids)
    found = PrintBatch.select().where(PrintBatch.kind.in_(kinds) | PrintBatch.kind.startswith("table:"))
    _drop(lambda batch: batch.kind not in kinds or not wanted.isdisjoint(batch.ids), found)


def _drop(meant: Callable[[PrintBatch], bool], found: Iterable[PrintBatch]) -> int:
    dropped = [batch for batch in found if meant(batch)]
    for batch in dropped:
        with transaction():
            _drop_parts(batch)
            if batch.key:
                media.forget(batch.key)
            batch.delete_instance()
    return len(dropped)
