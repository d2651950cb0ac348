"""JSON as people write it by hand: with comments, hexadecimal numbers, commas at the end, names without quotation marks. Pure.

Test messages of ChirpStack's repository are read by a JavaScript engine there, and many of them rely on it.
"""

from __future__ import annotations

import json
import re
from typing import Any

_TOKEN = re.compile(
    r"""(?P<text>"(?:[^"\\]|\\.)*")
    | (?P<single>'(?:[^'\\]|\\.)*')
    | (?P<comment>//[^\n]*|/\*.*?\*/)
    | (?P<hex>[+-]?0[xX][0-9a-fA-F]+)
    | (?P<comma>,(?=(?:\s|//[^\n]*(?:\n|\Z)|/\*.*?\*/)*[\]}]))
    | (?P<name>[A-Za-z_$][\w$]*)(?P<colon>\s*:)?
    | (?P<other>[^"'/,A-Za-z_$+\-0]+|.)""",
    re.VERBOSE | re.DOTALL,
)


def read(text: str) -> Any:
    """Raises ValueError."""
    return json.loads("".join(_strict(match) for match in _TOKEN.finditer(text.removeprefix("\ufeff"))))


def _strict(match: re.Match[str]) -> str:
    kind, found = match.lastgroup, match.group()
    if match["comment"] or match["comma"]:
        return " "
    if match["single"]:
        inner = found[1:-1].replace("\\'", "'")
        return '"' + re.sub(r'(?<!\\)"', r"\"", inner) + '"'
    if match["hex"]:
        return str(int(found, 16))
    if match["colon"]:
        return json.dumps(match["name"]) + ":"
    if kind == "name" and found == "undefined":
        return "null"
    return found
