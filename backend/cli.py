"""`flask --app backend …`: what an operator does by hand."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click
from flask import Flask
from flask.cli import AppGroup
from pydantic import SecretStr

from backend.core import audit, audit_file, crypto, db, orgs, rotation
from backend.core.access import SYSTEM
from backend.core.audit import Verdict
from backend.core.errors import LinliError
from backend.core.i18n import render
from backend.core.orgs import Org
from backend.records import rebuilding, sources
from backend.settings import Settings, settings
from backend.sheets.cli import records_group
from backend.staff import actions
from iot.cli import devices_group


def init_app(app: Flask) -> None:
    """Hang the commands on `app`."""
    for command in (
        show_settings,
        migrate,
        audit_group,
        keys_group,
        staff_group,
        records_group,
        devices_group,
    ):
        app.cli.add_command(command)


@click.command("settings")
def show_settings() -> None:
    """Every setting: its value (secrets masked) and its meaning."""
    known = settings()
    for name, field in Settings.model_fields.items():
        value = getattr(known, name)
        shown = value.get_secret_value() and "********" if isinstance(value, SecretStr) else str(value)
        click.echo(f"{name.upper()}={_without_password(shown)}\n    {field.description}")


def _without_password(url: str) -> str:
    """postgresql://user:password@host → postgresql://user:********@host."""
    scheme, mark, rest = url.partition("://")
    login, at, host = rest.rpartition("@")
    if not (mark and at):
        return url
    user, colon, _password = login.partition(":")
    return f"{scheme}://{user}{':********' if colon else ''}@{host}"


@click.command("migrate")
def migrate() -> None:
    """Bring the database up to date."""
    applied = db.migrate()
    click.echo("\n".join(f"applied {name}" for name in applied) or "The database is up to date.")
    for key, faces in rebuilding.missing().items():
        click.echo(f"{key}: {faces} rows are shown in the dynamic database from now on.")


# --- the audit log -------------------------------------------------------------------------------------------

audit_group = AppGroup("audit", help="The audit log's chain.")
_FILE = click.Path(path_type=Path, dir_okay=False)


@audit_group.command("verify")
@click.option("--file", type=_FILE, help="An exported file instead of the database.")
def verify(file: Path | None) -> None:
    """Walk the whole chain; exit code 1 when an entry was changed."""
    _tell(audit_file.verify_file(file) if file else audit.verify())


def _tell(verdict: Verdict) -> None:
    if verdict.broken_at is not None:
        click.echo(
            f"The chain breaks at entry {verdict.broken_at}: it, or the one before it, was changed after it was written.",
            err=True,
        )
        sys.exit(1)
    click.echo(f"The chain is whole: {verdict.entries} entries, head {verdict.head}.")


@audit_group.command("export")
@click.argument("file", type=_FILE)
def export(file: Path) -> None:
    """Write the chain to FILE (JSON lines, without the payloads), to be verified elsewhere."""
    count = audit_file.export(file)
    click.echo(
        f"{count} entries are in {file}. Verify them with: flask --app backend audit verify --file {file}"
    )


# --- the dynamic database ------------------------------------------------------------------------------------


@records_group.command("rebuild")
def rebuild() -> None:
    """Make what residents, households and requests show there anew; what is right already stays as it is."""
    for key in sources.all_keys():
        click.echo(f"{key}: {rebuilding.rebuild(key, lambda done: click.echo(f'  {done}'))} rows looked at.")


# --- the data keys -------------------------------------------------------------------------------------------

_T = TypeVar("_T")
keys_group = AppGroup("keys", help="The keys that seal personal data.")


@keys_group.command("add")
def add_key() -> None:
    """Step 1: a new key behind the others. It opens, and nothing seals with it yet."""
    _new_ring(_or_exit(rotation.add))
    click.echo(
        "Restart every process, so that all of them hold it. Then run: flask --app backend keys promote"
    )


@keys_group.command("promote")
def promote_key() -> None:
    """Step 2: the added key seals from now on. Refused while a process runs that does not hold it."""
    ring = _or_exit(rotation.promote)
    if ring is None:
        click.echo(
            f"No key waits: key {crypto.ring().current} seals, and the others are older. "
            "A new one is made with: flask --app backend keys add"
        )
        return
    _new_ring(ring)
    click.echo(
        "Restart every process, so that all of them seal with it. Then run: flask --app backend keys reencrypt"
    )


@keys_group.command("reencrypt")
def reencrypt() -> None:
    """Step 3: seal anew what older keys sealed. May be stopped and started again."""

    def told(what: str, done: int) -> None:
        click.echo(f"  {what}: {done}")

    count = _or_exit(lambda: rotation.reencrypt(told))
    click.echo(
        f"{count} values were sealed anew; key {crypto.ring().current} now seals everything. The older keys are needed "
        "only for older backups."
    )


def _new_ring(ring: str) -> None:
    """Keep it where ours is kept, or tell what to set."""
    path = rotation.kept_by_us()
    order = ", ".join(part.partition(":")[0] for part in ring.split(","))
    if path is None:
        click.echo(
            f"DATA_KEYS comes from the environment. Set it to this value (keys {order}; the first seals, all open):\n\n"
            f"DATA_KEYS={ring}\n"
        )
    else:
        rotation.keep(path, ring)
        click.echo(f"{path} now holds the keys {order}; the first seals, all open.")


def _or_exit(step: Callable[[], _T]) -> _T:
    try:
        return step()
    except rotation.Refused as refused:
        click.echo(str(refused), err=True)
        sys.exit(1)


# --- staff ---------------------------------------------------------------------------------------------------

staff_group = AppGroup("staff", help="Who works here.")


@staff_group.command("create-admin")
@click.option("--username", prompt="Sign-in name")
@click.option("--name", prompt="Name")
def create_admin(username: str, name: str) -> None:
    """A street admin over everything, with a one-time password."""
    root = Org.select().where(Org.parent.is_null()).order_by(Org.id).first()
    try:
        with db.transaction():
            root = root or orgs.add(settings().community_name, "community")
            employed = actions.create(SYSTEM, username=username, name=name, posts=[("street_admin", root.id)])
    except LinliError as error:
        click.echo(render(error.text, "en"), err=True)
        sys.exit(1)
    click.echo(
        f"{employed.staff.name} signs in at {settings().base_url}/admin\n"
        f"  as        {employed.staff.username}\n"
        f"  password  {employed.password}   (once; then they choose their own)"
    )
