"""What a mapping makes of what a model's devices say: of its own test messages, and of others that somebody has at hand. Pure, but for running a codec
over bytes."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from backend.core.errors import Invalid
from backend.core.i18n import _
from iot import mapping
from iot.mapping import Read, Rule
from iot.profiles import proving
from iot.profiles.layouts.found import payload
from iot.profiles.models import ProfileVersion
from iot.uplink import Scalar, Unreadable, flat
from iot.vendor import sources as codecs


@dataclass(frozen=True, slots=True)
class Meant:
    """One message: its own names, and what the mapping reads of them."""

    name: str
    values: Mapping[str, Scalar]
    read: Read


def of_vectors(version: ProfileVersion, rules: Sequence[Rule]) -> list[Meant]:
    """What the test messages mean, as their author says they are read."""
    return [
        Meant(vector.name, values, mapping.read(rules, values))
        for vector in version.messages
        if (values := flat(vector.expected.get("data")))
    ]


def names(version: ProfileVersion, more: Iterable[Mapping[str, Scalar]] = ()) -> dict[str, list[Scalar]]:
    """Every name that its test messages, and devices' last messages, say, with the values seen."""
    found: dict[str, list[Scalar]] = {}
    said = [flat(vector.expected.get("data")) for vector in version.messages]
    for values in (*said, *more):
        for name, value in values.items():
            seen = found.setdefault(name, [])
            if value not in seen and len(seen) < 20:
                seen.append(value)
    return found


def of_file(version: ProfileVersion, rules: Sequence[Rule], text: str) -> list[Meant]:
    """What a file's messages mean: one or a list of {"fPort": 10, "bytes": [1, 2] or "0102"} or {"fPort": 10, "data": base64}, which the codec reads, or
    of values as they were decoded. Raises Invalid."""
    try:
        rows = json.loads(text)
    except ValueError as error:
        raise Invalid(_("The file is no JSON.")) from error
    found = []
    for number, row in enumerate(rows if isinstance(rows, list) else [rows], start=1):
        if not isinstance(row, Mapping):
            raise Invalid(_("Message {n} of the file cannot be read.", n=number))
        values = _values(version, row, number)
        found.append(Meant(str(row.get("name") or number), values, mapping.read(rules, values)))
    return found


def _values(version: ProfileVersion, row: Mapping[str, object], number: int) -> dict[str, Scalar]:
    given = row.get("bytes", row.get("data"))
    if not isinstance(given, str | list):
        return flat(given if isinstance(given, Mapping) else row)
    try:
        raw = payload(given) if "bytes" in row else base64.b64decode(str(given), validate=True)
        answer = proving.decoded(codecs.read(version.sha256), raw, int(str(row.get("fPort", 1))))
    except (ValueError, TypeError, binascii.Error) as error:
        raise Invalid(_("Message {n} of the file cannot be read.", n=number)) from error
    except Unreadable as error:
        raise Invalid(_("The codec cannot read message {n}: {why}", n=number, why=str(error))) from error
    return flat(answer.get("data"))
