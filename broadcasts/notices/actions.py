"""What staff wrote once to say often: written, changed in versions, put out of use."""

from __future__ import annotations

from typing import Any

from backend.core import access, audit, clock, media
from backend.core.access import Actor
from backend.core.db import is_postgres, transaction
from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.i18n import Text, _
from backend.messaging.topics import TOPICS
from backend.printing import rows
from broadcasts.models import Notice, NoticeVersion
from broadcasts.notices import wording as wordings
from broadcasts.notices.wording import Wording

ACTIVE, RETIRED = "active", "retired"


def create(
    actor: Actor, org_id: int, name: str, topic: str, kind: str, wording: Wording, locale: str
) -> Notice:
    """Raises Forbidden, Invalid (in the language `locale`)."""
    access.check(actor, "notice.write", org_id)
    name, wording = _checked(actor, name, topic, kind, wording, locale)
    now = clock.now()
    with transaction():
        made: Notice = Notice.create(
            org_id=org_id, name=name, topic=topic, kind=kind, version=1, state=ACTIVE, by_id=actor.id,
            by_name=actor.name[:80], created_at=now, changed_at=now,
        )  # fmt: skip
        _add_version(actor, made, wording)
        audit.record(
            actor,
            "notice.create",
            notice_subject(made),
            org_id=org_id,
            after={"name": name, "wording": wording.to_json()},
        )
    return made


def change(
    actor: Actor, notice_id: int, seen: int, name: str, topic: str, kind: str, wording: Wording, locale: str
) -> Notice:
    """A new version; campaigns that were made keep what they said. `seen` is the version that was changed. Raises NotFound, Forbidden,
    Invalid, Conflict when a colleague was quicker."""
    with transaction():
        notice = _locked(actor, notice_id)
        if notice.version != seen:
            raise Conflict(_("A colleague changed this in the meantime. Please look at it again."))
        name, wording = _checked(actor, name, topic, kind, wording, locale)
        before = wording_of(notice)
        notice.name, notice.topic, notice.kind, notice.changed_at = name, topic, kind, clock.now()
        if wording != before:
            notice.version += 1
            _add_version(actor, notice, wording)
        notice.save()
        audit.record(
            actor, "notice.change", notice_subject(notice), org_id=notice.org_id,
            before={"wording": before.to_json()}, after={"name": name, "wording": wording.to_json()},
        )  # fmt: skip
    return notice


def retire(actor: Actor, notice_id: int, *, back: bool = False) -> None:
    """Out of use, or in use again. Raises NotFound, Forbidden."""
    with transaction():
        notice = _locked(actor, notice_id)
        notice.state, notice.changed_at = ACTIVE if back else RETIRED, clock.now()
        notice.save()
        audit.record(
            actor, "notice.restore" if back else "notice.retire", notice_subject(notice), org_id=notice.org_id
        )


def seen(actor: Actor, notice_id: int) -> Notice:
    """Raises NotFound, also for one that the actor may not see."""
    notice = Notice.get_or_none(Notice.id == notice_id)
    if notice is None or not access.may(actor, "campaign.read", notice.org_id):
        raise NotFound()
    return notice  # type: ignore[no-any-return]


def listed(actor: Actor, state: str = ACTIVE) -> list[Notice]:
    """Those that the actor sees, the last changed first."""
    mine = Notice.org_id.in_(access.org_ids(actor, "campaign.read"))
    return list(Notice.select().where(mine & (Notice.state == state)).order_by(Notice.changed_at.desc()))


def wording_of(notice: Notice, number: int | None = None) -> Wording:
    """What it says, or said in that version. Raises NotFound."""
    return Wording.from_json(version(notice, number or notice.version).wording)


def version(notice: Notice, number: int) -> NoticeVersion:
    """Raises NotFound."""
    which = (NoticeVersion.notice_id == notice.id) & (NoticeVersion.number == number)
    found = NoticeVersion.get_or_none(which)
    if found is None:
        raise NotFound()
    return found  # type: ignore[no-any-return]


def versions(notice: Notice) -> list[NoticeVersion]:
    """All of them, the newest first."""
    query: Any = NoticeVersion.select().where(NoticeVersion.notice_id == notice.id)
    return list(query.order_by(NoticeVersion.number.desc()))


def notice_subject(notice: Notice) -> str:
    """What the audit log calls it; `notice:` is a message to the people of some rows (`records.notices`)."""
    return f"wording:{notice.id}"


def check_wording(actor: Actor, kind: str, topic: str, wording: Wording, locale: str) -> Wording:
    """As it is kept. Raises Invalid."""
    if topic not in TOPICS:
        raise Invalid(_("What is the notice about? Please choose."), "topic")
    if not kind or rows.find(kind).hearing is None:
        raise Invalid(_("For whose rows is it written? Please choose."), "kind")
    checked = wordings.checked(wording, rows.columns(actor, kind), locale)
    for code, variant in checked.variants.items():
        if variant.photo and not is_ours(variant.photo):
            raise Invalid(_("This photo is gone. Please add it once more."), f"{code}.photo")
    return checked


def kinds(actor: Actor) -> dict[str, Text]:
    """The kinds of rows whose people can be told something, with what they are called."""
    return {kind: title for kind, title in rows.titles(actor).items() if rows.find(kind).hearing is not None}


OWNER = "broadcast"


def add_photo(actor: Actor, org_id: int, data: bytes, content_type: str) -> str:
    """Keep a photo for notices; returns its key. Raises Forbidden, Invalid."""
    access.check(actor, "notice.write", org_id)
    if data.startswith(b"%PDF-"):
        raise Invalid(_("Chats show photos, no documents. A JPEG or PNG works."), "photo")
    return media.save(data, content_type, f"{OWNER}:{org_id}")


def is_ours(key: str) -> bool:
    """Whether this photo was added to a notice: no other may be named in one."""
    try:
        return media.owner_of(key).startswith(f"{OWNER}:")
    except NotFound:
        return False


def _checked(
    actor: Actor, name: str, topic: str, kind: str, wording: Wording, locale: str
) -> tuple[str, Wording]:
    name = name.strip()
    if not name:
        raise Invalid(_("A notice needs a name."), "name")
    if len(name) > 80:
        raise Invalid(_("This is longer than {n} characters.", n=80), "name")
    return name, check_wording(actor, kind, topic, wording, locale)


def _add_version(actor: Actor, notice: Notice, wording: Wording) -> None:
    NoticeVersion.create(
        notice_id=notice.id, number=notice.version, wording=wording.to_json(), by_id=actor.id,
        by_name=actor.name[:80], at=clock.now(),
    )  # fmt: skip


def _locked(actor: Actor, notice_id: int) -> Notice:
    notice = seen(actor, notice_id)
    access.check(actor, "notice.write", notice.org_id)
    query = Notice.select().where(Notice.id == notice.id)
    return (query.for_update() if is_postgres() else query).get()  # type: ignore[no-any-return]
