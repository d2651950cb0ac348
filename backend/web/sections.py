"""Parts of one domain's page that another domain fills: a resident's open requests, her message thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import Markup

from backend.core.access import Actor
from backend.core.i18n import Text


@dataclass(frozen=True, slots=True)
class Section:
    """A titled part of a page, already rendered (`Markup(render_template(…))`)."""

    title: Text
    html: Markup


Maker = Callable[[Actor, int], Section | None]
_makers: dict[str, list[tuple[int, Maker]]] = {}


def register(page: str, maker: Maker, order: int = 100) -> None:
    """Add a part to `page` ("resident"): `maker(actor, id)` returns None where there is nothing for this actor."""
    makers = _makers.setdefault(page, [])
    makers.append((order, maker))
    makers.sort(key=lambda pair: pair[0])


def made(page: str, actor: Actor, subject_id: int) -> list[Section]:
    """The parts of `page` about this subject, in order."""
    found = (maker(actor, subject_id) for _order, maker in _makers.get(page, ()))
    return [section for section in found if section is not None]
