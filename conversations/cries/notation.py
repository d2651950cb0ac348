"""How the lines of `han.py` and `english.py` are read. Pure.

`(a b)` one of these (in English `(a|b)`), `[ab]` one of these characters, `x?` with it or without, `..4` up to four characters
between, `!(a b)` none of these follows, `<![ab]` none of these stands before. ` | ` parts lines that are plain words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_GAP = re.compile(r"\.\.(\d+)")
_GROUP = re.compile(r"(?<!\\)\((?!\?)")


def lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        yield from (part.strip() for part in line.split(" | ") if part.strip())


def han(line: str, who: str) -> str:
    """The regular expression of a Chinese line."""
    shape, _sign, after = line.partition(" > ")
    shape, _sign, before = shape.partition(" < ")
    shape = _GAP.sub(r".{0,\1}", shape.replace("!(", "(?!").replace("<![", "(?<![").strip())
    shape = re.sub(r"\(\?<!(\[[^\]]+\])", r"(?<!\1)", shape).replace("{who}", who)
    shape = _GROUP.sub("(?:", shape.replace(" ", "|"))
    behind = "".join(f"(?<!{word})" for word in before.split())
    ahead = f"(?!{after.replace(' ', '|')})" if after else ""
    return f"{behind}(?:{shape}){ahead}"


def english(line: str, person: str) -> str:
    """The regular expression of an English line, for words in small letters."""
    ends = "" if line.endswith(("*", "$", ")")) and not line.endswith("|") else r"\b"
    shape = line.removesuffix("*") if line.endswith("*") and not line.endswith((")*", "w*")) else line
    if line.endswith(")") and not re.search(r"\(\?![^()]*(?:\([^()]*\)[^()]*)*\)$", line):
        ends = r"\b"
    shape = _GAP.sub(r".{0,\1}", shape).replace("{person}", person)
    shape = _GROUP.sub("(?:", shape)
    small = re.sub(r"\\.|[A-Z]", lambda m: m.group() if len(m.group()) > 1 else m.group().lower(), shape)
    return rf"(?:{small}){ends}"


def needs(pattern: str) -> frozenset[str]:
    """Characters of which a text must have one for the Chinese line to be found in it; empty where there is no telling."""
    best, _end = _alternatives(pattern, 0)
    return best or frozenset()


def _alternatives(text: str, at: int) -> tuple[frozenset[str] | None, int]:
    """What one of the alternatives needs, and where they end."""
    all_of: list[frozenset[str] | None] = []
    while True:
        found, at = _sequence(text, at)
        all_of.append(found)
        if at >= len(text) or text[at] == ")":
            break
        at += 1
    if any(found is None for found in all_of):
        return None, at
    return frozenset().union(*(found for found in all_of if found is not None)), at


def _sequence(text: str, at: int) -> tuple[frozenset[str] | None, int]:
    best: frozenset[str] | None = None
    while at < len(text) and text[at] not in "|)":
        found: frozenset[str] | None = None
        if text.startswith(("(?!", "(?<!", "(?="), at):
            _none, at = _alternatives(text, text.index("!" if "!" in text[at : at + 4] else "=", at) + 1)
            at += 1
        elif text.startswith("(?:", at):
            found, at = _alternatives(text, at + 3)
            at += 1
        elif text[at] == "[":
            end = text.index("]", at)
            found = None if text[at + 1] == "^" else frozenset(text[at + 1 : end])
            at = end + 1
        elif text[at] == "\\":
            at += 2
        else:
            found = frozenset(text[at]) if text[at] not in "^$." else None
            at += 1
        if at < len(text) and text[at] in "?*":
            found, at = None, at + 1
        elif at < len(text) and text[at] == "{":
            found, at = None, text.index("}", at) + 1
        elif at < len(text) and text[at] == "+":
            at += 1
        if found and any(not "\u3400" <= c <= "\u9fff" and not c.isdigit() for c in found):
            found = None
        if found and (best is None or len(found) < len(best)):
            best = found
    return best, at
