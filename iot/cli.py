"""`flask --app backend devices …`: what an operator does with devices by hand."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click
from flask.cli import AppGroup

from backend.core import ids
from backend.core.db import transaction
from iot import connection
from iot.credentials.cli import credentials_group
from iot.fleet.cli import fleet
from iot.ingest.models import BrokerSession
from iot.models import Device
from iot.profiles.cli import profiles_group
from iot.registry import devices

if TYPE_CHECKING:
    pass

devices_group = AppGroup("devices", help="Devices that report over MQTT.")
devices_group.add_command(profiles_group)
devices_group.add_command(credentials_group)
devices_group.add_command(fleet)


@devices_group.command("list")
def list_devices() -> None:
    """Every device with its address, its state and when it was heard last."""
    for device in Device.select().order_by(Device.address):
        heard = device.seen_at.isoformat(timespec="seconds") if device.seen_at else "never heard"
        click.echo(f"{device.address}  {device.status}  {device.name}  {heard}")


@devices_group.command("no-broker")
def no_broker() -> None:
    """Devices are heard through the addresses of network servers alone from now on: nobody waits for iot.ingest any more."""
    if devices.listening():
        raise click.ClickException(
            "python -m iot.ingest is at work. Take it out of the Procfile and end it first."
        )
    with transaction():
        BrokerSession.delete().execute()
    click.echo("Nobody waits for the broker any more.")


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
    from paho.mqtt.client import Client  # slow to load: only this command needs it
    from paho.mqtt.enums import CallbackAPIVersion

    broker = connection.broker()
    client = Client(CallbackAPIVersion.VERSION2)
    connection.prepare(client, broker)
    try:
        client.connect(broker.host, broker.port)
        client.loop_start()
        told = client.publish(topic, payload, qos=1)
        told.wait_for_publish(5)
    except (OSError, RuntimeError) as error:
        raise click.ClickException(
            f"The MQTT broker at {broker.host}:{broker.port} does not answer. Is Linli running?"
        ) from error
    if not told.is_published():
        raise click.ClickException("The MQTT broker did not take the message: may this login publish there?")
    client.disconnect()
    client.loop_stop()
