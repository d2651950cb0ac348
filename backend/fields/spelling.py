"""What people meant to write: characters that sound alike, old forms, slips in English. Pure.

A second reading only: it is tried when the words as they stand mean nothing, since 保修 or 露水 may also be meant.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import lru_cache

_SOUNDS: dict[str, str] = {
    "漏水": "露水|楼水|陋水|搂水|漏谁|漏睡|漏氺",
    "漏气": "露气|楼气",
    "报修": "保修|报休|宝修|抱修|爆修|报羞|包修",
    "登记": "登计|登纪|等记|等级|登集|登及|登机|灯记",
    "注册": "注测|住册|注策|主册|注侧",
    "身份证": "身份正|身份政|身份症|身分证|身份征|身份整",
    "马桶": "马捅|马统|马筒|马同",
    "下水道": "下水到|下水倒",
    "堵了": "赌了|肚了|睹了|杜了|都住了|赌住了",
    "电梯": "电体|电提|电题|店梯",
    "跳闸": "跳扎|跳炸|跳杂",
    "停电": "停店|停垫",
    "没电": "没店|没垫",
    "水龙头": "水笼头|水隆头|水弄头",
    "龙头": "笼头|隆头",
    "暖气": "暖汽|暧气",
    "煤气": "媒气|煤汽|没汽",
    "不亮": "不凉|不量|不两",
    "坏了": "怀了|坏啦|坏咯|坏勒|坏喽",
    "师傅": "师付|师父|狮傅|失傅",
    "修理": "修里|休理",
    "维修": "维休|为修",
    "取消": "去消|取肖|取削|曲消",
    "人工": "人功|人公|人宫",
    "救命": "就命|旧命",
    "着火": "着伙|着货|招火",
    "门锁": "门琐|门所",
}
_AS_MEANT = {wrong: right for right, alike in _SOUNDS.items() for wrong in alike.split("|")}
_ALIKE = re.compile("|".join(sorted(map(re.escape, _AS_MEANT), key=len, reverse=True)))
_OLD_FORMS = str.maketrans(
    "電壞燈馬門鎖氣熱暖網線斷開關報維師傅進單號樓幾點來嗎們這裡還屋頂牆廁廚衛間視頻戶證記冊濕滲閘煙層樣誰時說錯換給",
    "电坏灯马门锁气热暖网线断开关报维师傅进单号楼几点来吗们这里还屋顶墙厕厨卫间视频户证记册湿渗闸烟层样谁时说错换给",
)
_ENGLISH = (
    "toilet", "kitchen", "bathroom", "bedroom", "leaks", "leaking", "leaked", "broken", "blocked", "plumber", "electrician",
    "cancel", "repair", "register", "registration", "registered", "building", "heating", "radiator", "electricity", "elevator",
    "window", "faucet", "shower", "internet", "emergency", "ambulance", "progress", "status", "tomorrow", "morning",
    "afternoon", "person", "hello", "water", "light", "lights", "working", "burst", "socket", "dripping",
)  # fmt: skip
_SLIPS = {"leeks": "leaks", "leek": "leak", "leeking": "leaking", "wont": "won't", "doesnt": "doesn't", "helo": "hello",
          "pls": "please", "tmrw": "tomorrow", "zhuce": "注册", "dengji": "登记", "baoxiu": "报修", "loushui": "漏水",
          "rengong": "人工", "quxiao": "取消"}  # fmt: skip
"""Also the pinyin that a keypad sends when it was not turned into characters."""
_WORD = re.compile(r"[A-Za-z]{4,14}")
LONGEST = 400


def respelt(text: str) -> str:
    """`text` as it was probably meant; unchanged where nothing looks like a slip."""
    if len(text) > LONGEST:
        return text
    if text.isascii():
        return _WORD.sub(_english, text)
    plain = text.translate(_OLD_FORMS)
    return _ALIKE.sub(lambda match: _AS_MEANT[match.group()], plain)


def _english(match: re.Match[str]) -> str:
    return _nearest(match.group().lower()) or match.group()


@lru_cache(maxsize=20_000)
def _nearest(word: str) -> str | None:
    """The word that this one is a slip of; None when it is fine, or far from any. Looking costs as much as a whole turn, and
    people say the same words again."""
    if word in _ENGLISH:
        return None
    if word in _SLIPS:
        return _SLIPS[word]
    close = get_close_matches(word, _ENGLISH, 1, 0.83)
    return close[0] if close else None
