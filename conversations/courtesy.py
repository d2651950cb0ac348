"""Hello, thank you, all right: what people say around what they want."""

from __future__ import annotations

import re

from backend.core.i18n import EASY, language

HELLO = re.compile(
    r"\W*(?:(?:您|你|大家)好|喂?[,，]?(?:您|你)好|在吗|在不在|喂|早上好|早|下午好|晚上好|hello|hi|hey|good (?:morning|afternoon|evening))[\W啊呀]*",
    re.IGNORECASE,
)
THANKS = re.compile(
    r"\W*(?:好的?|嗯+|行)?[\W了]*(?:(?:多|太|真是?|非常)?(?:感?谢)谢?(?:您|你|你们|啦|了)?|辛苦(?:了|您|你们|师傅)*|麻烦(?:您|你们?)了|thank(?:s| you)(?: very much| a lot| so much)?|thx"
    r"|ty|great|cheers)[\W啊呀再见拜了]*",
    re.IGNORECASE,
)
FINE = re.compile(
    r"\W*(?:(?:好的?|行|可以|对的?|是的?|嗯+|哦+|噢|知道了|明白了?|收到|没事儿?了?|没有?了|不用了|就这样|好着呢|挺好的?|都好|都挺好|好了|再见|拜拜|回见|挂了|ok(?:ay)?|yes|no|bye(?: bye)?|goodbye|fine"
    r"|all right|alright|nothing|that'?s all|no thanks)[\W啊呀吧啦嘞]*)+",
    re.IGNORECASE,
)
"""Said when all is said."""
ALSO = re.compile(r"还有|另外|顺便|也(?:坏|漏|堵|不)|\balso\b|\banother\b", re.IGNORECASE)
SMALL_TALK = 12
"""Characters of a greeting or thanks in the middle of something."""


def language_in(text: str, speaks: str) -> str | None:
    """The locale that "English please", 说中文 or 说简单点 asks for; None when it names none. `speaks`: what we speak now."""
    said = text.casefold()
    if any(word in said for word in ("简单", "大白话", "听不懂", "simple", "easy", "plain")):
        return f"{language(speaks)}{EASY}"
    if "english" in said or "英" in said:
        return "en"
    return "zh_CN" if any(word in said for word in ("chinese", "中", "普通话")) else None
