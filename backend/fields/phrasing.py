"""How lines of words become one pattern: `打/拨 个/一个? 电话 {whom}* 吗?`. Pure.

A line is a row of places, parted by blanks. `a/b` is one of these, `{name}` a word of that list, `?` behind it: it may be missing,
`*`: any number of them, `+`: one or more. `(` and `)?` hold places together. `..8` is up to eight characters of anything, `..2-8` at
least two. `!{name}`: what follows is not just a word of that list. A blank inside a word is written `_`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_OFTEN = "?*+"


def pattern(lines: str, lists: Mapping[str, str], between: str = "") -> re.Pattern[str]:
    """What any of `lines` matches, one a row. `between` stands behind every word: a blank, in languages that have them."""
    return re.compile("|".join(_line(line, lists, between) for line in lines.splitlines() if line.strip()))


def _line(line: str, lists: Mapping[str, str], between: str) -> str:
    return "".join(_place(place, lists, between) for place in line.split())


def _place(place: str, lists: Mapping[str, str], between: str) -> str:
    if place == "(":
        return "(?:"
    if place[0] == ")":
        return place
    if place.startswith(".."):
        least, _dash, most = place[2:].rpartition("-")
        return f".{{{least or 0},{most}}}" + (f"{between}?" if between else "")
    often = place[-1] if place[-1] in _OFTEN else ""
    words = place.lstrip("!").removesuffix(often)
    chosen = lists[words[1:-1]].split() if words[0] == "{" else words.split("/")
    one = "|".join(
        re.escape(word.replace("_", " ")) + between for word in sorted(chosen, key=len, reverse=True)
    )
    return f"(?!(?:{one})$)" if place[0] == "!" else f"(?:{one}){often}"
