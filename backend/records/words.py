"""The words by which a row is found from the search box: pure. Both databases look them up as whole words or by their beginning.

Chinese has no spaces, so it is cut into single characters and pairs: "王小明" is 王, 小, 明, 王小, 小明. A name is also found by its
pinyin and its initials. A sealed value is found whole, by its blind index. A home, "3号楼2单元501", is found as 3-2-501 too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

LONGEST = 24
"""Characters of a word that count."""
MOST = 400
"""Words of one row."""
BLIND = "x"
"""Begins the word that stands for a sealed value."""
_RUN = re.compile(r"[0-9a-z]+|[\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af]+")
_WHOLE_CODE = re.compile(r"[0-9a-z]+(?:-[0-9a-z]+)+")


def of_text(text: str) -> Iterator[str]:
    """What a text is found by."""
    plain = _plain(text)
    for run in _RUN.findall(plain):
        if run[0] < "\u3400":
            yield run[:LONGEST]
        else:
            yield from run
            yield from (run[i : i + 2] for i in range(len(run) - 1))
    for code in _WHOLE_CODE.findall(plain):
        yield code.replace("-", "_")


@lru_cache(maxsize=20_000)
def of_name(name: str) -> tuple[str, ...]:
    """What a person's name is found by: its characters, its pinyin (with every reading of the first character), its initials."""
    found = dict.fromkeys(of_text(name))
    if any(c >= "\u3400" for c in name):
        # Its dictionaries take a while to load, and many a process reads no name.
        from pypinyin import Style, pinyin

        syllables = pinyin(name, style=Style.NORMAL, heteronym=True, errors="ignore")
        rest = "".join(s[0] for s in syllables[1:])
        initials = "".join(s[0][:1] for s in syllables[1:])
        for first in syllables[0] if syllables else ():
            found[f"{first}{rest}"[:LONGEST]] = None
            found[f"{first[:1]}{initials}"[:LONGEST]] = None
    return tuple(found)


def of_blind(index: str) -> str:
    """The word of a sealed value's blind index."""
    return f"{BLIND}{index}"


def wanted(text: str) -> list[str]:
    """The words that a row must all have to fit what was typed; a last `*` means that a word begins so."""
    plain = _plain(text)
    found: dict[str, None] = {}
    codes = _WHOLE_CODE.findall(plain)
    for code in codes:
        found[code.replace("-", "_")] = None
        plain = plain.replace(code, " ")
    for run in _RUN.findall(plain):
        if run[0] < "\u3400":
            found[f"{run[:LONGEST]}*" if len(run) > 1 and not run.isdigit() else run[:LONGEST]] = None
        elif len(run) == 1:
            found[run] = None
        else:
            found.update(dict.fromkeys(run[i : i + 2] for i in range(len(run) - 1)))
    return list(found)[:20]


def joined(words: Iterable[Any]) -> str:
    """Words as they are stored: each once."""
    kept = list(dict.fromkeys(words))[:MOST]
    return " ".join(kept)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
