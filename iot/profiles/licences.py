"""Under which licence a codec is given: the nearest licence text, and which one that probably is. Pure.

A guess, no advice: whoever installs a codec reads the text and accepts it by name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from backend.core.errors import NotFound
from iot.profiles.tree import Tree

UNKNOWN, NONE = "NOASSERTION", "NONE"
FREE = frozenset(
    {"MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "0BSD", "CC0-1.0", "Unlicense", "BSL-1.0"}
)
"""They ask for their notice to be kept, which we do, and for nothing else."""
_NAME = re.compile(r"(?:LICEN[CS]E|COPYING|UNLICENSE)(?:[-.].*)?", re.IGNORECASE)
_SPDX = re.compile(r"SPDX-License-Identifier:\s*([A-Za-z0-9.+-]+)")
_KNOWN: tuple[tuple[str, str], ...] = (
    # The first whose words all stand in the text counts, so that the special stands before the general.
    ("AGPL-3.0", r"GNU AFFERO GENERAL PUBLIC LICENSE"),
    ("LGPL-3.0", r"GNU LESSER GENERAL PUBLIC LICENSE.{0,40}Version 3"),
    ("LGPL-2.1", r"GNU LESSER GENERAL PUBLIC LICENSE"),
    ("GPL-3.0", r"GNU GENERAL PUBLIC LICENSE.{0,40}Version 3"),
    ("GPL-2.0", r"GNU GENERAL PUBLIC LICENSE.{0,40}Version 2"),
    ("MPL-2.0", r"Mozilla Public License,? (?:Version|v\.?) ?2"),
    ("EPL-2.0", r"Eclipse Public License - v ?2"),
    ("Apache-2.0", r"Apache License.{0,40}Version 2\.0"),
    ("CC0-1.0", r"CC0 1\.0 Universal"),
    ("BSL-1.0", r"Boost Software License - Version 1\.0"),
    ("Unlicense", r"This is free and unencumbered software released into the public domain"),
    ("MIT", r"Permission is hereby granted, free of charge.*without restriction.*sell.*above copyright notice"),
    ("BSD-3-Clause", r"Redistribution and use in source and binary forms.*Neither the name"),
    ("BSD-2-Clause", r"Redistribution and use in source and binary forms"),
    ("ISC", r"Permission to use, copy, modify, and(?:/or)? distribute.*provided that the above copyright notice"),
    ("0BSD", r"Permission to use, copy, modify, and(?:/or)? distribute this software for any purpose"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Licence:
    """`name` is an SPDX id, UNKNOWN for a text that is not known here, NONE where there is no text at all."""

    name: str
    text: str = ""
    path: str = ""

    @property
    def free(self) -> bool:
        return self.name in FREE


def guessed(text: str) -> str:
    """Which licence this text is."""
    words = re.sub(r"\s+", " ", text)
    return next((name for name, said in _KNOWN if re.search(said, words, re.IGNORECASE)), UNKNOWN)


def of(tree: Tree, codec: str) -> Licence:
    """The licence of the file `codec`: what its head says, with the nearest text, beside it or in a folder above."""
    head = _SPDX.search(tree.read(codec)[:4096].decode("utf-8", "replace"))
    near = _nearest(tree, codec)
    if head is None:
        return near
    return Licence(head[1], near.text if guessed(near.text) == head[1] else head[0], near.path)


def _nearest(tree: Tree, codec: str) -> Licence:
    folder = codec
    while folder:
        folder = folder.rpartition("/")[0]
        for name in tree.files(folder):
            if _NAME.fullmatch(name):
                path = f"{folder}/{name}" if folder else name
                try:
                    text = tree.read(path).decode("utf-8", "replace")
                except NotFound:
                    continue
                return Licence(guessed(text), text, path)
    return Licence(NONE)
