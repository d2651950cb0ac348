"""From a device repository into the house: licence accepted, test messages run, codec copied and locked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

from backend.core import access
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import Conflict, Invalid, LinliError
from backend.core.i18n import _
from iot.profiles import proving, sources, store, versions
from iot.profiles.licences import Licence
from iot.profiles.models import ProfileVersion
from iot.profiles.proving import Tried
from iot.profiles.sources import Offer
from iot.registry.devices import CHANGE
from iot.vendor import calling
from iot.vendor import sources as codecs


@dataclass(frozen=True, slots=True)
class Installed:
    """`failing` are the test messages that were read wrongly."""

    version: ProfileVersion
    failing: tuple[Tried, ...] = ()


def install(
    actor: Actor, key: str, source: str = "", *, firmware: str = "", accept: str = "", allow_failing: bool = False
) -> Installed:  # fmt: skip
    """Take one model. `accept` names its licence; one that asks for no more than its notice needs no word. `allow_failing`: also when test messages are
    read wrongly, which it may then never raise alarms with. Raises Forbidden, NotFound, Invalid, Conflict."""
    access.check(actor, CHANGE)
    return _installed(actor, sources.offer(key, source, firmware), accept, allow_failing)


def install_all(actor: Actor, source: str) -> Iterator[tuple[str, Installed | LinliError]]:
    """Every model of a repository whose terms allow it, one after the other, with what came of each. Raises Forbidden, NotFound, Invalid, and Conflict for
    one that may only be taken model by model."""
    access.check(actor, CHANGE)
    repository = sources.opened(source)
    if not repository.layout.IN_BULK:
        raise Conflict(
            _(
                "The terms of this repository let one take what is said of a single device, not all of it. Please install the models that you need, one by one."
            )
        )
    for entry in repository.layout.entries(repository.tree):
        try:
            yield (
                entry.key,
                _installed(actor, sources.offer_of(repository, entry.key), "", allow_failing=False),
            )
        except LinliError as error:
            yield entry.key, error


def sha256(offer: Offer) -> str:
    """Of the codec as it lies in its source."""
    return hashlib.sha256(offer.codec).hexdigest()


def retry(version: ProfileVersion) -> list[Tried]:
    """Run the test messages of an installed version again, with the codec that is here now, and keep how many pass. Raises Unreadable
    when the codec's file is gone or was changed."""
    source = codecs.read(version.sha256)
    tried = proving.tried(source, version.messages)
    versions.tested(version.id, sum(not one.wrong for one in tried), calling.engine())
    return tried


def _installed(actor: Actor, offer: Offer, accept: str, allow_failing: bool) -> Installed:
    found, licence = offer.found, offer.licence
    _accepted(licence, accept)
    source = store.text(offer.codec, found.codec)
    if trouble := proving.unloadable(source):
        raise Invalid(_("The codec cannot be loaded: {why}", why=trouble))
    tried = proving.tried(source, found.vectors)
    failing = tuple(one for one in tried if one.wrong)
    if failing and not allow_failing:
        raise Conflict(
            _(
                "{n} of {total} test messages are read wrongly, the first: {name}: {why}. It can be installed all the same (--allow-failing), and never raises an alarm.",
                n=len(failing),
                total=len(tried),
                name=failing[0].vector.name,
                why=failing[0].wrong,
            )
        )
    sha256 = store.keep(offer.codec, licence.text)
    with transaction():
        version = versions.put(
            actor,
            found.key,
            found.name.replace("\0", ""),
            found.says,
            source=offer.repository.name,
            layout=offer.repository.layout.NAME,
            path=found.codec[:240],
            firmware=found.firmware.replace("\0", "")[:40],
            commit=offer.repository.tree.commit,
            licence=licence.name[:40],
            licence_text=licence.text.replace("\0", ""),
            sha256=sha256,
            engine=calling.engine(),
            passed=len(tried) - len(failing),
            total=len(tried),
            vectors=json.dumps([vector.to_json() for vector in found.vectors], sort_keys=True),
        )
    return Installed(version, failing)


def _accepted(licence: Licence, accept: str) -> None:
    if accept and accept.casefold() != licence.name.casefold():
        raise Conflict(
            _("Its licence is {licence}, not {accept}. Nothing was installed.", licence=licence.name, accept=accept)
        )  # fmt: skip
    if not accept and not licence.free:
        raise Conflict(
            _(
                "Its licence is {licence}. Please read it (show) and accept it by name: --accept-licence {licence}",
                licence=licence.name,
            )
        )
