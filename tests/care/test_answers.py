"""What she means: any friendly answer is well, any trouble is help, the rest only shows that somebody is there."""

from __future__ import annotations

import pytest

from backend.care.answers import meaning, usual


@pytest.mark.parametrize(
    "said",
    ["1", "好", "好的", "平安", "挺好的", "没事", "没事儿", "早上好", "谢谢", "fine", "👍", "嗯", "好着呢", "我很好", "都好，谢谢", "我今天挺好的，谢谢你们关心", "没什么事", "还行吧", "老样子", "ok", "Okay!", "起来了，吃过早饭了", "１", "一切正常", "I'm_fine,_thank_you", "晚上好", "不疼了，好着呢", "不用担心，我很好", "没有不舒服", "good_morning", "好好好", "身体还不错", "放心吧", "yes", "不用帮忙，我好着呢", "Very_well,_thanks_for_asking", "早", "嗯嗯，好", "平安👍", "谢谢姑娘，我好着呢"],
)  # fmt: skip
def test_any_friendly_answer_means_well(said: str) -> None:
    assert meaning(said.replace("_", " ")) == "well"


@pytest.mark.parametrize(
    "said",
    ["2", "不舒服", "帮我", "摔了", "我摔了一跤", "不太好", "头晕", "腿疼", "我不舒服，能来个人吗", "help", "need_help", "I_don't_feel_so_well,_I_am_dizzy", "发烧了", "起不来", "不好", "不大好", "胸闷", "I_fell", "not_good", "早上好，就是有点头晕", "好是好，就是腿疼得厉害", "腿疼", "我挺好的，就是胸口有点疼", "挺好的，就是膝盖疼得走不了", "还行，就是昨天摔了一下膝盖有点疼", "我很好，就是咳嗽有点喘", "挺好，就是左手有点麻，腿疼", "没药了", "I'm_sick"],
)  # fmt: skip
def test_any_trouble_means_help_even_in_the_midst_of_a_greeting(said: str) -> None:
    assert meaning(said.replace("_", " ")) == "help"


@pytest.mark.parametrize(
    "said",
    ["几点了", "水管漏水了", "我要报修", "你是谁", "3号楼2单元501", "", "3", "不", "我去女儿家住到周日", "what time is it", "电梯坏了，好几天了"],
)  # fmt: skip
def test_anything_else_is_neither(said: str) -> None:
    assert meaning(said) is None


@pytest.mark.parametrize(
    "said",
    ["好慌", "好冷", "好饿", "好害怕", "好孤单", "好才怪", "好，你们来一下吧", "好像感冒了", "行动困难", "是感冒了", "可以来看看我", "要的", "有", "有的", "嗯咳嗽得厉害", "对面没人了", "right_leg_is_numb", "sure_is_lonely", "please", "1?", "好？", "好吗", "哪都不好过，好"],
)  # fmt: skip
def test_a_yes_at_the_beginning_of_other_words_is_not_well(said: str) -> None:
    assert meaning(said.replace("_", " ")) != "well"


@pytest.mark.parametrize(
    "said",
    ["2?", "2？", "恶心想吐", "走不动了", "站不稳", "看不见了", "手麻", "没劲", "气短", "心慌", "不平安", "不正常", "不对劲", "哪都不舒服", "唔舒服", "弗好", "dizzy", "I_feel_numb", "I_am_scared"],
)  # fmt: skip
def test_more_of_the_ways_to_say_that_something_is_wrong_mean_help(said: str) -> None:
    assert meaning(said.replace("_", " ")) == "help"


@pytest.mark.parametrize(
    "said",
    ["我挺好的，就是膝盖有点疼", "好是好，就是腿疼", "还行，昨晚没睡好", "挺好的，就是有点感冒", "没事，就是有点累", "都好，就是咳嗽两声", "还可以，老腰有点酸", "我很好，夜里睡不着", "I_am_fine,_just_my_knee_hurts_a_bit", "I'm_fine,_slept_badly", "good,_a_bit_tired"],
)  # fmt: skip
def test_something_slight_beside_a_friendly_answer_is_asked_about(said: str) -> None:
    assert meaning(said.replace("_", " ")) == "slight"


@pytest.mark.parametrize(
    "said", ["是的", "对", "对的", "当然", "哦", "yeah", "sure", "all good", "没错", "是呀，都好"]
)
def test_a_plain_yes_is_still_well(said: str) -> None:
    assert meaning(said) == "well"


def test_what_she_always_says_can_be_taught() -> None:
    assert usual("阿拉老好额", "阿拉老好额\n得来")
    assert usual("得来。", "阿拉老好额\n得来")
    assert not usual("", "\n")
    assert not usual("得", None)
