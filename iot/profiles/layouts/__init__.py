"""How device repositories are laid out: one module each, chosen by what lies at the top."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from backend.core.errors import Invalid
from backend.core.i18n import _
from iot.profiles.layouts import chirpstack, ttn
from iot.profiles.layouts.found import Entry, Found
from iot.profiles.tree import Tree


class Layout(Protocol):
    """What each module offers."""

    NAME: str
    IN_BULK: bool
    """Whether its terms let one take all of it."""

    def fits(self, tree: Tree) -> bool: ...

    def entries(self, tree: Tree, words: tuple[str, ...] = ()) -> Iterator[Entry]:
        """Every model whose key, name or description has all of these words, in small letters."""

    def found(self, tree: Tree, key: str, firmware: str = "") -> Found:
        """With `firmware`, of that version; else of the newest that has a codec. Raises NotFound, Invalid."""


LAYOUTS: dict[str, Layout] = {module.NAME: module for module in (chirpstack, ttn)}


def of(tree: Tree) -> Layout:
    """Raises Invalid when it is none that we know."""
    for layout in LAYOUTS.values():
        if layout.fits(tree):
            return layout
    raise Invalid(
        _(
            "This is no device repository that we can read: neither vendors/…/vendor.toml (ChirpStack) nor vendor/index.yaml (The Things Network) is there."
        )
    )
