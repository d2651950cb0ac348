"""`flask --app backend devices credentials …`: logins at the broker."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from backend.core.errors import LinliError
from backend.web.text import say
from iot.credentials import actions as credentials
from iot.credentials.actions import KINDS

credentials_group = AppGroup(
    "credentials", help="Names and passwords of devices and gateways at the MQTT broker."
)


@credentials_group.command("make")
@click.argument("username")
@click.option("--kind", type=click.Choice(list(KINDS)), default="device", show_default=True)
@click.option("--subject", default="", help="Its name in its topics, such as happy/kitchen; else USERNAME.")
def make(username: str, kind: str, subject: str) -> None:
    """A login for USERNAME; its password is shown once."""
    try:
        login, password = credentials.make(username, kind, subject)
    except LinliError as error:
        raise click.ClickException(say(error.text)) from error
    click.echo(f"{login.username}  {password}")
    click.echo("Now: devices credentials write FOLDER, then let Mosquitto read it (SIGHUP).", err=True)


@credentials_group.command("list")
def list_logins() -> None:
    """Every login, what it is for, and whether it was taken back."""
    for login in credentials.listed():
        state = "taken back" if login.revoked_at else "in use"
        click.echo(f"{login.username}  {login.kind}  {login.subject}  {state}")


@credentials_group.command("revoke")
@click.argument("username")
def revoke(username: str) -> None:
    """Take a login back; it ends when the files are written and Mosquitto has read them."""
    try:
        credentials.revoke(username)
    except LinliError as error:
        raise click.ClickException(say(error.text)) from error


@credentials_group.command("write")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def write(folder: Path) -> None:
    """Write passwd, acl and, where there is none, mosquitto.conf into FOLDER."""
    for path in credentials.write(folder):
        click.echo(path)
