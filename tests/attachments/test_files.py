"""A file is kept sealed, found again by those who may, removed and brought back, and destroyed for good in the end."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable

import pytest
from PIL import Image

from backend.attachments import actions, jobs, kinds, personal, queries
from backend.attachments.models import FiledAttachment
from backend.core import audit, clock, keeping, media
from backend.core.access import SYSTEM
from backend.core.errors import Conflict, Forbidden, Invalid, NotFound
from backend.core.media import Attachment
from backend.residents import rights
from backend.residents.models import Resident
from tests.attachments.conftest import Office
from tests.attachments.files import EXE, PDF
from tests.core.test_media import picture


def kept() -> set[str]:
    return {k.key for k in keeping.store().listed()}


def test_a_photo_is_kept_sealed_with_a_small_one_beside_it(office: Office) -> None:
    added = actions.add(office.lin, office.subject, "门口.png", picture("PNG", (1200, 800)))
    found, whole = queries.opened(office.lin, added)
    _found, small = queries.opened(office.lin, added, small=True)
    assert (found.name, found.kind, found.by_name) == ("门口.jpg", "photo", "林主任")
    assert Image.open(io.BytesIO(whole)).size == (1200, 800)
    assert Image.open(io.BytesIO(small)).size == (320, 213)
    assert len(kept()) == 2
    assert not [k for k in kept() if b"JFIF" in media.sealed(k)]


def test_a_document_stays_as_it_is_and_a_text_is_read_by_everybody(office: Office) -> None:
    pdf = actions.add(office.lin, office.subject, "证明.docx", PDF)
    text = actions.add(office.lin, office.subject, "说明.txt", "您好".encode("gb18030"))
    assert queries.opened(office.lin, pdf)[1] == PDF
    assert [f.name for f in queries.listed(office.lin, office.subject)] == ["证明.docx.pdf", "说明.txt"]
    assert queries.opened(office.lin, text)[1] == "您好".encode()


def test_only_those_who_may_change_the_subject_add_and_remove(office: Office) -> None:
    added = actions.add(office.lin, office.subject, "a.pdf", PDF)
    with pytest.raises(Forbidden):
        actions.add(office.auditor, office.subject, "b.pdf", PDF)
    with pytest.raises(Forbidden):
        actions.remove(office.auditor, added)
    assert queries.opened(office.auditor, added)[1] == PDF
    for act in (
        lambda: actions.add(office.stranger, office.subject, "b.pdf", PDF),
        lambda: actions.remove(office.stranger, added),
        lambda: queries.opened(office.stranger, added),
        lambda: queries.listed(office.stranger, office.subject),
        lambda: actions.add(office.lin, "resident:999", "b.pdf", PDF),
        lambda: actions.add(office.lin, "secret:1", "b.pdf", PDF),
        lambda: actions.add(office.lin, "resident:x", "b.pdf", PDF),
    ):
        with pytest.raises(NotFound):
            act()
    assert len(kept()) == 1


def test_what_is_refused_leaves_nothing_behind(office: Office, configure: Callable[..., None]) -> None:
    configure(FILE_MB="1", VAR_DIR=str(keeping.folder().top.parent))
    for data in (EXE, b"", b"%PDF-" + bytes(1024 * 1024)):
        with pytest.raises(Invalid):
            actions.add(office.lin, office.subject, "x.pdf", data)
    assert not kept() and not Attachment.select().count() and not queries.on(office.subject).count()


def test_a_removed_file_comes_back_within_a_month_and_is_destroyed_after_it(office: Office) -> None:
    with clock.stopped() as hands:
        first = actions.add(office.lin, office.subject, "a.pdf", PDF)
        second = actions.add(office.lin, office.subject, "b.jpg", picture())
        actions.remove(office.lin, first)
        actions.remove(office.lin, second)
        assert not queries.listed(office.lin, office.subject)
        with pytest.raises(NotFound):
            queries.opened(office.lin, first)
        assert {f.id for f in queries.removed(office.lin, office.subject)} == {first, second}
        hands.forward(days=29)
        assert jobs.sweep_removed() == 0
        actions.restore(office.lin, first)
        hands.forward(days=2)
        with pytest.raises(Conflict):
            actions.restore(office.lin, second)
        assert jobs.sweep_removed() == 1
    assert queries.opened(office.lin, first)[1] == PDF
    assert len(kept()) == 1 and not FiledAttachment.select().where(FiledAttachment.id == second).count()
    told = [e.action for e in audit.of(office.subject) if e.action.startswith("file.")]
    assert told == ["file.restore", "file.remove", "file.remove", "file.add", "file.add"]
    assert audit.verify().broken_at is None


def test_her_files_go_with_her_and_are_destroyed_with_her_file(office: Office) -> None:
    actions.add(office.lin, office.subject, "a.pdf", PDF)
    gone = actions.add(office.lin, office.subject, "b.jpg", picture())
    actions.remove(office.lin, gone)
    (line,) = rights.export_own_data(office.chen)["files"]
    assert line["name"] == "a.pdf" and base64.b64decode(line["content"]) == PDF
    rights.erase_file(SYSTEM, office.chen, "asked at the counter")
    assert not kept() and not FiledAttachment.select().count() and not Attachment.select().count()
    with pytest.raises(NotFound):
        actions.add(office.lin, office.subject, "c.pdf", PDF)


def test_what_lies_on_a_home_goes_with_the_last_who_lives_there(office: Office) -> None:
    home = f"household:{Resident.get_by_id(office.chen).household_id}"
    actions.add(office.lin, home, "plan.pdf", PDF)
    (line,) = rights.export_own_data(office.chen)["files_of_home"]
    assert line["name"] == "plan.pdf"
    with pytest.raises(NotFound):
        queries.listed(office.stranger, home)
    rights.erase_file(SYSTEM, office.chen, "asked at the counter")
    assert not kept() and not queries.on(home).count()


def test_an_export_holds_no_more_than_fits_and_names_the_rest(office: Office) -> None:
    large = b"%PDF-" + bytes(9 * 1024 * 1024)
    for name in ("a.pdf", "b.pdf", "c.pdf"):
        actions.add(office.lin, office.subject, name, large)
    assert ["content" in line for line in personal.export(office.subject)] == [True, True, False]


def test_orphans_are_swept_after_a_day_and_nothing_that_anybody_points_to(office: Office) -> None:
    used = actions.add(office.lin, office.subject, "a.jpg", picture())
    of_others = media.save(PDF, "", "identity:7")  # no row of ours points to it: somebody else's may
    ours = media.keep(b"x", "application/pdf", f"{actions.OWNER}:{office.subject}")
    keeping.store().put("f" * 32, b"no row tells of it")
    draft = keeping.folder().path("f" * 32).with_name("f" * 32 + ".12345678")
    draft.write_bytes(b"half")
    assert jobs.sweep_orphans() == 0
    with clock.stopped() as hands:
        hands.forward(hours=25)
        assert jobs.sweep_orphans() == 3
        assert jobs.sweep_orphans() == 0
    row = FiledAttachment.get_by_id(used)
    assert kept() == {row.media_key, row.thumb_key, of_others} and ours not in kept()


def test_a_store_that_another_database_fills_is_left_alone(office: Office) -> None:
    actions.add(office.lin, office.subject, "a.pdf", PDF)
    for n in range(2):
        keeping.store().put(f"{n:032x}", b"of another database")
    keeping.folder().path("readme").parent.mkdir(exist_ok=True)
    keeping.folder().path("readme").write_text("somebody's note")
    with clock.stopped() as hands:
        hands.forward(hours=25)
        assert jobs.sweep_orphans() == 0
    assert len(kept()) == 4


def test_there_is_an_end_to_the_files_on_one_subject(office: Office) -> None:
    added = actions.add(office.lin, office.subject, "a.pdf", PDF)
    row = FiledAttachment.select().where(FiledAttachment.id == added).dicts().get()
    del row["id"], row["media_key"]
    FiledAttachment.insert_many([row] * (actions.MOST - 1)).execute()
    with pytest.raises(Invalid):
        actions.add(office.lin, office.subject, "b.jpg", picture())
    assert len(kept()) == 1


def test_the_right_is_asked_where_the_subject_belongs_now(office: Office) -> None:
    place = [office.happy.id]
    kinds.register("parcel", "record.read", "record.change", lambda _number: place[0])
    added = actions.add(office.lin, "parcel:1", "a.pdf", PDF)
    place[0] = office.other.id
    assert queries.opened(office.stranger, added)[1] == PDF
    with pytest.raises(NotFound):
        queries.opened(office.lin, added)
