"""The paper: how large one record's part of it is, and how these parts lie on the sheets. Lengths are millimetres."""

from __future__ import annotations

from dataclasses import dataclass

from backend.core.errors import Invalid
from backend.core.i18n import Msg, _

A4 = (210.0, 297.0)
LEAST, MOST = 20.0, 600.0
EDGE = 5.0
"""What printers leave white at the rim of a sheet."""
LAYOUTS: dict[str, Msg] = {
    "page": _("Each on paper of its own"),
    "sheet": _("Several on a sheet of A4, with lines to cut along"),
    "tent": _("Twice on one sheet, folded in the middle to stand"),
}


@dataclass(frozen=True, slots=True)
class Page:
    """`width` and `height` are of one record's part: a card on a sheet, one side of a desk card. `margins` run from the top
    clockwise."""

    width: float
    height: float
    margins: tuple[float, float, float, float] = (20, 20, 20, 20)
    layout: str = "page"

    @property
    def inner(self) -> tuple[float, float]:
        """Width and height between the margins."""
        top, right, bottom, left = self.margins
        return self.width - left - right, self.height - top - bottom

    @property
    def sheet(self) -> tuple[float, float]:
        """Width and height of the paper in the printer."""
        if self.layout == "sheet":
            upright = _fitting(A4, self)[0] * _fitting(A4, self)[1]
            lying = _fitting(A4[::-1], self)[0] * _fitting(A4[::-1], self)[1]
            return A4 if upright >= lying else A4[::-1]
        return self.width, self.height * (2 if self.layout == "tent" else 1)

    @property
    def per_sheet(self) -> int:
        """Records on one sheet (on which a record of layout "page" begins: it may take several)."""
        columns, rows = self.grid
        return columns * rows

    @property
    def grid(self) -> tuple[int, int]:
        """Columns and rows of records on one sheet."""
        return _fitting(self.sheet, self) if self.layout == "sheet" else (1, 1)

    def checked(self) -> Page:
        """Itself. Raises Invalid, naming the field of the page form, when no printer could take it."""
        if not (LEAST <= self.width <= MOST and LEAST <= self.height <= MOST):
            raise Invalid(_("Width and height go from {least} to {most} mm.", least=20, most=600), "width")
        if min(self.margins) < 0 or min(self.inner) < 10:
            raise Invalid(_("These margins leave less than 10 mm to print on."), "margins")
        if self.layout not in LAYOUTS:
            raise Invalid(_("Please choose how it lies on the paper."), "layout")
        if self.layout == "sheet" and self.per_sheet < 1:
            raise Invalid(_("This is too large to lie on a sheet of A4."), "layout")
        if self.layout == "tent" and self.height > MOST / 2:
            raise Invalid(_("This is too large to be folded."), "layout")
        return self


def _fitting(sheet: tuple[float, float], page: Page) -> tuple[int, int]:
    return int((sheet[0] - 2 * EDGE) // page.width), int((sheet[1] - 2 * EDGE) // page.height)


@dataclass(frozen=True, slots=True)
class Preset:
    label: Msg
    page: Page


CUSTOM = "custom"
PRESETS: dict[str, Preset] = {
    "letter": Preset(_("Letter, A4"), Page(*A4, (25, 22, 22, 25))),
    "certificate": Preset(_("Certificate, A4 lying"), Page(A4[1], A4[0], (0, 0, 0, 0))),
    "badge": Preset(_("Name badge, 90 × 54 mm"), Page(90, 54, (0, 0, 0, 0), "sheet")),
    "desk_card": Preset(_("Desk card, folded"), Page(210, 148.5, (0, 0, 0, 0), "tent")),
    "greeting_card": Preset(_("Greeting card, A4 folded to A5"), Page(A4[1], A4[0], (0, 0, 0, 0))),
    "envelope_dl": Preset(_("Envelope DL, 220 × 110 mm"), Page(220, 110, (0, 0, 0, 0))),
    "envelope_c5": Preset(_("Envelope C5, 229 × 162 mm"), Page(229, 162, (0, 0, 0, 0))),
    "envelope_zl": Preset(_("Envelope ZL, 230 × 120 mm"), Page(230, 120, (0, 0, 0, 0))),
    CUSTOM: Preset(_("My own size"), Page(148, 105, (10, 10, 10, 10))),
}
"""By the name that a template keeps; `page` is what it begins with."""
