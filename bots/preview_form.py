"""A form that staff are just putting together, as each channel would give it: for the form builder. Nothing is kept."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from backend.core.i18n import LOCALES, text_from_json
from backend.fields.form import Form
from backend.web import form_builder, form_conditions, session
from backend.web.text import locale
from bots import preview

blueprint = Blueprint("preview_form", __name__, url_prefix="/admin/preview-form", template_folder="templates")
NAME = "draft"


@blueprint.post("")
@session.needs("form.preview")
def show() -> Any:
    """`form`: the builder's JSON; `title_*` and `intro_*` by language; `a`: answers so far; `walk`; `in`: the language."""
    given = request.form
    draft = form_builder.read(given.get("form", ""), name=NAME)
    if draft.form is None:
        return render_template("bots/tried.html", problems=draft.problems, shapes=(), sometimes=()), 422
    language = given.get("in") if given.get("in") in LOCALES else locale()
    walking = given.get("walk") == "1"
    answers = [a[: preview.LONGEST] for a in given.getlist("a")][: preview.MOST_ANSWERS]
    form = Form(NAME, _texts("title"), draft.form.fields, review=False, intro=_texts("intro") or None)
    shapes = preview.shapes(form, answers, walking, language or locale())
    return render_template(
        "bots/tried.html",
        problems=(),
        sometimes=form_conditions.sometimes(form),
        answers=answers,
        shapes=shapes,
        language=language,
        open_question=any(not shape.ended for shape in shapes) and not walking,
    )


def _texts(key: str) -> Any:
    found = {code: words for code in LOCALES if (words := request.form.get(f"{key}_{code}", "").strip())}
    return text_from_json(found) if found else ""
