"""`flask --app backend devices …`: what an operator does with devices by hand."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import click
from flask.cli import AppGroup

from backend.core import ids
from backend.settings import settings
from iot.models import Device

if TYPE_CHECKING:
    from paho.mqtt.publish import AuthParameter

devices_group = AppGroup("devices", help="Devices that report over MQTT.")


@devices_group.command("list")
def list_devices() -> None:
    """Every device with its address, its state and when it was heard last."""
    for device in Device.select().order_by(Device.address):
        heard = device.seen_at.isoformat(timespec="seconds") if device.seen_at else "never heard"
        click.echo(f"{device.address}  {device.status}  {device.name}  {heard}")


@devices_group.command("say")
@click.argument("device")
@click.argument("values", nargs=-1, required=True)
@click.option("--event", is_flag=True, help="It happened at this moment, such as a button that was pressed.")
def say(device: str, values: tuple[str, ...], event: bool) -> None:
    """Publish as DEVICE would: `devices say demo-smoke smoke=true` at linli/demo-smoke/up."""
    body: dict[str, object] = {"event": True} if event else {"id": ids.token(8)}
    for pair in values:
        name, _sign, text = pair.partition("=")
        try:
            body[name] = json.loads(text)
        except json.JSONDecodeError:
            body[name] = text
    _publish(f"linli/{device}/up", json.dumps(body, ensure_ascii=False))
    click.echo(f"linli/{device}/up {json.dumps(body, ensure_ascii=False)}")


def _publish(topic: str, payload: str) -> None:
    from paho.mqtt.publish import single  # slow to load: only this command needs it

    parts = urlsplit(settings().mqtt_url)
    login: AuthParameter | None = None
    if parts.username:
        login = {"username": unquote(parts.username), "password": unquote(parts.password or "")}
    try:
        single(
            topic, payload, qos=1, hostname=parts.hostname or "127.0.0.1", port=parts.port or 1883, auth=login
        )
    except OSError as error:
        raise click.ClickException(
            f"The MQTT broker at {parts.hostname}:{parts.port} does not answer. Is Linli running?"
        ) from error
