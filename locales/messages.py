"""The translations: collect the texts of the code, say what is not translated yet, compile the catalogues.

    python -m locales.messages update     texts of the code → locales/<locale>/LC_MESSAGES/messages.po, then compile
    python -m locales.messages check      fails, naming them, when a text has no translation or loses a place like {name}
    python -m locales.messages compile    messages.po → messages.mo

The languages are those of `backend.core.i18n.LANGUAGES`; English is the ids themselves. A register (`zh_CN@easy`) holds only the
texts that it says more simply; the others are those of its language.
"""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from backend.core.i18n import EASY, LANGUAGES

ROOT = Path(__file__).resolve().parents[1]
SOURCE = "en"
"""The language of the texts in the code."""
TRANSLATED = tuple(locale for locale in LANGUAGES if locale != SOURCE)
SOURCES = ("backend", "iot", "conversations", "bots", "broadcasts")
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2)}
REGISTERS = tuple(f"{locale}{EASY}" for locale in LANGUAGES)
LONGEST = {"zh": 22, "en": 60}
"""Characters of a sentence that is easy to read, by language."""
_PLACE = re.compile(r"\{(\w+)\}")
_SENTENCE = re.compile(r"(?<=[。？！])|(?<=[.?!]) ")


def catalogue_path(locale: str) -> Path:
    return ROOT / "locales" / locale / "LC_MESSAGES" / "messages.po"


def collected() -> Catalog:
    """Every text in the code and the templates, with where it stands."""
    with (ROOT / "babel.cfg").open() as config:
        methods, options = parse_mapping_cfg(config, "babel.cfg")  # type: ignore[no-untyped-call]
    found = Catalog(project="Linli", charset="utf-8")
    for source in SOURCES:
        texts = extract_from_dir(
            ROOT / source, method_map=methods, options_map=options, keywords=KEYWORDS, comment_tags=("i18n:",)
        )
        for filename, _line, text, comments, context in texts:
            place = (f"{source}/{filename}", 0)  # without line numbers: it changes only when a text does
            found.add(text, locations=[place], auto_comments=comments, context=context)
    return found


def translated(locale: str) -> Catalog:
    """The catalogue as it stands; an empty one for a new language."""
    path = catalogue_path(locale)
    if not path.exists():
        return Catalog(locale=locale, project="Linli", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def _done(message: Message) -> bool:
    strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return bool(strings) and all(strings)


def problems(wanted: Catalog, have: Catalog, locale: str) -> list[str]:
    """One line for every text that has no translation, or whose translation names a place that the text lacks."""
    found = []
    for message in wanted:
        if not message.id:
            continue
        ours = have.get(message.id, message.context)
        shown = message.id if isinstance(message.id, str) else message.id[0]
        where = ", ".join(sorted({place for place, _line in message.locations})[:2])
        if ours is None or not _done(ours):
            found.append(f"{locale}: not translated: {shown!r} ({where})")
            continue
        ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
        strings = ours.string if isinstance(ours.string, tuple | list) else (str(ours.string),)
        allowed = {place for text in ids for place in _PLACE.findall(text)}
        for string in strings:
            extra = set(_PLACE.findall(string)) - allowed
            if extra:
                found.append(
                    f"{locale}: {shown!r} is translated with unknown places {sorted(extra)}: {string!r} ({where})"
                )
    return found


def hard_to_read(locale: str) -> list[str]:
    """One line for every text of a register that is no text of ours any more, lost a place, or has a long sentence."""
    wanted, found = collected(), []
    for message in translated(locale):
        if not message.id:
            continue
        ours, text = wanted.get(message.id, message.context), str(message.string)
        if ours is None:
            found.append(f"{locale}: no text of the code any more: {message.id!r}")
        elif not set(_PLACE.findall(text)) <= set(_PLACE.findall(str(message.id))):
            found.append(f"{locale}: unknown places in {text!r}")
        found += [
            f"{locale}: {len(sentence)} characters in one sentence: {sentence!r}"
            for sentence in _SENTENCE.split(_PLACE.sub("", text).replace("*", ""))
            if len(sentence) > LONGEST[locale[:2]]
        ]
    return found


def update() -> list[str]:
    """Bring the catalogues up to date with the code, keep what is translated, drop what is gone."""
    wanted = collected()
    found = [
        line for locale in TRANSLATED for line in problems(wanted, _renew(wanted, locale, whole=True), locale)
    ]
    for locale in REGISTERS:
        _renew(wanted, locale, whole=False)
        found += hard_to_read(locale)
    compile_all()
    return found


def _renew(wanted: Catalog, locale: str, *, whole: bool) -> Catalog:
    """Write the catalogue of `locale` anew; `whole`: with the texts that it lacks."""
    have = translated(locale)
    fresh = Catalog(locale=locale, project="Linli", charset="utf-8", fuzzy=False)
    for message in wanted:
        ours = have.get(message.id, message.context) if message.id else None
        if message.id and (ours or whole):
            fresh.add(
                message.id,
                ours.string if ours else None,
                locations=message.locations,
                auto_comments=message.auto_comments,
                context=message.context,
            )
    path = catalogue_path(locale)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(
            file,
            fresh,
            width=110,
            sort_output=True,
            ignore_obsolete=True,
            include_lineno=False,
            omit_header=False,
        )
    return fresh


def compile_all() -> None:
    """Write each locale's messages.mo, whole or not at all: other processes may be reading it."""
    for directory in sorted((ROOT / "locales").glob("*/")):
        locale = directory.name
        if not catalogue_path(locale).exists():
            continue
        target = catalogue_path(locale).with_suffix(".mo")
        target.parent.mkdir(parents=True, exist_ok=True)
        buffer = io.BytesIO()
        write_mo(buffer, translated(locale))
        if not target.exists() or target.read_bytes() != buffer.getvalue():
            fresh = target.with_name(f".{target.name}.new")
            fresh.write_bytes(buffer.getvalue())
            fresh.replace(target)


def main(arguments: list[str]) -> None:
    match arguments:
        case ["update"]:
            found = update()
        case ["check"]:
            wanted = collected()
            found = [line for locale in TRANSLATED for line in problems(wanted, translated(locale), locale)]
            found += [line for locale in REGISTERS for line in hard_to_read(locale)]
        case ["compile"]:
            compile_all()
            return
        case _:
            sys.exit(__doc__)
    if found:
        sys.exit("\n".join([*found, f"{len(found)} texts to look at in locales/"]))


if __name__ == "__main__":
    main(sys.argv[1:])
