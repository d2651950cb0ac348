"""What was chosen in the wizard, and how it is kept. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from dataclasses import fields as fields_of
from typing import Any, Literal

from backend.sheets.mapping import ID, ORG, PARENT, VERSION

Policy = Literal["create", "update", "both"]


@dataclass(frozen=True, slots=True)
class Choices:
    """`sheet` and `header` (row number, `last` the last row of the header) of the file; `columns` its columns as (place in the sheet,
    name); `meanings` by position in `columns`: a column key, or one of those in `mapping`. `key`: what rows are known by, "" when
    each is new; `parent_by`: what rows of the main table are known by. `erase`: an empty cell empties the value. `whole`: all rows
    or none."""

    sheet: int = 0
    header: int = 0
    last: int = 0
    encoding: str | None = None
    columns: tuple[tuple[int, str], ...] = ()
    meanings: Mapping[int, str] = field(default_factory=dict)
    key: str = ""
    policy: Policy = "both"
    erase: bool = False
    whole: bool = False
    parent_by: str = ID

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"meanings": {str(k): v for k, v in self.meanings.items()}}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Choices:
        known = {f.name for f in fields_of(cls)}
        given = {k: v for k, v in data.items() if k in known}
        given["columns"] = tuple((int(place), str(name)) for place, name in given.get("columns", ()))
        given["meanings"] = {int(k): v for k, v in given.get("meanings", {}).items()}
        return cls(**given)

    def place(self, meaning: str) -> int | None:
        """Which of `columns` means this."""
        return next((place for place, said in self.meanings.items() if said == meaning), None)

    def fields(self) -> list[tuple[int, str]]:
        """Position and key of each column that means one of the table."""
        return [(p, k) for p, k in sorted(self.meanings.items()) if k not in (ID, VERSION, ORG, PARENT)]
