"""Looking over the answers before they count, and correcting one."""

from __future__ import annotations

import re

from backend.core.i18n import Text, _, render
from backend.fields.affirm import affirmed
from backend.fields.asking import PERSON, question
from backend.fields.base import Field, join
from backend.fields.finder import index_in
from backend.fields.plain import folded, half_width
from backend.fields.state import Step
from backend.fields.turn import Turn
from backend.fields.words import Option, Said, Words

OK = "!ok"
CORRECT = Option("!correct", _("Correct something"), _("Change"))
CANCEL = Option("!cancel", _("Cancel"))
REVIEW = Option("!review", _("Nothing, all is right"), _("Nothing"))

_VERBS = re.compile(
    r"^(?:please )?(?:change|correct|fix|edit|update)\s+(?:the |my )?"
    r"|^(?:我?(?:要|想)?(?:把|将)?)?(?:修改|更改|更正|改一下|改|换|重填|重写)?(?:一下)?"
)
_WRONG_TAIL = re.compile(r"^(?:写错了|填错了|错了|不对|有误|错|要改|改一下|is wrong|wrong|is not right)$")
_GLUE = re.compile(
    r"^\s*(?:(?:要)?改成|改为|换成|应该是|应为|应是|是|为|:|：|=|to\b|is\b|should be\b|,|，)?\s*"
)
_CORRECT_WORDS = frozenset(
    [
        "修改",
        "改",
        "更正",
        "改一下",
        "要改",
        "纠正",
        "correct",
        "change",
        "edit",
        "fix",
        "correct something",
        "something is wrong",
    ]
)


def words(turn: Turn, lead: Text | None = None) -> Words:
    """Every answer with its label (sensitive ones masked), and whether it is all right."""
    lines, briefs, heard = [], [], []
    for f in turn.active():
        data = turn.answers.get(f.name)
        if data is None or f.decisive:
            continue
        value = f.load(data)
        label = render(f.label, turn.locale) or f.name
        masked = f.masked(value, turn.locale) if f.sensitive else ""
        lines.append(_line(label, masked or f.show(value, turn.locale), turn.locale))
        briefs.append(masked or f.short(value, turn.locale))
        heard.append(_line(label, _("kept safe") if masked else f.speak(value, turn.locale), turn.locale))
    asked = _("Is everything right?")
    text = join(lead, _("Please look it over:"), "\n".join(lines), asked)
    ok = Option(OK, agreement(turn))
    options = (ok, CORRECT, CANCEL, PERSON) if turn.misses >= 3 else (ok, CORRECT, CANCEL)
    return Words(
        text or asked,
        short=join(lead, "\n".join(briefs), _("Right?")),
        spoken=join(lead, _("Please listen whether it is all right."), "\n".join(heard), asked),
        options=options,
        keypad=1,
    )


def agreement(turn: Turn) -> Text:
    """What is on the button that agrees to all of it."""
    return turn.form.confirm_label or _("All right")


def begin(turn: Turn, lead: Text | None = None) -> Step:
    turn.phase, turn.asking, turn.misses = "review", None, 0
    return turn.finish(words(turn, lead))


def choosing(turn: Turn, lead: Text | None = None) -> Words:
    """Which answer shall be corrected."""
    options = tuple(Option(f"field:{f.name}", f.label or f.name) for f in turn.correctable())
    asked = _("What shall we correct?")
    return Words(join(lead, asked) or asked, options=(*options, REVIEW), keypad=1 if len(options) < 9 else 2)


def reopen(turn: Turn, f: Field, lead: Text | None = None) -> Step:
    """Ask one field again; its answer stays until there is another."""
    turn.phase, turn.asking, turn.misses = "correcting", turn.source(f).name, 0
    return turn.finish(question(turn, turn.form.by_name[turn.asking or ""], lead))


def named(turn: Turn, text: str) -> tuple[Field, str] | None:
    """The field that a correction names, and what it says instead: `手机 13800138000` → (mobile, "13800138000")."""
    typed = half_width(text[:300])
    said = typed.lower()
    if len(said) != len(typed):
        typed = said
    verb = _VERBS.match(said)
    for start in dict.fromkeys((verb.end() if verb else 0, 0)):
        called = [(len(name), f) for f in turn.active() for name in f.called if said.startswith(name, start)]
        if called:
            length, f = max(called, key=lambda pair: pair[0])
            rest = _GLUE.sub("", typed[start + length :], count=1).strip()
            return f, "" if _WRONG_TAIL.match(rest.lower()) else rest
    return None


def picked_field(turn: Turn, said: Said) -> Field | None:
    """The field chosen from the list of `choosing`."""
    fields = turn.correctable()
    if said.choice is not None and said.choice.startswith("field:"):
        return next((f for f in fields if f.name == said.choice[6:]), None)
    number = index_in(said.text)
    return fields[number - 1] if number is not None and 1 <= number <= len(fields) else None


def wants_correction(said: Said) -> bool:
    return said.choice == CORRECT.value or folded(said.text) in _CORRECT_WORDS


def verdict(turn: Turn, said: Said) -> str | None:
    """What the answer to the review is: "ok", "correct", "cancel", or None."""
    if said.choice is not None:
        return {OK: "ok", CORRECT.value: "correct", CANCEL.value: "cancel"}.get(said.choice)
    number = index_in(said.text)
    if number is not None:
        return {1: "ok", 2: "correct", 3: "cancel"}.get(number)
    if folded(said.text) == folded(render(agreement(turn), turn.locale)):
        return "ok"
    if wants_correction(said):
        return "correct"
    answer = affirmed(said.text)
    return None if answer is None else "ok" if answer else "correct"


def _line(label: str, value: Text, locale: str) -> str:
    return render(_("{label}: {value}", label=label, value=value), locale)
