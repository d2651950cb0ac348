"""`flask --app backend …`: what an operator does by hand."""

from __future__ import annotations

import sys

import click
from flask import Flask
from flask.cli import AppGroup
from pydantic import SecretStr

from backend.core import audit, db
from backend.settings import Settings, settings


def init_app(app: Flask) -> None:
    """Hang the commands on `app`."""
    for command in (show_settings, migrate, audit_group):
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


audit_group = AppGroup("audit", help="The audit log's chain.")


@audit_group.command("verify")
def verify() -> None:
    """Walk the whole chain; exit code 1 when an entry was changed."""
    verdict = audit.verify()
    if verdict.broken_at is not None:
        click.echo(
            f"The chain breaks at entry {verdict.broken_at}: it, or the one before it, was changed after it was written.",
            err=True,
        )
        sys.exit(1)
    click.echo(f"The chain is whole: {verdict.entries} entries, head {verdict.head}.")
