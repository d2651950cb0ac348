"""The pages on which staff make tables and columns."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from backend.core import access
from backend.core.errors import Invalid, LinliError
from backend.core.i18n import LANGUAGES, Msg, Text, _, render
from backend.fields import tree
from backend.records import computing, converting, defining, formulas, recount, tables
from backend.records.list_web import blueprint, org_of, orgs_of, reached
from backend.records.tables import Column, Table
from backend.web import session
from backend.web.text import locale, say

KINDS: dict[str, Msg] = {
    "text": _("Text"),
    "long_text": _("Long text"),
    "real_name": _("Name"),
    "integer": _("Whole number"),
    "decimal": _("Number with decimals"),
    "money": _("Money"),
    "date": _("Date"),
    "choice": _("One of several"),
    "multi_choice": _("Several of several"),
    "tree_choice": _("Classification of several levels"),
    "yes_no": _("Yes or no"),
    "phone": _("Phone number"),
    "email": _("E-mail"),
    "id_number": _("ID number"),
    "address": _("Address"),
    "rating": _("Rating"),
}
_WITH_OPTIONS = ("choice", "multi_choice", "tree_choice")


@blueprint.post("/tables")
@session.needs("record.define")
def make_table() -> Any:
    actor = session.current_actor()
    given = request.form
    org_id = given.get("org", type=int) or 0
    try:
        title = {code: given.get(f"title_{code}", "") for code in LANGUAGES}
        table = defining.make_table(actor, title, org_id, given.get("parent") or None)
    except LinliError as error:
        flash(say(error.text), "warning")
        return redirect(url_for("records.index"), code=303)
    flash(say(_("The table is made. Now give it columns.")))
    return redirect(url_for("records.columns", key=table.key), code=303)


@blueprint.get("/<key>/columns")
@session.needs("record.define")
def columns(key: str) -> Any:
    actor = session.current_actor()
    return _page(key, errors={}, typed=MultiDict()) if reached(actor, key, "read") else None


@blueprint.post("/<key>/columns")
@session.needs("record.define")
def add_column(key: str) -> Any:
    actor = session.current_actor()
    table = reached(actor, key, "read")
    given = request.form
    try:
        defining.add_column(
            actor, key, _field(given, given.get("kind", "")), given.get("org", type=int) or org_of(actor, table),
            formula=given.get("formula", "").strip(), keyword=given.get("keyword") == "1",
            indexed=given.get("indexed") == "1",
        )  # fmt: skip
    except LinliError as error:
        return _page(key, errors={getattr(error, "field", None) or "": error.text}, typed=given), 422
    flash(say(_("The column is there, on every page from now on.")))
    return redirect(url_for("records.columns", key=key), code=303)


@blueprint.post("/<key>/columns/<column_key>")
@session.needs("record.define")
def change_column(key: str, column_key: str) -> Any:
    """Other words, options, ways to be found; out of use and back; up and down."""
    actor = session.current_actor()
    table = reached(actor, key, "read")
    column = table.column(column_key)
    given = request.form
    act = given.get("act", "save")
    try:
        if act in ("retire", "back"):
            defining.retire_column(actor, key, column_key, back=act == "back")
        elif act in ("up", "down"):
            defining.reorder(actor, key, _moved(table.columns, column_key, -1 if act == "up" else 1))
        else:
            field = column.field.to_json() | _field(given, column.field.kind)
            defining.change_column(
                actor, key, column_key, field=field, formula=given.get("formula"), keyword=given.get("keyword") == "1",
                indexed=given.get("indexed") == "1",
            )  # fmt: skip
    except LinliError as error:
        flash(say(error.text), "warning")
    else:
        flash(say(_("Saved.")))
    return redirect(url_for("records.columns", key=key), code=303)


def _page(key: str, errors: dict[str, Text], typed: Any) -> str:
    actor = session.current_actor()
    table = tables.of(key)
    # Of columns that others keep for themselves even the names may tell something.
    made = [c for c in table.columns if c.id is not None and tables.reaches(actor, table, c.org_id)]
    return render_template(
        "records/columns.html",
        table=table,
        built_in=[c for c in table.columns if c.id is None],
        made=[c for c in made if not c.retired],
        retired=[c for c in made if c.retired],
        kinds=KINDS,
        words={c.key: _words(c) for c in made},
        options={c.key: options_of(c) for c in made if c.field.kind in _WITH_OPTIONS},
        formulas={c.key: formulas.shown(table, c.formula, locale()) for c in made if c.formula},
        functions=sorted(computing.NAMES),
        examples=_examples(table),
        progress=recount.progress(table),
        conversions=[(run, c) for run in converting.of(table) if (c := table.column(run.new_key)) in made],
        errors=errors,
        typed=typed,
        orgs=orgs_of(actor, "record.define"),
        may_define=access.may(actor, "record.define"),
        reader=locale(),
    )


def _field(given: Any, kind: str) -> dict[str, Any]:
    """JSON of the Field that the page describes. Raises Invalid."""
    if kind not in KINDS:
        raise Invalid(_("Please choose what kind of value it is."), "kind")
    label = {code: given.get(f"label_{code}", "").strip()[:80] for code in LANGUAGES}
    some = next((text for text in label.values() if text), "")
    if not some:
        raise Invalid(_("A column needs a name."), "label_zh_CN")
    field: dict[str, Any] = {
        "kind": kind,
        "label": {code: text or some for code, text in label.items()},
        "optional": given.get("required") != "1",
        "sensitive": given.get("sensitive") == "1",
    }
    if kind in _WITH_OPTIONS:
        field["options"] = read_options(given.get("options", ""), kind)
    return field


def read_options(text: str, kind: str = "choice") -> list[dict[str, Any]]:
    """One a line, `value = label` or the label alone; the value of an option stays when its label changes. Of a
    classification see `fields.tree.lines`. Raises Invalid."""
    if kind == "tree_choice":
        return _read_tree(text)
    found = []
    for line in text.splitlines():
        value, sep, label = (part.strip() for part in line.partition("="))
        if value:
            found.append({"value": value[:60], "label": (label if sep and label else value)[:80]})
    if len(found) < 2:
        raise Invalid(_("Please write at least two options, one on each line."), "options")
    if len({o["value"] for o in found}) < len(found):
        raise Invalid(_("Two options are the same."), "options")
    return found


def _read_tree(text: str) -> list[dict[str, Any]]:
    try:
        found = tree.read_lines(text)
    except ValueError as error:
        problem = _("“{line}” has no place here: a line is at most one level below the one before it, and none is written twice.", line=str(error))  # fmt: skip
        raise Invalid(problem, "options") from None
    if not found:
        raise Invalid(_("Please write the levels, one line each."), "options")
    return found


def _examples(table: Table) -> list[str]:
    """Formulas over the columns that the table has."""

    def first(columns: Sequence[Column], kinds: Collection[str]) -> str | None:
        return next(
            (render(c.label, locale()) for c in columns if c.field.kind in kinds and not c.sealed), None
        )

    found = []
    if day := first(table.open, ("date",)):
        found.append(f"age({{{day}}})")
    if number := first(table.open, tables.NUMBERS):
        found += [f"{{{number}}} * 1.5", f"if({{{number}}} >= 100, 'A', 'B')"]
    if text := first(table.open, ("text", "real_name")):
        found.append(f"join({{{text}}}, ' ', year(today()))")
    for sub in tables.subtables(table):
        title = render(sub.title, locale())
        found.append(f"count({{{title}}})")
        if number := first(sub.open, tables.NUMBERS):
            found.append(f"sum({{{title}}}, {{{number}}})")
        if day := first(sub.open, ("date",)):
            found.append(f"days_since(latest({{{title}}}, {{{day}}}))")
    return found


def _words(column: Column) -> dict[str, str]:
    return {code: render(column.label, code) for code in LANGUAGES}


def options_of(column: Column) -> str:
    """The options as the page edits them, in the reader's language."""
    if isinstance(column.field, tree.TreeChoice):
        return tree.lines(column.field, locale())
    lines = []
    for choice in getattr(column.field, "choices", ()):
        label = render(choice.label, locale())
        lines.append(choice.value if label == choice.value else f"{choice.value} = {label}")
    return "\n".join(lines)


def _moved(columns: tuple[Column, ...], key: str, by: int) -> list[str]:
    keys = [c.key for c in columns if c.id is not None and not c.retired]
    if key in keys:
        at = keys.index(key)
        to = min(max(at + by, 0), len(keys) - 1)
        keys.insert(to, keys.pop(at))
    return keys
