"""What an audience looks like as JSON: whatever a browser or a file brings is looked at here before anybody works with it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from backend.core.errors import Invalid
from backend.core.i18n import _

_Number = Annotated[int, Field(ge=1, le=2_147_483_647)]
_Word = Annotated[str, StringConstraints(max_length=80)]
_Numbers = Annotated[list[_Number], Field(max_length=50_000)]
_List = list
_NEEDS = {"view": "view", "asked": "asked", "ids": "ids"}
"""What each way needs beside its name, where it cannot do without."""


class _Days(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    column: _Word = ""
    dates: Annotated[list[_Word], Field(max_length=5_000)]

    @model_validator(mode="after")
    def _are_dates(self) -> Self:
        for text in self.dates:
            date.fromisoformat(text)
        return self


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    kind: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,30}(:[a-z][a-z0-9_]{0,59}|:[0-9]{1,9})?$")]
    how: _Word
    org: _Number | None = None
    view: _Number | None = None
    event: _Number | None = None
    ids: _Numbers | None = None
    asked: dict[_Word, Any] | None = None
    which: _Word | None = None
    tag: _Word | None = None
    relation: _Word | None = None
    only: _Word | None = None
    families: Any = None
    minus: Any = None
    days: _Days | None = None
    list: _Number | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        needed = _NEEDS.get(self.how)
        if needed is not None and getattr(self, needed) is None:
            raise ValueError(needed)
        for words in (self.families, *(self.asked or {}).values()):
            if words is not None and not (
                isinstance(words, _List) and all(isinstance(w, str) for w in words)
            ):
                raise ValueError("words")
        if self.minus is not None and not isinstance(self.minus, _List):
            raise ValueError("minus")
        return self


def checked(audience: Any) -> dict[str, Any]:
    """The same, as it was. Raises Invalid for what is no audience."""
    try:
        found = _Shape.model_validate(audience)
        for one in found.minus or ():
            _Shape.model_validate(one)
    except ValidationError:
        raise Invalid(_("Who shall be told? Please choose."), "who") from None
    return dict(audience)
