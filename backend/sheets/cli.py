"""`flask --app backend records import-from …`: a large file, or another database, brought in by an operator."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click
from flask.cli import AppGroup

from backend.core.access import SYSTEM
from backend.core.errors import Invalid, LinliError
from backend.core.i18n import render
from backend.records import tables
from backend.sheets import databases, guarding, laying, reading, results, runs, states, working
from backend.sheets.choices import Choices
from backend.sheets.models import ImportRun
from backend.sheets.reading import SheetInfo

records_group = AppGroup("records", help="The dynamic database.")
_SHOWN = 20
_SLICE_S = 3600.0


@records_group.command("import-from")
@click.argument("source")
@click.option("--table", "table_key", required=True, help="The table's key, such as resident or t3.")
@click.option(
    "--org", "org_id", required=True, type=int, help="Id of the community or grid that new rows belong to."
)
@click.option(
    "--sheet", "sheet_name", default="", help="The sheet, or the other database's table; else the largest."
)
@click.option("--key", default=None, help="The column that rows are known by; empty: every row is new.")
@click.option("--policy", type=click.Choice(["both", "create", "update"]), default="both")
@click.option("--yes", is_flag=True, help="Bring the good rows in; without it they are only checked.")
def import_from(
    source: str, table_key: str, org_id: int, sheet_name: str, key: str | None, policy: str, yes: bool
) -> None:
    """Check the rows of SOURCE (a file, or sqlite:///path, postgresql://…, mysql://…), and with --yes bring them in."""
    try:
        run = _begun(source, table_key, org_id)
        sheet = _named(runs.preview(run), sheet_name, Choices.from_json(run.choices).sheet)
        chosen = laying.laid(SYSTEM, run, sheet)
        chosen = replace(chosen, policy=policy, key=chosen.key if key is None else key)  # type: ignore[arg-type]
        _tell_columns(chosen, table_key)
        runs.check(SYSTEM, run.id, laying.settle(SYSTEM, run, chosen))
        run = _worked(run)
        if yes and run.state == states.CHECKED:
            runs.write(SYSTEM, run.id, whole=False)
            run = _worked(run)
        _tell(run)
        if not yes and run.batch_id is None:
            runs.forget(SYSTEM, run.id)
            click.echo("Nothing was written. To bring the good rows in, say --yes.")
    except LinliError as error:
        click.echo(render(error.text, "en"), err=True)
        sys.exit(1)


def _begun(source: str, table_key: str, org_id: int) -> ImportRun:
    if "://" in source:
        sheets = databases.opened(source).sheets
        return runs.begin(
            SYSTEM, table_key, org_id, databases.without_password(source), sheets, source=source
        )
    path = Path(source)
    if not path.is_file():
        click.echo(f"There is no file {source}.", err=True)
        sys.exit(1)
    if path.stat().st_size > guarding.LARGEST:
        raise Invalid(guarding.TOO_LARGE)
    data = path.read_bytes()
    book = reading.opened(data, path.name)
    return runs.begin(SYSTEM, table_key, org_id, path.name, book.sheets, data=data, encoding=book.encoding)


def _named(sheets: Sequence[SheetInfo], wanted: str, otherwise: int) -> int:
    found = next((s.index for s in sheets if s.name == wanted), None)
    if wanted and found is None:
        click.echo(f"There is no {wanted}. There are: {', '.join(s.name for s in sheets)}", err=True)
        sys.exit(1)
    return otherwise if found is None else found


def _tell_columns(chosen: Choices, table_key: str) -> None:
    table = tables.of(table_key)
    for place, (_at, name) in enumerate(chosen.columns):
        key = chosen.meanings.get(place, "")
        label = render(table.by_key[key].label, "en") if key in table.by_key else key or "(left out)"
        click.echo(f"  {name}: {label}{' (rows are known by this)' if key and key == chosen.key else ''}")


def _worked(run: ImportRun) -> ImportRun:
    while not working.work(run.id, _SLICE_S):
        pass
    return runs.seen(SYSTEM, run.id)


def _tell(run: ImportRun) -> None:
    click.echo(f"{render(states.WORDS[run.state], 'en')}: {run.rows} rows")
    for act, label in states.COUNTED.items():
        if count := run.counts.get(act):
            click.echo(f"  {render(label, 'en')}: {count}")
    for row in results.wrong(run, 0, _SHOWN):
        for _place, text in row.notes:
            click.echo(f"  row {row.number}: {render(text, 'en')}")
    if run.batch_id:
        click.echo("It is listed under /admin/imports, and can be undone there.")
