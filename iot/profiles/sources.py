"""Device repositories that the operator named: a checkout or a zip each, on this machine. Nothing is fetched from anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from backend.core import access, audit, clock
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.i18n import _
from iot.profiles import layouts, licences, tree
from iot.profiles.layouts import Layout
from iot.profiles.layouts.found import Entry, Found
from iot.profiles.licences import Licence
from iot.profiles.models import ProfileSource
from iot.profiles.tree import Tree
from iot.registry.devices import CHANGE

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")


@dataclass(frozen=True, slots=True)
class Repository:
    """A source, open."""

    name: str
    layout: Layout
    tree: Tree


@dataclass(frozen=True, slots=True)
class Offer:
    """What a source has of one model. `codec` is the file as it lies there."""

    repository: Repository
    found: Found
    licence: Licence
    codec: bytes


def add(actor: Actor, name: str, path: Path) -> ProfileSource:
    """Name a checkout or zip; the same name again moves it. Raises Forbidden, Invalid, NotFound."""
    access.check(actor, CHANGE)
    if not _NAME.fullmatch(name):
        raise Invalid(_("A source’s name is of small letters and digits, such as chirpstack."), "name")
    layout = layouts.of(tree.opened(path))
    with transaction():
        ProfileSource.delete().where(ProfileSource.name == name).execute()
        made: ProfileSource = ProfileSource.create(
            name=name, layout=layout.NAME, path=str(path.resolve()), by_name=actor.name[:80], created_at=clock.now()
        )  # fmt: skip
        audit.record(
            actor, "device.source", f"profile_source:{made.id}", after={"name": name, "path": made.path}
        )
    return made


def remove(actor: Actor, name: str) -> None:
    """What was installed from it stays. Raises Forbidden, NotFound."""
    access.check(actor, CHANGE)
    with transaction():
        known = _known(name)
        known.delete_instance()
        audit.record(
            actor, "device.source", f"profile_source:{known.id}", before={"name": name, "path": known.path}
        )


def known() -> list[ProfileSource]:
    return list(ProfileSource.select().order_by(ProfileSource.name))


def opened(name: str) -> Repository:
    """Raises NotFound, Invalid."""
    source = _known(name)
    lying = tree.opened(Path(source.path))
    return Repository(source.name, layouts.of(lying), lying)


def search(text: str, source: str = "") -> Iterator[tuple[str, Entry]]:
    """The models whose key, name or description has every word of `text`, with the name of their source."""
    words = tuple(re.findall(r"\w+", text.casefold()))
    for each in [source] if source else [row.name for row in known()]:
        repository = opened(each)
        for entry in repository.layout.entries(repository.tree, words):
            yield each, entry


def offer(key: str, source: str = "", firmware: str = "") -> Offer:
    """What a source has of `key`: of the one named, else of the only one that has it. Raises NotFound, Invalid, Conflict."""
    if source:
        return offer_of(opened(source), key, firmware)
    having: list[Offer] = []
    for row in known():
        try:
            having.append(offer_of(opened(row.name), key, firmware))
        except NotFound:
            continue
    if not having:
        raise NotFound(_("No source has a codec for {key}.", key=key))
    if len(having) > 1:
        names = ", ".join(one.repository.name for one in having)
        raise Conflict(
            _("Several sources have {key}: {names}. Please name one with --source.", key=key, names=names)
        )
    return having[0]


def offer_of(repository: Repository, key: str, firmware: str = "") -> Offer:
    """The same of an open source. Raises NotFound, Invalid."""
    found = repository.layout.found(repository.tree, key, firmware)
    codec = repository.tree.read(found.codec)
    return Offer(repository, found, licences.of(repository.tree, found.codec), codec)


def _known(name: str) -> ProfileSource:
    source: ProfileSource | None = ProfileSource.get_or_none(ProfileSource.name == name)
    if source is None:
        raise NotFound(_("There is no source named “{name}”.", name=name))
    return source
