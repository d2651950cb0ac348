"""A cry for help in any words: the numbers to call at once, an alarm that climbs until somebody comes, and the duty desk is told."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import structlog

from backend.alarms import actions, queries
from backend.core import orgs
from backend.core.db import savepoint
from backend.core.i18n import LOCALES, _, render
from backend.family import queries as family
from backend.fields.address import Home
from backend.fields.words import Option, Words
from backend.residents import queries as residents
from conversations import phrases
from conversations.flow import Answer, Command, Opening, Person
from conversations.flows import repair

MANY = 5
"""Open cries of one address; each is an event of its own, and one more only adds to the last: nobody floods the ladder."""
MOST_MEANT = 3
"""Residents who are named when it is not clear of whom a relative speaks."""
_RELATIVE = re.compile(
    r"妈|爸|奶奶|爷爷|外婆|外公|姥|婆婆|公公|母亲|父亲|老人|老太|大爷|[她他]|\b(?:mother|father|mum|mom|dad|parents?|grand\w+|she|he|her|him)\b",
    re.IGNORECASE,
)
log = structlog.get_logger()

_WHO = r"(?:老伴|老头子?|老爷子|老太太?|老人家?|大爷|大妈|阿姨|叔叔|[小男女]?孩子?|小朋友|婴儿|宝[宝贝]|[小我]娃|娃[娃儿]|闺女|女儿|儿子|孙[子女]|妹妹|弟弟|爷爷|奶奶|外公|外婆|姥姥|姥爷|爸爸?|妈妈?|母亲|父亲|丈夫|妻子|老公|老婆|媳妇|邻居|有人|他|她)"
_EN_WHO = r"(?:mother|father|mom|mum|dad|son|daughter|child|kid|toddler|infant|boy|girl|baby|grand\w+|husband|wife|uncle|aunt|friend|neighbou?r|somebody|someone|he|she|(?:old )?(?:man|lady|woman))"
_HELP = r"[打拨叫]急救(?!课|包)|救命(?!稻草|[之恩药的])|求(?:求)?(?:你|您|大家).{0,6}来人(?!.{0,2}[修看弄])|叫警察|救救|救我|救人|快来救|来人[啊呀哪]|出人命|出(?:大)?事了(?!.{0,4}(?:告诉|通知|联系|怎么办|找谁|谁))|快死了|要死人|叫(?:个|辆)?救护车|救护车|[打拨叫](?:1[12]0|119)|紧急求[助救]|遇到危险|送.{0,4}医院|急诊|求救|[快要]没命了|(?:我|他|她)(?:快|要)*(?:不行|死)了"
_HELP_EN = (
    r"SOS\b|mayday\b|helpp+|(?:missing|lost) (?:child|kid|boy|girl|person)\b|can'?t find my (?:son|daughter|child|kids?|mother|father|mum|mom|dad|grand\w+|husband|wife)\b|(?<!can you )(?<!could you )(?<!somebody )(?<!someone )(?<!anybody )(?<!anyone )(?<!to )(?<!can )(?<!could )(?<!who can )(?<!would )help me[\s!.]*$|help me,? (?:please|now|quick)|ambulance\b|(?:screaming|shouting|calling|crying) for help\b|send (?:help|the police)\b"
    r"|need (?:an? |the )?(?:police|doctor|fire brigade)\b|save (?:me|us|him|her)\b|come quick(?:ly)?\b|(?:I'?m|I am|he is|she is|he'?s|she'?s|somebody is|someone is) dying\b(?! (?:of (?:bore|laugh|heat|curio)|to |for ))|life[- ]threatening\b|need (?:urgent|emergency|immediate) help\b"
    r"|need help (?:now|fast|right now|immediately|urgently)\b|call (?:the )?(?:police|911|999|1[12]0|119)\b"
    r"|help\b\W+(?:me\W+)?i(?:'?ve| have|'?m| am)?\W+(?:just |been )?(?:fell|fallen|hurt|bleeding|trapped)"
)
_FIRE = (
    r"(?<![打点不怕防])(?:着|起|失)火了|(?:家里?|厨房|楼[上下里道]?|房子|隔壁|邻居|电动?车|床|油锅|阳台|车库).{0,4}(?<![打点不怕防])(?:[着起失]火(?!.{0,2}(?:危险|隐患|风险))|冒(?:黑|浓|大)?烟)|(?<![怕防])火灾(?!险)|(?<!发)烧起来了|浓烟|(?<!信息)爆炸(?:了|声)|火苗|冒火(?![花星锅])"
    r"|(?:厨房|房子|家里?|屋里|楼[上下里道]?|床|被子|油锅).{0,3}(?<!不)着了|(?:罐|锅|电池|电瓶|变压器).{0,3}炸了|着起来了|(?<!发)烧着了|燃起来|(?:好|很|着|有)大的?火(?!车)|火势|火很大"
)
_FIRE_EN = (
    r"explo(?:ded|sion)\b|earthquake\b|flames\b|is burning\b(?! (?:hot|up|bright))|on fire\b(?! sale)|there(?:'?s| is) (?:a )?fire\b(?! (?:drill|alarm|exit|extinguisher))"
    r"|(?:house|kitchen|flat|apartment|building)\b.{0,12}\b(?:burning|on fire)\b|fire in (?:the|my|our)\b|(?:caught|catching) fire\b"
)
_FALL = (
    r"我(?:刚才?|刚刚|又)?(?:给)?[摔跌](?:倒|跤|下|伤|断|着|了(?!一?[个只台部盆碗杯瓶手]))|[摔跌]倒.{0,8}(?:起不来|爬不起|动不了|站不起)|[摔跌].{0,6}(?:起不来|爬不起|动不了|流血|骨折)"
    rf"|{_WHO}[^怕防]{{0,6}}(?:[摔跌](?:倒|下来|伤|跤|了(?:一)?跤)|掉下(?:来|去|楼)|[摔跌](?:在)?地上?)|{_WHO}(?:刚|又|给|刚才)?[摔跌]了(?=[\W啊呀快]|$)|[摔滚掉]下(?:了)?楼|从.{{0,4}}(?:楼梯|楼上|窗户|床)上?[摔跌掉滚]|坠(?:楼|落|下)|倒地不起|栽倒|瘫倒"
    rf"|(?<![怕防会易])滑倒(?:了|在)|[躺倒趴瘫]在.{{0,4}}(?:起不来|动不了|不动了?)|[磕碰撞砸](?:到|破|伤)(?:了)?(?:头|脑袋)|头(?:磕|碰|撞|砸|摔)破|头破血流|摔断|(?:我|{_WHO}).{{0,4}}(?:起不来|动不了|动弹不得|站不起来)|爬不起来|(?:我|人|{_WHO}).{{0,4}}(?:[躺倒趴瘫摔]在地|倒地|倒下)"
)
_FALL_EN = (
    r"I(?:'ve| have)? (?:just )?(?:fell|fallen)\b(?! (?:in love|asleep|behind|out|for))|(?:fell|fallen)\b.{0,30}\bcan'?t (?:get|stand) up"
    rf"|{_EN_WHO}(?:'?s| has| is)? (?:just )?(?:fell|fallen|collapsed)\b(?! (?:in love|asleep|behind|out))|can'?t (?:get|stand) up\b|I can'?t move\W*$|{_EN_WHO}(?:'?s| is) not moving\b"
)
_ILL = (
    r"晕(?:倒|过去|厥|死)|昏(?:倒|过去|迷|厥)|不省人事|休克|中暑(?!药)|哮喘|误吞|高烧不退|烧到(?:四十|4\d|39)|呕吐不止|要?生孩子了|临产|电[着到倒](?:了)?人|撞车|断气|不喘气|昏死|快不行了|憋死|[疼痛]死(?:我)?了|安眠药|失去(?:知觉|意识)|神志不清|意识不清|口吐白沫|翻白眼|误[食服]|骨折|骨头断|(?:腿|胳膊|手)(?:摔|给)?断了|满(?:地|头|脸|手|身)(?:都)?是血"
    r"|(?:头|手|腿|脸|鼻子).{0,3}[流出冒]血|烫(?:伤|着|到)了|(?:老伴|老人|爷爷|奶奶|我|爸|妈|人).{0,3}晕了|触了?电(?!保护|危险|风险|会)|没(?:有)?(?:了)?(?:呼吸|意识|知觉|心跳)|[叫喊唤](?:不醒|不应|他不应|她不应)|喘不(?:上|过)(?:来)?气?|不能呼吸"
    r"|呼吸(?:困难|不了|不过来)|[喘透]不(?:了|过|上|来)+气|窒息|噎(?:住|着|到)|头晕得?(?:厉害|站不|不行)|(?:头|肚子|腹部|胸口|后背|腰)(?:好|很|特别|突然)?[疼痛]得?(?:厉害|受不了|要命|不行|要死|打滚)|说不出话|手脚(?:都)?(?:发)?麻|(?<!没)人(?:快|要|都)?不行了"
    r"|敲门.{0,6}没(?:有)?(?:人)?(?:反应|应声?|回应)|被(?:狗|蛇)咬|砸(?:到|伤|中)(?:了)?(?:人|我|孩子|头)|(?:孩子|小孩|宝宝|(?<![把扶])手(?!机)|头|脚|腿).{0,4}[卡夹](?:在|住|到)"
    rf"|{_WHO}.{{0,4}}(?:没(?:有)?反应|(?:快|要)?不行了|抽(?:搐|起来|风))|(?<![怕会易致])(?:我|{_WHO}).{{0,4}}(?:受(?:了)?重?伤|[烫烧]伤|骨折|流(?:了)?血)|胸口?(?:好|很|特别|突然)?(?:疼|痛|闷)|心口(?:好|很)?(?:疼|痛)"
    r"|心脏(?:疼|痛|难受|不舒服|骤停)|心脏病(?:发|犯|又|了|\W*$)|心梗|心绞痛|(?<!过)脑梗|脑溢血|脑出血|中风(?:了|发作|\W*$)|抽搐|癫痫(?:发|犯|了)|半(?:边|个)?(?:身子?)?(?:都)?(?:动不了|麻|不能动)|嘴(?:都)?歪了|触电了|被电(?:到|了|着)|煤气中毒|食物中毒|(?<!电脑)(?<!手机)中毒了|(?:一氧化碳|酒精|农药|药物|蘑菇)中毒"
    r"|吃错(?:了)?药|喝(?:了)?农药|流(?:了)?(?:好多|很多|大量|一地|不少)(?:的)?血|血(?:止不住|流不止)|大出血|吐血|羊水破了|[快要]生了\W*$|落水(?!管)|溺水|车祸|撞(?:到|了|伤|倒|死)?(?:了|个)*(?:老?人|孩子)"
    r"|被(?:电动?车|汽?车|摩托车?)撞"
)
_ILL_EN = (
    r"can(?:'?t| ?not) breathe|(?:trouble|difficulty) breathing\b|heart attack\b|chest (?:pains?|hurts|is tight)\b|pains? in (?:my|his|her|the) chest\b|a stroke\b|seizure\b"
    r"|poison(?:ed|ing)\b|electric shock\b|(?:having|has|had) a fit\b|in labou?r\b|(?:my|her) waters? broke\b|hit (?:my|his|her) head\b|stopped breathing\b"
    r"|lying on the (?:floor|ground)\b|(?:burned|burnt) (?:my|his|her)(?:self| (?:\w+ )?(?:hands?|arms?|legs?|face|fingers?|foot|feet|back|eyes?))|unconscious\b|passed out\b|fainted\b|not (?:breathing|responding)\b|won'?t wake up\b|choking\b|bleeding\b"
    r"|blood\b(?! (?:pressure|tests?|donat\w*|type|sugar|drive))|electrocuted\b|drown(?:ing|ed)\b(?! in (?:paper|work|mail|debt))|overdose\b|cut (?:my|him|her)self\b|broke(?:n)? (?:my|his|her) (?:leg|arm|hip|hand|wrist|back|neck)\b"
    r"|hurt (?:myself|himself|herself|my|his|her)\b|heart (?:hurts|pain|stopped)\b|in danger\b|I slipped\b|hit by a (?:car|bike|scooter)\b"
    r"|(?:am|i'?m|is|are|got|been|was) (?:badly |seriously )?(?:hurt|injured)\b"
)
_VIOLENCE = (
    r"不想活|想死(?!你|了你)|自杀|轻生|跳楼(?![机价])|割腕|有人抢|抢劫|入室|进(?:来)?(?:了)?(?:个)?(?:小偷|贼|坏人)|有(?:个)?(?:小偷|贼(?!心)|坏人)|(?:小偷|贼).{0,4}(?:进来|在家|撬|爬)|有人.{0,3}(?:撬|闯)|撬(?:我|邻居|隔壁)家?|闯进|持刀|拿(?:着)?刀"
    r"|(?:有人|在|被).{0,2}(?:打|砍)(?:我|人(?!工))|打人(?![工的])|家暴|打老婆|打孩子(?!不|的)|绑架|陌生(?:人|男人).{0,6}(?:敲门|门口|徘徊)|偷(?:东西|车|电瓶|钱)|[砸踹]门|闯[进入]|(?:陌生人|坏人).{0,4}(?:进|在我家|跟着|跟踪)|抢(?:我|包|东西)|有人(?:在)?偷|强奸|猥亵|非礼|尾随|[砍杀捅]人|动刀|斗殴|地震了"
    r"|[有进](?:了)?(?:一)?条?(?:毒)?蛇(?!年)|(?:房子|楼)(?:要|快)?[塌倒]了|有人跟踪|(?:老人|老头|老太太|孩子|小孩|宝宝|爷爷|奶奶|老伴|爸爸?|妈妈?)[^的书包车钥匙手机卡证牌鞋]{0,5}(?:走丢|走失|不见了|找不(?:到|着)|失联|丢了|联系不上|没回(?:来|家))"
)
_VIOLENCE_EN = (
    r"trying to (?:break|get) in(?:to)?\b|stabb|rape\b|kidnap|assault|(?:beating|hitting|attacking|following|threatening) (?:me|him|her|us)\b|a fight\b|fighting\b"
    r"|kill (?:myself|me|him|her)\b|suicid|burglar|intruder|thief\b|thieves\b|breaking in(?:to)?\b|break-?in\b|stealing\b|broke in\b|broken into\b|being (?:attacked|robbed|beaten)\b|robb(?:ed|er\w*)\b"
    rf"|(?:has|with) a (?:knife|gun)\b|attacked me\b|{_EN_WHO} (?:is|went|has gone|got) (?:missing|lost)\b"
    r"|(?:someone|somebody|a (?:man|stranger)) (?:is |got |came )?(?:in|into|inside) my (?:house|home|flat|apartment)\b"
)
_ACCIDENT = (
    rf"(?:{_WHO}|我)(?!机)[^的机匙包鞋球卡表镜帽]{{0,4}}(?:[掉跌落栽滑沉摔踩]|冲走)(?:了)?(?:进|到|入|下|在|了)*.{{0,3}}(?:河|湖|池|水里|水中|水下|水了|井|下水道|沟里|海里|江里)|^\W*掉(?:进|到|下|入)?(?:河|湖|水|井)里|跳(?:了)?[河江湖海井](?!边|南|北)|被.{{0,3}}水(?:给)?(?:冲走|淹)"
    r"|(?:泳池|水|河|湖|池塘?)里?.{0,3}有(?:人|个?孩子).{0,4}(?:沉|不动|扑腾|挣扎)|有人.{0,3}(?:沉下去|没上来|在水里)|呛(?:了)?水"
    rf"|(?:要|想|准备|正)(?:从.{{1,6}})?(?:往下|往楼下)跳|往下跳(?!舞)|(?:{_WHO})[^的修]{{0,4}}(?:[爬挂吊悬翻](?:在|到|上|出|了)+.{{0,3}}(?:窗(?:户|台)?|阳台|楼顶|房顶|天台|护栏|栏杆)|[站坐](?:在|到|上|出|了)+.{{0,3}}(?:窗(?:台|外|户外|沿)|阳台(?:外|栏|边沿)|[楼房]顶|天台|护栏|栏杆))(?!.{{0,3}}(?:[修看晒]|花园|乘凉))"
    r"|(?:塑料袋|被子|枕头).{0,4}(?:闷|捂|套)(?:住|着|死)|憋(?:住气|得?发紫)|脸(?:都)?[发憋]?[紫青]了|(?:喉咙|嗓子|气管|脖子).{0,4}[卡噎呛勒缠]|[卡噎呛](?:住|在|着)?(?:了)?(?:喉咙|嗓子|气管)|勒.{0,2}脖|上吊|自残|自尽|寻死|寻短见"
    rf"|(?:{_WHO}|我)[^的]{{0,6}}(?:吞|喝|吃|咽|舔)(?:了|下|进|掉)*.{{0,4}}(?:硬币|电池|钉子|针|纽扣|磁铁|玻璃|洗洁精|洁厕|消毒|漂白|84|农药|鼠药|杀虫|毒|清洁剂|汽油|[医工]用酒精|工业酒精|洗衣液|樟脑|[好很]多药|一[把瓶]药)|误(?:吞|喝)|药.{{0,2}}当.{{0,2}}(?:糖|水|饭)|[吸](?:了|入)(?:太|很|好)?多?(?:煤气|浓烟|毒气)"
    r"|[被让]电(?:击|打|倒|晕)|电击(?!器|棒|棍)|漏电.{0,4}[到打了](?:人|我)|电[死晕伤](?:了)?人"
    rf"|(?:{_WHO})(?!家)[^的卡]{{0,3}}(?:反?锁|关|困|憋)(?:在|进)(?:了)?(?:车|卫生间|厕所|阳台|冰箱|柜|洗衣机)|[锁关]在?家里.{{0,8}}火"
    rf"|(?:开水|热水|热油|滚水|汤).{{0,3}}[烫泼浇](?:到|着|伤)?(?:了)?(?:{_WHO}|我|人|手|脸|脚|腿|身)|(?:手指?头?|脚趾?头?|胳膊|腿|指头).{{0,6}}[切夹剪砍锯压绞轧割](?:断|掉了|下来|破|伤|着|到|烂|了)|抽筋.{{0,3}}(?:孩子|昏|不停)|高烧.{{0,3}}抽|没(?:有)?救了"
    rf"|(?:{_WHO}|(?<!工)人)[^的]{{0,3}}被?(?:压|埋)(?:住|在(?!线)|倒)|{_WHO}没(?:了)?气(?:了|息)|(?:{_WHO}|男人)(?:在|又|要|总|老)*(?:打|揍|殴打|掐|砍)(?:了)?我(?!.{{0,2}}(?:电话|手机|微信|报告))|有人(?:一直|在)?(?:跟着|跟踪|追)我"
)
_ACCIDENT_EN = (
    rf"{_EN_WHO}\b.{{0,6}}\bswallow(?:ed|ing)\b|\b(?:drank|drunk|ate|eaten|swallowed|drinking|eating)\b.{{0,14}}\b(?:poison|bleach|detergent|pesticide|batter(?:y|ies)|coins?|disinfectant|chemicals?|petrol|gasoline|medicine|pills)\b|\b(?:took|taken|swallowed) (?:too (?:many|much)|a lot of|lots of|all (?:the|my|her|his)|a (?:whole )?bottle of)\b.{{0,12}}\b(?:pills|tablets|medicine|drugs)\b"
    rf"|(?:wants?|going|trying|about|threaten\w*) to jump\b|\bjump(?:s|ed|ing)? (?:off|from|out of|into) (?:the |a )?(?:roof|window|bridge|balcony|building|river|lake|water)\b|{_EN_WHO}(?: is|'s)? (?:hanging|dangling|climb\w+) (?:from|out of|off|on) the (?:window|balcony|roof|ledge)\b"
    r"|(?:cut|sliced|crushed|chopped) (?:off )?(?:my|his|her) (?:\w+ )?(?:fingers?|hand|arm|leg|foot|wrists?|toe|head|neck|throat)\b|(?:finger|hand|arm|toe|leg)s? (?:was |is |got |were )?(?:cut off|crushed|severed|chopped)\b|lost my (?:child|kid|son|daughter|baby|grand\w+)\b(?! \w*(?:card|bag|coat|key))"
    r"|(?:baby|child|kid|toddler|son|daughter|grand\w+)\b.{0,8}\b(?:locked|trapped|stuck|shut) in\b|(?:burne?[dt]|burns?) (?:by|from|with) (?:boiling|hot) (?:water|oil|soup)\b|scald(?:ed|ing)\b|suffocat\w+|can'?t get (?:any |enough )?air\b|turn(?:ed|ing) blue\b|a stranger is following me\b|bitten by a (?:dog|snake)\b"
)
_WHOLE = (
    r"(?:快|赶紧|赶快)来(?:个)?人(?![修看弄])|(?:求救|急救|危险|救急)\W*$|(?:110|119|120|911|999)\W*$|(?:call |get )?(?:a |the |an )?(?:doctor|police|smoke)\W*$|(?:[jq]iu\s?(?:jiu\s?wo|ming|ren|wo)|kuai\s?lai\s?ren)\b|help(?:\s*!+|(?:\W+help)+)\W*$"
    r"|(?:somebody|someone|please) help (?:me|us|him|her)\W*$|(?:zh?ao|qi|shi)\s?huo(?:\s?l[ae])?\W*$|fire\W*(?:fire\W*)*$"
    r"|fire\b(?! (?:drill|alarm|ext|exit|door|hydrant|station|safety))|火[火\W]*$|(?:[摔跌](?:倒|跤|下来)了?|[摔跌]了一跤)\W*$|(?:(?:a )?fall|fell(?: down)?|fallen)\W*$"
    r"|(?:wo\s?)?sh?uai\s?(?:dao|jiao)(?:\s?le)?\b|(?:yun|hun)\s?dao(?:\s?le)?\W*$"
)
_IN_HAN = "|".join((_HELP, _FIRE, _FALL, _ILL, _VIOLENCE, _ACCIDENT))
_IN_ENGLISH = "|".join((_HELP_EN, _FIRE_EN, _FALL_EN, _ILL_EN, _VIOLENCE_EN, _ACCIDENT_EN))
# Each looks at its own letters only: this is searched for in every message.
_CRY = re.compile(
    rf"(?=[\u4e00-\u9fff])(?<![怕防])(?<!担心)(?<!容易)(?<!(?:电视|电影|新闻|视频)[里上])(?<!梦见)(?!.{{0,12}}(?:讲座(?![上现])|培训|演习|演练|急救课|小知识|知识讲|宣传))(?:{_IN_HAN})|\b(?=[a-z])(?:{_IN_ENGLISH}|(?<!not an )(?<!no )emergency\W*$)|^\W*(?:{_WHOLE})",
    re.IGNORECASE,
)
_GAS = (
    r"(?:煤气|燃气|天然气|瓦斯|液化气).{0,6}(?:泄[漏露]|漏|味|臭|呛)|漏(?:煤气|燃气|天然气|瓦斯)|(?:煤气|燃气|天然气).{0,3}(?:忘关|没关|忘了关|忘记关)|(?:忘(?:了|记)?关|没关)(?:煤气|燃气)|(?:闻到|一股|有股|好大|全是|都是|满屋|充满).{0,4}(?:煤气|燃气|瓦斯)|^\W*(?:mei|ran)\s?qi\s?(?:xie\s?)?lou(?:\s?qi)?(?:\s?le)?\W*$"
    r"|\bsmell\w*\b.{0,12}\bgas\b|\bgas\b.{0,12}\b(?:leak\w*|smell\w*)\b|\bleak\w*\b.{0,8}\bgas\b"
)
_TRAPPED = (
    r"困.{0,6}(?:电|升降)梯|(?<![包车机伞货箱西])[困关卡](?:在|进|到)?电梯[里内]|在电梯里.{0,6}(?:出不|动不|[卡停困])|(?<![包车机伞货箱西])[关卡](?:在|进).{0,4}(?:电|升降)梯|电梯.{0,10}(?:困|[关卡](?:着|住)?(?:了)?人|出不来)|电梯(?:停|坏|卡|不动|掉).{0,6}里面?有人"
    r"|\b(?:stuck|trapped|locked)\b.{0,20}\b(?:lift|elevator)\b|\b(?:lift|elevator)\b.{0,30}\b(?:trapped|people inside|somebody inside|someone inside)\b"
)
_TROUBLE = re.compile(
    rf"被困|困住了|\b(?:am|i'?m|is|are|got) trapped\b|冒(?:黑|浓|大)?烟|(?<![打点不怕防])(?<!电[视影]里)[着起]火(?!点|.{{0,2}}(?:危险|隐患|风险))|(?:全是|都是|好多|很多|好大的?)(?:浓)?烟(?![头灰花味])|(?<![怕防])(?<!容易)[摔跌]倒|被打(?![扰断湿开扫])|打架(?!的)|打起来了|报警(?!器|列表|情况|记录)|\b(?:see|smell|lots? of|so much|thick|black) smoke\b|\bthere(?:'s| is) (?:\w+ )?smoke\b(?! (?:detector|alarm))|(?<!people )(?<!they )(?<!who )\bsmoke (?:everywhere|in|coming|from)\b|\bfire\W*$|{_GAS}|{_TRAPPED}",
    re.IGNORECASE,
)
"""Heard when nothing is open: in the middle of a form they may belong to a story."""
_A_WORKER_TOO = re.compile(f"{_GAS}|{_TRAPPED}", re.IGNORECASE)
"""Where the alarm is not all: somebody with tools has to come."""


def _cry(person: Person, said: str) -> Answer | Opening:
    alarm_id = _raised(person, said.strip())
    if _A_WORKER_TOO.search(said) and not _CRY.search(said):
        return _and_a_worker(person, said)
    over = (
        ()
        if alarm_id is None
        else (Option(f"alarm.over:{alarm_id}", _("It was nothing, I am well"), _("I am well")),)
    )
    return Answer((phrases.emergency().with_options(*over),), handover="emergency")


def _and_a_worker(person: Person, said: str) -> Opening:
    """The duty desk knows already; what to do first, and one tap sends the worker."""
    opening = repair.begin(person, said)
    told = render(_("The duty desk has been told."), person.locale)
    known = " ".join(part for part in (str(opening.facts.get("known", "")), told) if part)
    return replace(opening, flow="repair", facts={**opening.facts, "known": known})


def _raised(person: Person, said: str) -> int | None:
    """The alarm; whatever fails there, she is answered, and the duty desk is told."""
    try:
        with savepoint():
            org_id = person.org_id or getattr(orgs.default_community(), "id", None)
            if org_id is None:
                return None
            many = queries.open_from(person.identity_id) >= MANY
            meant = _meant(person, said)
            # Who is no resident, and cares for one, cries for her: people go to her door.
            hers = person.resident_id is None and len(meant) == 1
            return actions.raise_alarm(
                "sos",
                org_id=org_id,
                severity="critical",
                words=_words(said, () if hers else meant),
                resident_id=meant[0] if hers else person.resident_id,
                identity_id=person.identity_id,
                source=f"words:{person.identity_id}",
                dedupe=f"words:{person.identity_id}:many" if many else None,
            )
    except Exception:
        log.exception("emergency.alarm_failed")
        return None


def _meant(person: Person, said: str) -> list[int]:
    """The residents of whom this may be told, by somebody who cares for them."""
    if person.resident_id is not None and not _RELATIVE.search(said):
        return []
    return family.cared_for(identity_id=person.identity_id, resident_id=person.resident_id)


def _words(said: str, meant: Sequence[int] = ()) -> Words:
    if not said:
        words = Words(_("asked for help at once"))
    else:
        words = Words(_("“{said}”", said=said[:300]), _("“{said}”", said=said[:40]), said[:120])
    if not meant:
        return words
    whom = {locale: "、".join(_door(i, locale) for i in meant[:MOST_MEANT]) for locale in LOCALES}
    text, short, spoken = (
        _("{words} It may be about {whom}.", words=form, whom=whom)
        for form in (words.text, words.short or words.text, words.spoken or words.text)
    )
    return Words(text, short, spoken)


def _door(resident_id: int, locale: str) -> str:
    """Who, and where she lives."""
    home = residents.home_of(resident_id)
    place = Home.from_json(home).show(locale) if home else ""
    return f"{residents.name_of(resident_id)} {place}".strip()


COMMANDS = [
    Command(
        "emergency",
        _cry,
        _("Emergency: help at once"),
        patterns=(_CRY, _TROUBLE),
        anytime=(_CRY,),
        whole=True,
        examples=(
            "救命啊", "快来人救救我", "家里着火了", "厨房起火了", "楼道里都是烟", "我摔倒了起不来", "老人晕倒了", "胸口疼喘不上气",
            "煤气泄漏了", "被困在电梯里了", "家里进小偷了", "有人受伤流血了", "快叫救护车", "help me I fell down", "the house is on fire",
            "my husband is unconscious", "I smell gas in the flat", "I am trapped in the lift", "somebody broke into my flat",
            "I cannot breathe my chest hurts", "孩子掉水里了", "有人要跳楼", "有人触电了", "老人走丢了", "被车撞了", "吃错药了", "孩子噎住了", "我喘不上气",
            "老伴没有呼吸了", "手流血止不住", "有人在打我", "我不想活了", "a child fell into the water", "she swallowed something poisonous", "he is bleeding badly",
            "somebody wants to jump", "my baby is choking", "he got an electric shock", "my father does not wake up", "smoke comes out of the flat below",
        ),
    )
]  # fmt: skip
