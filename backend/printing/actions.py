"""Making and changing templates. A template belongs to an Org; all below it print with it, and see it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from backend.core import access, audit, clock, live, media
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import Invalid, NotFound
from backend.core.i18n import _
from backend.printing import cleaning
from backend.printing.document import OWNER, Design
from backend.printing.models import PrintTemplate
from backend.printing.page import PRESETS, Page

MOST_NAME = 80


@dataclass(frozen=True, slots=True)
class Draft:
    """A template as it is typed; `body` may still hold anything."""

    name: str
    kind: str
    preset: str
    page: Page
    body: str
    css: str

    def design(self) -> Design:
        """Ready to be filled. Raises Invalid, naming the field."""
        return Design.of(self.page, self.body, self.css)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Draft:
        page = data["page"]
        top, right, bottom, left = page["margins"]
        return cls(**{**data, "page": Page(**{**page, "margins": (top, right, bottom, left)})})

    @classmethod
    def of(cls, template: PrintTemplate) -> Draft:
        one = template
        return cls(one.name, one.kind, one.preset, one.page, one.body, one.css)


def get(actor: Actor, template_id: int, permission: str = "print.use") -> PrintTemplate:
    """A template of the actor's own places, of those above (to print with) or below them. Raises NotFound, Forbidden."""
    found: PrintTemplate | None = PrintTemplate.get_or_none(PrintTemplate.id == template_id)
    if found is None or not access.may(actor, "print.use") or found.org_id not in _within_sight(actor):
        raise NotFound()
    if permission != "print.use":
        access.check(actor, permission, found.org_id)
    return found


def listed(actor: Actor, kind: str | None = None) -> list[PrintTemplate]:
    """The templates that the actor may print with, by name; with `kind` those that fit rows of it."""
    query = PrintTemplate.select().where(PrintTemplate.org_id.in_(sorted(_within_sight(actor))))
    if kind is not None:
        query = query.where(PrintTemplate.kind.in_(("", kind)))
    return list(query.order_by(PrintTemplate.name, PrintTemplate.id))


def _within_sight(actor: Actor) -> set[int]:
    from backend.core import orgs

    paths = actor.paths("print.use")
    below = {o.id for o in orgs.Org.select().where(orgs.Org.id.in_(orgs.within(paths)))}
    above = {int(i) for path in paths for i in path.strip("/").split("/") if i}
    return below | above


def create(actor: Actor, org_id: int, draft: Draft) -> PrintTemplate:
    """Raises Invalid, naming the field of the page form."""
    access.check(actor, "print.change", org_id)
    columns = _columns(draft)
    now = clock.now()
    with transaction():
        made = PrintTemplate.create(
            org_id=org_id, created_at=now, updated_at=now, updated_by=actor.id, **columns
        )
        audit.record(actor, "print.template_made", made.subject, org_id=org_id, after={"name": made.name})
    return made


def change(actor: Actor, template_id: int, draft: Draft) -> PrintTemplate:
    """Raises Invalid, naming the field of the page form."""
    template = get(actor, template_id, "print.change")
    columns = _columns(draft)
    before = {name: getattr(template, name) for name in columns}
    differing = {name for name, value in columns.items() if before[name] != value}
    if not differing:
        return template
    with transaction():
        PrintTemplate.update(
            **columns, version=PrintTemplate.version + 1, updated_at=clock.now(), updated_by=actor.id
        ).where(PrintTemplate.id == template_id).execute()
        audit.record(
            actor, "print.template_changed", template.subject, org_id=template.org_id,
            before={n: before[n] for n in differing}, after={n: columns[n] for n in differing},
        )  # fmt: skip
    return PrintTemplate.get_by_id(template_id)


def copy(actor: Actor, template_id: int, name: str) -> PrintTemplate:
    """A template of its own with the same content, where the actor may change it. Raises Forbidden."""
    template = get(actor, template_id)
    draft = Draft.of(template)
    place = template.org_id if access.may(actor, "print.change", template.org_id) else home(actor)
    return create(
        actor, place, Draft(name[:MOST_NAME], draft.kind, draft.preset, draft.page, draft.body, draft.css)
    )


def home(actor: Actor) -> int:
    """The widest place where the actor may make templates. Raises Forbidden."""
    access.check(actor, "print.change")
    paths = sorted(actor.paths("print.change"), key=len)
    return int(paths[0].strip("/").split("/")[-1])


def remove(actor: Actor, template_id: int) -> None:
    template = get(actor, template_id, "print.change")
    with transaction():
        audit.record(
            actor, "print.template_removed", template.subject, org_id=template.org_id,
            before=Draft.of(template).to_json(),
        )  # fmt: skip
        template.delete_instance()
        live.publish(live.ADMIN, {"kind": "print", "id": template_id})


def add_picture(actor: Actor, template_id: int, data: bytes, content_type: str) -> str:
    """Keep a picture for use in templates; returns its key. Raises Invalid."""
    template = get(actor, template_id, "print.change")
    return media.save(data, content_type, f"{OWNER}:{template.org_id}")


def _columns(draft: Draft) -> dict[str, Any]:
    name = draft.name.strip()[:MOST_NAME]
    if not name:
        raise Invalid(_("Please give the template a name."), "name")
    if draft.preset not in PRESETS:
        raise Invalid(_("Please choose what it is printed on."), "preset")
    draft.design()
    page = draft.page
    return {
        "name": name,
        "kind": draft.kind,
        "preset": draft.preset,
        "width": page.width,
        "height": page.height,
        "margins": list(page.margins),
        "layout": page.layout,
        "body": cleaning.body(draft.body),
        "css": cleaning.css(draft.css),
    }
