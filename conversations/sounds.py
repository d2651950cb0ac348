"""Words as they sound: pinyin that a keypad sent, characters that sound alike, and the speech of the regions. Pure.

What was written is read once more as it was probably said: “matong du le” and 马桶赌勒 are 马桶堵了, 冇水 is 没有水. Only the words
of our own conversations are restored; all else stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from backend.fields.plain import folded
from backend.fields.spelling import respelt
from conversations import topics

LONGEST = 120
"""Characters; a longer text has enough words that are spelt as usual."""
_WORDS = (
    "水管 水龙头 龙头 马桶 厕所 卫生间 厨房 阳台 客厅 卧室 洗手池 热水器 热水 下水道 下水 地漏 管道 漏水 渗水 滴水 停水 没有水 不出水 不下水 爆了 堵了 堵住了 漏了 坏了 坏掉 断了 停了 "
    "停电 没电 没有电 断电 跳闸 电闸 插座 开关 电线 电灯 灯泡 路灯 楼道 楼道灯 灯坏了 灯不亮 不亮 不热 不冷 不制冷 不动 不转 不通 电梯 门锁 锁坏了 门坏了 钥匙 门禁 单元门 窗户 玻璃 打不开 关不上 "
    "锁不上 开不了 煤气 燃气 天然气 煤气灶 打不着 泄漏 漏气 暖气 暖气片 地暖 供暖 没暖气 空调 冰箱 洗衣机 油烟机 电视 网络 宽带 断网 没网 井盖 栏杆 扶手 墙皮 屋顶 天花板 异响 "
    "报修 维修 修理 修一下 派人 上门 师傅 什么时候 什么时候来 怎么样了 怎么样 进度 处理 处理了吗 有人 没人 来了吗 我的 我要 我想 帮我 怎么 可以 能不能 "
    "注册 登记 实名 账号 已经 以前 登记过 注册过 刚搬来 新住户 资料 信息 档案 我的资料 我的信息 修改 更改 更新 删除 注销 撤回 同意 授权 手机号 手机 电话 号码 换号 地址 名字 搬家 邮箱 "
    "救命 救我 快来人 着火 着火了 失火 起火 冒烟 摔倒 摔倒了 摔跤 晕倒 晕倒了 昏倒 胸口 心脏 呼吸 起不来 小偷 报警 救护车 受伤 流血 被困 困在 "
    "人工 转人工 客服 真人 社区 居委会 物业 工作人员 投诉 举报 态度 太差 建议 意见 反馈 表扬 活动 什么活动 报名 参加 取消 取消报名 问卷 调查 填问卷 填表 "
    "平安 报平安 每天 不在家 出门 回来了 女儿 儿子 家人 邀请 绑定 绑定家人 邀请家人 菜单 帮助 中文 英文 你好 谢谢 谢谢你 你是谁 机器人"
)
"""What our conversations are about, in words whose sound is long enough to be known by it."""
_DIALECT: tuple[tuple[str, str], ...] = (
    ("唔该", "请"), ("点解", "为什么"), ("几时", "什么时候"), ("边个", "谁"), ("唔", "不"), ("冇", "没有"), ("咗", "了"), ("嘅", "的"), ("係", "是"), ("系咪", "是不是"), ("喺", "在"), ("乜嘢", "什么"),
    ("嚟", "来"), ("睇", "看"), ("畀", "给"), ("边度", "哪里"), ("屋企", "家里"), ("塞了", "堵了"), ("烂了", "坏了"), ("烂掉", "坏掉"), ("熄了", "不亮了"), ("漏紧", "在漏"), ("整下", "修一下"), ("整整", "修修"),
    ("整一下", "修一下"), ("整好", "修好"), ("弄一下", "修一下"), ("搞一下", "修一下"), ("拾掇", "修理"), ("捯饬", "修理"), ("修哈", "修一下"), ("看哈", "看一下"), ("莫得", "没有"), ("没得", "没有"), ("木有", "没有"), ("么得", "没有"), ("啷个", "怎么"),
    ("咋个", "怎么"), ("咋整", "怎么办"), ("咋", "怎么"), ("啥子", "什么"), ("啥时", "什么时"), ("啥", "什么"), ("哪个时候", "什么时候"), ("好久来", "什么时候来"), ("不得行", "不行"), ("不得亮", "不亮"), ("屋头", "家里"), ("屋里厢", "家里"), ("屋里", "家里"),
    ("瓦特", "坏"), ("坏特", "坏"), ("堵特", "堵"), ("侬", "你"), ("阿拉", "我们"), ("俺", "我"), ("咱", "我们"), ("俺们", "我们"), ("憋了", "坏了"), ("歇菜", "坏了"), ("趴窝", "坏了"), ("嗝屁", "坏了"), ("罢工", "坏了"),
    ("坏球", "坏"), ("坏咧", "坏了"), ("咧", "了"), ("勒", "了"), ("咯", "了"), ("喽", "了"), ("嘞", "了"), ("哒", "了"), ("噻", ""), ("哩", "了"), ("嘎嘎", ""), ("恁", "你"), ("甭", "不用"), ("晓得", "知道"), ("搞坏", "坏"), ("不着了", "不亮了"),
)  # fmt: skip
_HAN_RUN = re.compile(r"[\u3400-\u9fff]+")
_NG = re.compile(r"(?<=[aei])ng(?![aeiou])")
_LETTERS = re.compile(r"[a-z']+")
_SINGLE = {"le": "了", "de": "的", "wo": "我", "ni": "你", "bu": "不", "huai": "坏", "lou": "漏", "du": "堵", "deng": "灯", "men": "门", "jia": "家", "mei": "没", "you": "有", "xiu": "修", "yao": "要", "xiang": "想", "ma": "吗",
           "dian": "电", "shui": "水", "lai": "来", "qu": "去", "ren": "人", "zai": "在", "li": "里", "shang": "上", "hao": "号", "kan": "看", "wen": "问", "ge": "个", "hen": "很", "dou": "都", "shi": "是",
           "suo": "锁", "re": "热", "liang": "亮", "wang": "网", "chang": "场"}  # fmt: skip
"""Single syllables in the midst of pinyin, as the likeliest character."""


def readings(text: str) -> Iterator[str]:
    """What `text` may stand for, the likeliest first; never the text itself, nothing where it is spelt as usual."""
    if len(text) > LONGEST:
        return
    plain = folded(text)
    seen = {plain, text}
    for reading in _tried(plain):
        if reading not in seen:
            seen.add(reading)
            yield reading


def _tried(plain: str) -> Iterator[str]:
    if not _HAN_RUN.search(plain):
        if (read := _from_pinyin(plain)) is not None:
            yield read
        yield respelt(plain)
        return
    standard = respelt(standardised(plain))
    yield standard
    yield _HAN_RUN.sub(lambda run: _restored(run.group()), standard)


def standardised(text: str) -> str:
    """The speech of the regions in the words of the standard language."""
    for theirs, ours in _DIALECT:
        text = text.replace(theirs, ours)
    return text


@lru_cache(maxsize=5_000)
def syllables(text: str) -> tuple[str, ...]:
    """Each character's sound, without tones and as the south says it."""
    # Its dictionaries take a while to load: a process that understands everything by patterns never needs them.
    from pypinyin import lazy_pinyin

    return tuple(southern(s) for s in lazy_pinyin(text))


def southern(letters: str) -> str:
    """zh is z and ng is n: half the country speaks and types it so."""
    for long, short in (("zh", "z"), ("ch", "c"), ("sh", "s")):
        letters = letters.replace(long, short)
    return _NG.sub("n", letters)


@cache
def _by_sound(all_words: bool = False) -> dict[tuple[str, ...], str]:
    """Our words by their syllables; the first of those that sound alike. All of them where there is nothing but sounds; two
    characters may stand for too much."""
    found: dict[tuple[str, ...], str] = {}
    for word in _WORDS.split():
        found.setdefault(syllables(word), word)
    for word in topics.words():
        if all_words or len(word) > 2:
            found.setdefault(syllables(word), word)
    return found


_LONGEST_WORD = 5


def _restored(run: str) -> str:
    """A run of characters, each stretch that sounds like one of our words written as that word."""
    words, sounds, out, at = _by_sound(), syllables(run), "", 0
    if len(sounds) != len(run):
        return run
    while at < len(run):
        for length in range(min(_LONGEST_WORD, len(run) - at), 1, -1):
            if (word := words.get(sounds[at : at + length])) is not None:
                out, at = out + word, at + length
                break
        else:
            out, at = out + run[at], at + 1
    return out


# --- pinyin ---------------------------------------------------------------------------------------------------


@cache
def _known() -> frozenset[str]:
    """The syllables of the language."""
    from pypinyin import Style
    from pypinyin.pinyin_dict import pinyin_dict
    from pypinyin.style import convert

    toned = {sounds.partition(",")[0] for sounds in pinyin_dict.values()}
    return frozenset(convert(s, Style.NORMAL, strict=True).replace("ü", "v") for s in toned)


def _from_pinyin(plain: str) -> str | None:
    """Letters read as pinyin, our words in characters; None when they are no pinyin or hold none of our words."""
    out: list[str] = []
    known = 0
    for chunk in _LETTERS.findall(plain):
        split = spelt(chunk)
        if split is None:
            return None
        out += split
    if not out:
        return None
    words, read, at = _by_sound(all_words=True), "", 0
    sounds = [southern(s) for s in out]
    while at < len(out):
        for length in range(min(_LONGEST_WORD, len(out) - at), 1, -1):
            if (word := words.get(tuple(sounds[at : at + length]))) is not None:
                read, at, known = read + word, at + length, known + length
                break
        else:
            read, at = read + _SINGLE.get(out[at], out[at]), at + 1
    return read if known else None


@lru_cache(maxsize=5_000)
def spelt(chunk: str) -> tuple[str, ...] | None:
    """The syllables of a word in pinyin, the fewest there can be; None when it is none."""
    if len(chunk) > 40:
        return None
    known = _known()
    best: list[tuple[str, ...] | None] = [()] + [None] * len(chunk)
    for end in range(1, len(chunk) + 1):
        for size in range(1, min(6, end) + 1):
            before, syllable = best[end - size], chunk[end - size : end].strip("'")
            if before is None or (syllable and syllable not in known):
                continue
            found = (*before, syllable) if syllable else before
            if best[end] is None or len(found) < len(best[end] or ()):
                best[end] = found
    return best[-1]
