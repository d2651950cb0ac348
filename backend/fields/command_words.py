"""The words that work anywhere in a conversation, by what they ask for. Data only; `phrasing.py` says how lines are read."""

from __future__ import annotations

from collections.abc import Mapping

# --- whole messages: words parted by blanks, a blank inside one written _
PHRASES_HAN: Mapping[str, str] = {
    "help": (
        "帮助 怎么用 怎么使用 如何使用 这个怎么用 怎么操作 使用说明 使用帮助 教教我 教我一下 教一下 "
        "教我怎么弄 怎么使 怎么使用你 使用方法 用法 指南 说明书 说明 使用指南 操作说明 怎么整 咋整 咋弄 "
        "咋用 我该怎么说 我该说什么 该说什么 要说什么 怎么跟你说 要怎么跟你说 我应该怎么说 我要怎么做 "
        "我该怎么做 该怎么做 要怎么做 搞不懂 弄不懂 搞不明白 弄不明白 教我用 教我怎么用 不会用 怎么玩 "
        "帮忙 帮帮忙 怎么填 怎么写 怎么弄 怎么办 不会 不会填 不会弄 不懂 看不懂 没看懂 不明白 没明白 "
        "啥意思 什么意思 什么 啥"
    ),
    "back": "返回 反回 上一步 上一题 上一个 回去 后退 退回",
    "skip": "跳过 略过 下一步 下一题 不填 先不填",
    "cancel": (
        "取消 退出 算了 算了吧 不办了 不弄了 不填了 不报了 不报修了 不修了 不用修了 不登记了 不注册了 "
        "放弃 停止 取消报修 取消登记"
    ),
    "menu": (
        "菜单 功能菜单 主页 业务有哪些 给我看看都有什么 都有什么 列表 选项 服务项目 业务 业务列表 "
        "全部功能 所有功能 回主菜单 能提供哪些帮助 你有啥用 你有什么用 你能帮我干嘛 主菜单 你能做什么 "
        "你会做什么 你会什么 你会干啥 你会啥 你都会啥 你都会什么 你会些什么 你能帮我什么 你能帮我做什么 "
        "能帮我什么 你能帮我干啥 你能干什么 你能干啥 你能干嘛 能做什么 能干什么 能干啥 有什么功能 "
        "都有什么功能 有哪些功能 有啥功能 能办什么 能办什么事 能办哪些事 可以办什么 有什么服务 有哪些服务 "
        "功能 服务 功能列表 服务列表 回到菜单 返回菜单 打开菜单 看菜单 显示菜单 目录 首页 回首页"
    ),
    "language": (
        "语言 我要英文 我要中文 英文界面 中文界面 设置成中文 设置成英文 设置语言 语言设置 我不会说中文 "
        "我不会英文 我听不懂英语 我听不懂中文 我只会英语 我只会中文 我只会说英语 换个语言 转中文 转英文 "
        "换成英文 换成中文 换英文 换中文 改成英文 改成中文 切换英文 切换中文 切换成英文 切换成中文 "
        "切换语言 改语言 选择语言 更改语言 说英文 说英语 讲英文 讲英语 用英语 用汉语 说汉语 英语 汉语 "
        "英文版 中文版 英文模式 我不懂中文 我看不懂中文 我不会中文 我看不懂英文 我不懂英文 换语言 中文 "
        "英文 说中文 讲中文 普通话 用中文 用英文 说简单点 简单点说 简单点 说简单一点 大白话 说大白话"
    ),
    "person": (
        "人工 活人 真人 主任 书记 网格员 客服人员 真人客服 居委会 物业 社区工作人员 找人工 转人工 "
        "人工服务 人工客服 客服 找人 转人工服务 我要人工 工作人员 找工作人员"
    ),
    "repeat": "重复 再说一遍 再说一次 再听一遍 没听清 没听清楚 继续 接着 接着来",
    "review": "核对 看一下 检查一下 都填了什么",
}

PHRASES_LATIN: Mapping[str, str] = {
    "help": (
        "zenme_yong wo_bu_hui_yong bu_hui_yong user_manual manual guide i_am_confused i'm_confused "
        "what_should_i_write what_do_i_write what_should_i_say what_do_i_have_to_do what_must_i_do "
        "what_should_i_do help_me_use_this help_me_use_it i_don't_get_it how_do_i_start can_you_teach_me "
        "teach_me show_me_how where_do_i_start explain explain_please bangzhu how_does_this_work "
        "how_does_it_work how_do_i_use_this how_to_use how_to_use_this how_do_i_use_it instructions "
        "user_guide i_need_help can_you_help_me help /help how ? what_do_you_mean i_don't_understand"
    ),
    "back": "back /back go_back previous",
    "skip": "skip /skip next pass skip_it",
    "cancel": "cancel /cancel quit exit stop never_mind nevermind forget_it",
    "menu": (
        "list_of_services the_services services service_list all_options main_page caidan what_can_you_do "
        "what_can_you_do_for_me what_can_i_do_here what_do_you_do show_menu show_me_the_menu options "
        "show_options back_to_menu go_to_menu the_menu menu /menu /start main_menu start home_page"
    ),
    "language": (
        "only_english i_only_speak_english i_prefer_english i_prefer_chinese i_want_english "
        "i_want_chinese english_version_please chinese_version chinese_version_please set_language "
        "language_settings change_language change_the_language other_language another_language "
        "speak_chinese speak_chinese_please speak_english_please english_version use_english_please "
        "chinese_please in_chinese use_english use_chinese do_you_speak_english can_you_speak_english "
        "do_you_speak_chinese can_you_speak_chinese i_don't_speak_chinese i_don't_understand_chinese "
        "i_can't_read_chinese no_chinese switch_to_zh zhongwen yingwen language /language /lang english "
        "chinese in_english easy easy_read easy_english plain_english in_simple_words english_please "
        "switch_language speak_english switch_to_english switch_to_chinese"
    ),
    "person": (
        "zhao_rengong zhuan_ren_gong ren_gong call_the_office somebody someone person agent human "
        "operator /person /agent talk_to_a_person talk_to_a_human speak_to_a_person real_person "
        "representative staff"
    ),
    "repeat": "repeat again say_again say_that_again continue resume go_on pardon what_did_you_say",
    "review": "review /review show_my_answers",
}
AROUND_HAN = (
    "请问 请 麻烦 麻烦您 麻烦你 我 我想 我要 帮我 能不能 可不可以 可以 给我",
    "一下 啊 呀 哦 嘛 呗 咯 哈 谢谢 可以吗 行吗 好吗",
)
AROUND_LATIN = (
    "please_ can_you_ can_i_ can_you_please_ can_i_please_ i_want_ i_need_ i_want_to_ i_need_to_",
    "_please _now _thanks _thank_you",
)
"""What people say before and behind a word of command."""

# --- sentences

HAN_LISTS: Mapping[str, str] = {
    # around what she wants
    "please": "请 麻烦 帮 给 我 就 想 要 能不能 可不可以 可以 能 快 直接 先",
    "softly": "请 麻烦 帮 给 我 就 还 是 想 要 能不能 可不可以 可以 能 快 直接 先 你 你们 那就",
    "so": "吧 啊 呀 一下 行吗 好吗 可以吗 吗",
    "stop": ", ， 。 _",
    "one": "个 位 下 一个 一位 一下",
    "how": "怎么 咋 如何 怎样",
    "what": "什么 啥 哪些",
    "oh": "呢 啊 呀",
    # she does not manage
    "lost": "不会 不会用 听不懂 看不懂 听不明白 看不明白 说不清 说不清楚 弄不 弄不来 不跟机器说 不跟机器说了 我不跟机器说了",
    "of_it": "你 我 说的 在说什么 这个",
    # somebody to talk to
    "fetch": "转 转接 转到 转接到 找 叫 喊 接 换 跟 和 给 同 见 有没有 有 让 请",
    "is_there": "有人 有人吗 有人么 有人没 有人在 有人在吗 有人在么 有人在没",
    "whose": "你们 社区 物业 居委 居委会 真",
    "able": "懂 明白 会 能做主 当官 管事 说了算",
    "who": (
        "人工 真人 活人 客服 工作人员 服务人员 领导 主任 书记 负责人 负责的 经理 管事的 值班 值班的 值班人 值班的人 网格员 管家 站长 "
        "当官 当官的 小王 小李 小张 小刘 小陈 小杨 小赵 小周 小吴 老师 人"
    ),
    "that_talks": (
        "来 出来 过来 跟 给 和 打 联系 通话 沟通 见面 说理 句 个 电话 号码 当面 一趟 行不 好不好 么 呢 谢谢 听 接 讲 谈 聊 说 话 "
        "回复 处理 帮忙 帮我 帮帮我 我 吧 啊 呀 嘛 行吗 好吗 可以吗 吗 一下 了"
    ),
    "real": "真人 人工 活人 客服 工作人员",
    "machine": "机器 机器人 电脑 自动 自动的",
    # the office, and its telephone
    "reach": "转 转接 转到 转接到 找 接 接通 联系 呼叫 问",
    "office": "社区 物业 居委 居委会 村委 村委会 街道 办事处 值班室 服务台 前台 工作站 网格员 管家",
    "officer": "社区 居委 居委会 物业 网格员 工作人员",
    "they": "社区 居委 居委会 物业 工作人员 人 你们",
    "told_to_call": "给我 来 过来 吧 好吗 行吗 可以吗 行不 谢谢 啊 呀",
    "whom": "你 你们 社区 物业 居委 居委会 办公室 值班 值班室 主任 人 一下 问",
    "place": "社区 居委 居委会 物业 办公室 你们 网格员 值班 值班室 主任 服务站 街道 村委 村委会 管家",
    "number": "电话 号码 热线 手机 手机号",
    "which_number": "是 多少 几号 啥 什么 有没有 呢 吗 给我 一下 发我",
    # the language
    "may": "请 能不能 能 可不可以 可以 麻烦 想 要 我想 我要 你 您",
    "switch": "用 说 讲 写 换 改 切 换成 改成 换到 切换 切换到 切换成",
    "tongue": "中文 英文 英语 汉语 普通话 国语",
    # what can be done here
    "do": "做 办 干 帮 处理 提供",
    "service": "功能 服务 业务 选项",
    # how it works
    "know": "知道 明白 懂 会 晓得 清楚",
    "thing": "这个 这 你 系统 软件 邻里 东西 机器人 小程序 我 该 要 到底",
}
HAN_SENTENCES: Mapping[str, str] = {
    "person": """
        我? 都/也? ( {lost} {of_it}* {stop}* )? !{is_there} {softly}* {fetch} {one}? {whose}? 的/边/那边/里? {able}? 的? {who} 工/客服/服务/员? {that_talks}*
        我? 不/不想/不要/别 跟/和/让? {machine} 说/说话/聊/聊天/讲/讲话/回/回复/了*
        我要? 真人/活人
        有没有/有 个/一个? {real} 在/值班/在线/接待/接听/服务/管* 吗/没/没有/么/呀/啊?
        人工/客服/真人/工作人员 在吗/在不在/呢/在哪
        我? 只/就? 想/要 听/和/跟/同 真? 人 说/说话/讲/讲话/聊/聊天/沟通?
        {please}* {reach} 一下/下? 你们/咱/咱们/我们? {office} 的人/办公室/那边? {so}*
        请/麻烦? 让/请/叫 {officer} 的人? 跟/和/给? 我? 联系/打电话/回电/回电话/说话/谈 一下/我/吧/谢谢*
        请/麻烦/让/叫/能不能/可以/能* {they}? 的人? 给/跟/回? 我? 回/打/来/拨/去 我? 个/一个/一下? 电话/话 {told_to_call}*
        请/麻烦/让人/你们? 给我/跟我? 回/打 个/一个? 电话 给我/来/过来/吧? 吧/好吗?
        给我? 回电/回电话
        我? 想/要/能不能/可以/怎么/如何* 打/拨 个/一个? 电话 给/到/找/问/去? {whom}* 吗/吧/啊/行吗/怎么打*
        打 哪个/什么/啥 电话 ..10
        请问/告诉我/给我/查一下/想问* {place} 办公室/的/服务站/工作人员* 联系? {number} 号/号码? {which_number}*
        我? 怎么/如何/咋/咋样/哪里/哪儿/怎样 才? 能/可以? 联系/找 得? 到/上? 你们/社区/居委/居委会/物业/工作人员/人工/网格员/真人/人 {oh}?
    """,
    "language": """
        {may}* {switch} 成? 简体? {tongue} 跟我/和我? 说话/说/讲/回复/回答/交流/聊天/版? 吧/吗/好吗/可以吗/行吗/么?
    """,
    "menu": """
        你/您/这里/这/你们? 都/能/可以/会/到底/还/可* 帮我/为我/给我/帮忙? {do} 些/点? {what} 事/事情/服务/业务/功能/忙? 呢/啊/呀/吗?
        你/这/你们/这里? 都? 有/看/看看 些? {what} {service} {oh}?
        回/打开/看/看看/显示/去/返回/给我看/给我看看 到? 一下? 主/功能/服务? 菜单/页/功能/选项/列表
        能/可以? 提供 {what} 帮助/服务 呢/啊?
        还有 {what} 功能/服务/选项 呢/啊?
    """,
    "help": """
        我? 也/都/完全/根本? 不/没 太? {know} 该/要? {how} 弄/用/操作/整/说/填/写/做 啊/呀/呢/的*
        这/这个/这东西/这个东西/你/它* 该/要/到底? {how} 个? 弄/整/使/用/操作/说/做/搞 法/的/呢/啊/呀/嘛/呗* ,/，/_* 我? 也/都? 不/没 会/懂/明白 {oh}*
        这个东西/老年人/老人/我们老人 该/要? 怎么/咋/如何 用/使/弄/操作 {oh}*
        请/来个人/谁? 教 教/一教/一下/下? 我 一下/怎么弄/怎么用/吧/呗/啊*
        请问/我想知道/教我/告诉我? {thing}* {how} 个/样? 用/使用/操作/弄/玩 法/的/呢/啊/呀/这个/你*
        我? 不/没 太? 会/懂/知道 怎么? 用/操作/使用 这个/啊/呀/呢*
    """,
}
"""Somebody wanted, in a whole sentence (“找人修水管” goes on after the person, and is none); another language; what can be done; how."""

LATIN_LISTS: Mapping[str, str] = {
    "the": "a an the your",
    "real": "real actual live human other office community",
    "person": (
        "person human human_being agent staff operator manager office worker people member_of_staff somebody someone anybody anyone "
        "body one"
    ),
    "somebody": "somebody someone anybody anyone",
    "may_i": "can_i could_i may_i i_want i_need i_would_like i_wanna i'd_like i_want_to i_need_to i_would_like_to i'd_like_to let_me",
    "through": "to through_to talk_to speak_to speak_with talk_with connect_me_to put_me_through_to",
    "whoever": "somebody someone person people social_worker boss director supervisor manager grid_worker human colleague community office",
    "us": "you the_office the_community the_staff somebody someone a_person",
    "it": "this it linli",
    "tongue": "english chinese mandarin",
    "language_please": "please can_you could_you can_we i_want i_want_to i'd_like i'd_like_to i_would_like i_would_like_to let's do_you",
}
LATIN_SENTENCES: Mapping[str, str] = {
    "person": """
        please? {may_i}? talk/speak/chat/talking/speaking/chatting to/with {the}? {real}? {person} please?
        please? can/could/would? somebody/someone/anybody/you? please? call/ring/phone/contact me back? please?
        is? there? {somebody} available/to_talk_to/i_can_talk_to
        can/could/may i/you please? get/have/reach/contact/connect_me_to/connect_me_with/put_me_through_to {the}? real/human? community? {person}
        get/give/connect me to/with? a/an/the? real/live/human? person/human/agent/operator/office/staff
        is? there a/any? person/human/one/body/somebody/someone/anyone/anybody who/that/to can/could? help/talk/speak/answer to? me/us?
        i? need/want/would_like/i'd_like? some? help from {the}? real/live? person/human/one/body/someone/somebody/staff/office/colleague
        can/could? {somebody} please? help/assist/talk_to/speak_to/answer me/us please?
        please? can_i/can_you/connect/put/let/transfer/i_want_to/i_need_to me? {through}+ {the}? {whoever} please?
        i_want/i_need? a? real/live/actual? human/person please?
        customer service/support
        live chat/agent/support
        no robot/robots/machine/machines/bot/bots please?
        call/contact the? office/staff/community
        how/where/who can/do/could/should/may i/we contact/reach/call/phone/ring/talk_to {us}? please?
        the/please/give_me/what's/what_is* office/community/contact/your* phone/telephone/office/contact/hotline number/no of/for/to? the/your? office/community/call? please?
        rengong/zhuan_rengong/zhuanrengong/zhao_ren/zhaoren
    """,
    "language": """
        {language_please}* speak/write/use/talk/switch/change/reply/answer/set/have/get? it/this/the_language/language? to/in/into? {tongue} please/version?
    """,
    "menu": """
        what can/do/could you/i/we do/offer/ask/help_with/help_me_with/get here/for_me/you/with_this*
        how can you help me/us?
        what can you help me? with?
        back/go/return/take_me back? to the? main? menu
        what are/is my/the/your options/services
        what else can you do
        menu/options please
        what services/options/features ..2-20
        show/give/open/see me? the/your/all* menu/options/services/list
    """,
    "help": """
        please/can_you/could_you* show/tell/teach/explain to? me? how to_use_this/to_use_it/this_works/it_works please?
        how do/can/should/to/does i/we/you/one? use/work/operate with? {it}? ..12
        how does/do this/it/linli/you work
        i? need/want some? help please/with_this?
        help me? please
        please help
        i don't/dont know how/what to ..2-16
    """,
}
