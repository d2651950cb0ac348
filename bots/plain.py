"""Words for channels that know neither bold nor pictures: SMS, voice, and the plain part of an e-mail."""

from __future__ import annotations

import re

from backend.messaging import emphasis

_EMOJI = re.compile(
    "[\U0001f000-\U0001faff\u2600-\u26ff\u2700-\u2712\u2714-\u27bf\u2b05-\u2b07\u2b1b\u2b1c\u2b50\u2b55"
    "\u231a\u231b\u23e9-\u23fa\u25fb-\u25fe\ufe0e\ufe0f\u200d\u20e3\U000e0020-\U000e007f]+"
)
# What XML 1.0 cannot carry and a phone cannot show; line breaks and tabs stay.
_UNSPEAKABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")
_GAPS = re.compile(r"[ \t]{2,}")
_LINE_ENDS = re.compile(r"[ \t]+$|^[ \t]+", re.MULTILINE)


def printable(text: str) -> str:
    """`text` without control characters and lone surrogates, its line ends plain."""
    return _UNSPEAKABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def plain(text: str) -> str:
    """`text` without bold marks, emoji and control characters; every letter, sign and Chinese character stays."""
    shown = _EMOJI.sub("", printable(emphasis.plain(text)))
    return _LINE_ENDS.sub("", _GAPS.sub(" ", shown)).strip()
