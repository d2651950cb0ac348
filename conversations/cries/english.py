"""Cries for help in English and in pinyin, one idea a line. Data only; `notation.py` says how a line is read.

`{person}` is one of PERSON; a line ends at the end of a word, unless it ends in `*`.
"""

PERSON = (
    "mother father mom mum dad son daughter child kid toddler infant boy girl baby grand\\w+ husband wife uncle aunt friend neighbou?r somebody someone he she "
    "(old\\s)?man (old\\s)?lady (old\\s)?woman"
)

HELP_EN = r"""
SOS
mayday
helpp+
(missing|lost) (child|kid|boy|girl|person)
can'?t find my (son|daughter|child|kids?|mother|father|mum|mom|dad|grand\w+|husband|wife)
(?<!can you )(?<!could you )(?<!somebody )(?<!someone )(?<!anybody )(?<!anyone )(?<!to )(?<!can )(?<!could )(?<!who can )(?<!would )help me[\s!.]*$
help me,? (please|now|quick)
ambulance
(screaming|shouting|calling|crying) for help
send (help|the police)
need (an? |the )?(police|doctor|fire brigade)
save (me|us|him|her)
come quick(ly)?
(I'?m|I am|he is|she is|he'?s|she'?s|somebody is|someone is) dying\b(?! (of (bore|laugh|heat|curio)|to |for ))
life[- ]threatening
need (urgent|emergency|immediate) help
need help (now|fast|right now|immediately|urgently)
call (the )?(police|911|999|1[12]0|119)
help\b\W+(me\W+)?i('?ve| have|'?m| am)?\W+(just |been )?(fell|fallen|hurt|bleeding|trapped)
"""
FIRE_EN = r"""
explo(ded|sion)
earthquake
flames
is burning\b(?! (hot|up|bright))
on fire\b(?! sale)
there('?s| is) (a )?fire\b(?! (drill|alarm|exit|extinguisher))
(house|kitchen|flat|apartment|building)\b..12\b(burning|on fire)
fire in (the|my|our)
fire in (kitchen|room|house|flat|building|bedroom|hall\w*|balcony)
(caught|catching) fire
"""
FALL_EN = r"""
I('ve| have)? (just )?(fell|fallen)\b(?! (in love|asleep|behind|out|for))
(fell|fallen)\b..30\bcan'?t (get|stand) up
(nai\s?nai|ye\s?ye|lao\s?ban|ma\s?ma|ba\s?ba|wo\s?[mb]a|lao\s?ren|hai\s?zi)\b..6\b(sh?uai|die|yun|hun)\s?(dao|jiao)
{person}('?s| has| is)? (just )?(fell|fallen|collapsed)\b(?! (in love|asleep|behind|out))
can'?t (get|stand) up
I can'?t move\W*$
{person}('?s| is) not moving
"""
ILL_EN = r"""
can('?t| ?not) breathe*
(trouble|difficulty) breathing
heart attack
chest (pains?|hurts|is tight)
pains? in (my|his|her|the) chest
a stroke
seizure
poison(ed|ing)
electric shock
(having|has|had) a fit
in labou?r
(my|her) waters? broke
hit (my|his|her) head
stopped breathing
lying on the (floor|ground)
(burned|burnt) (my|his|her)(self| (\w+ )?(hands?|arms?|legs?|face|fingers?|foot|feet|back|eyes?))
unconscious
passed out
fainted
not (breathing|responding)
won'?t wake up
choking
bleeding
blood\b(?! (pressure|tests?|donat\w*|type|sugar|drive))
electrocuted
drown(ing|ed)\b(?! in (paper|work|mail|debt))
overdose
cut (my|him|her)self
broke(n)? (my|his|her) (leg|arm|hip|hand|wrist|back|neck)
hurt (myself|himself|herself|my|his|her)
heart (hurts|pain|stopped)
in danger
I slipped
hit by a (car|bike|scooter)
(am|i'?m|is|are|got|been|was) (badly |seriously )?(hurt|injured)
"""
VIOLENCE_EN = r"""
trying to (break|get) in(to)?
(man|men|guy|someone|somebody|stranger)\b..20\b(forc\w+|break\w*|kick\w*|smash\w*)( open| down| in)? (my|our|the)( \w+)? (door|window)
(beats?|hits?|punch\w*|slap\w*) (his |her |my |the )?(wife|husband|mother|woman|girl|child|kid|son|daughter)
qiao\s?wo\s?(jia\s?)?(de\s?)?(men|suo)\b..6\bhao\s?pa
stabb*
rape
kidnap*
assault*
(beating|hitting|attacking|following|threatening) (me|him|her|us)
a fight
fighting
kill (myself|me|him|her)
suicid*
burglar*
intruder*
thief
thieves
breaking in(to)?
break-?in
stealing
broke in
broken into
being (attacked|robbed|beaten)
robb(ed|er\w*)
(has|with) a (knife|gun)
attacked me
{person} (is|went|has gone|got) (missing|lost)
(someone|somebody|a (man|stranger)) (is |got |came )?(in|into|inside) my (house|home|flat|apartment)
"""
ACCIDENT_EN = r"""
{person}\b..6\bswallow(ed|ing)
(drank|drunk|ate|eaten|swallowed|drinking|eating)\b..14\b(poison|bleach|detergent|pesticide|batter(y|ies)|coins?|disinfectant|chemicals?|petrol|gasoline|medicine|pills)
(took|taken|swallowed) (too (many|much)|a lot of|lots of|all (the|my|her|his)|a (whole )?bottle of)\b..12\b(pills|tablets|medicine|drugs)
(wants?|going|trying|about|threaten\w*) to jump
jump(s|ed|ing)? (off|from|out of|into) (the |a )?(roof|window|bridge|balcony|building|river|lake|water)
{person}( is|'s)? (hanging|dangling|climb\w+) (from|out of|off|on) the (window|balcony|roof|ledge)
(cut|sliced|crushed|chopped) (off )?(my|his|her) (\w+ )?(fingers?|hand|arm|leg|foot|wrists?|toe|head|neck|throat)
(finger|hand|arm|toe|leg)s? (was |is |got |were )?(cut off|crushed|severed|chopped)
lost my (child|kid|son|daughter|baby|grand\w+)\b(?! \w*(card|bag|coat|key))
(baby|child|kid|toddler|son|daughter|grand\w+)\b..8\b(locked|trapped|stuck|shut) in
(burne?[dt]|burns?) (by|from|with) (boiling|hot) (water|oil|soup)
scald(ed|ing)
suffocat\w+
can'?t get (any |enough )?air
turn(ed|ing) blue
a stranger is following me
bitten by a (dog|snake)
"""
GAS_EN = r"""
^\W*(mei|ran)\s?qi\s?(xie\s?)?lou(\s?qi)?(\s?le)?\W*$
smell\w*\b..12\bgas
(mei|ran)\s?qi\s?wei
gas\b..12\b(leak\w*|smell\w*)
leak\w*\b..8\bgas
"""
TRAPPED_EN = r"""
(stuck|trapped|locked)\b..20\b(lift|elevator)
(lift|elevator)\b..30\b(trapped|people inside|somebody inside|someone inside)
"""

WHOLE_EN = r"""
(call |get )?(a |the |an )?(doctor|police|smoke)\W*$
([jq]iu\s?(jiu\s?wo|ming|ren|wo)|kuai\s?lai\s?ren)
help(\s*!+|(\W+help)+)\W*$
(somebody|someone|please) help (me|us|him|her)\W*$
(zh?ao|qi|shi)\s?huo(\s?l[ae])?\W*$
fire\W*(fire\W*)*$
fire\b(?! (drill|alarm|ext|exit|door|hydrant|station|safety))
((a )?fall|fell( down)?|fallen)\W*$
(wo\s?)?sh?uai\s?(dao|jiao)(\s?le)?
(yun|hun)\s?dao(\s?le)?\W*$

(not an |no )?emergency\W*$
"""
"""What is a cry at the beginning of a message only."""
TROUBLE_EN = r"""
(am|i'?m|is|are|got) trapped
(see|smell|lots? of|so much|thick|black) smoke
there('s| is) (\w+ )?smoke\b(?! (detector|alarm))
smoke\b..6\bin (the |my |our )?(room|kitchen|house|flat|home|bedroom)
(?<!people )(?<!they )(?<!who )(?<!neighbor )(?<!neighbour )(?<!neighbors )(?<!neighbours )(?<!guests )(?<!men )(?<!guys )(?<!workers )(?<!kids )(?<!not )(?<!don't )(?<!always )smoke (everywhere|in|coming|from)
fire[\s!.]*$
"""
