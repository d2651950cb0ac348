"""`flask --app backend devices profiles …`: models of devices from a device repository that lies on this machine."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from backend.core.access import Actor
from backend.core.errors import LinliError
from backend.core.i18n import render
from iot.mapping import Rule, as_written, written
from iot.models import Device, DeviceProfile
from iot.profiles import installing, meaning, sources, states, suggesting, versions
from iot.profiles.installing import Installed
from iot.profiles.meaning import Meant
from iot.profiles.models import ProfileVersion
from iot.uplink import Unreadable


class _Group(AppGroup):
    """What cannot be is said in words, with exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except LinliError as error:
            click.echo(render(error.text, "en"), err=True)
        except Unreadable as error:
            click.echo(str(error), err=True)
        sys.exit(1)


profiles_group = _Group(
    "profiles", help="Models of devices, with their makers' codecs, from device repositories."
)
source_group = AppGroup("source", help="Checkouts and zips of device repositories on this machine.")
profiles_group.add_command(source_group)
_KEY = click.argument("key", metavar="BRAND/MODEL")
_SOURCE = click.option("--source", default="", help="The source, where several have the model.")
_FIRMWARE = click.option("--firmware", default="", help="Not the newest firmware's codec, but this one's.")


def _operator() -> Actor:
    """Whoever is signed in at this machine: the lock file and the audit log name her."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError):  # an account without a name, as in some containers
        name = "operator"
    return Actor("system", 0, f"{name} (command line)")


# --- where they come from ------------------------------------------------------------------------------------


@source_group.command("add")
@click.argument("name")
@click.argument("path", type=click.Path(path_type=Path))
def add_source(name: str, path: Path) -> None:
    """Name the checkout or zip at PATH. Nothing is copied yet, and nothing is fetched."""
    made = sources.add(_operator(), name, path)
    click.echo(f"{made.name}: {made.layout} layout at {made.path}")


@source_group.command("list")
def list_sources() -> None:
    """Every source with its layout and path."""
    for row in sources.known():
        click.echo(f"{row.name}  {row.layout}  {row.path}")


@source_group.command("remove")
@click.argument("name")
def remove_source(name: str) -> None:
    """Forget the source; what was installed from it stays."""
    sources.remove(_operator(), name)


@profiles_group.command("search")
@click.argument("words", nargs=-1)
@_SOURCE
def search(words: tuple[str, ...], source: str) -> None:
    """The models whose name or description has all WORDS."""
    for name, entry in sources.search(" ".join(words), source):
        click.echo(f"{entry.key}  [{name}]  {entry.name}{': ' + entry.about if entry.about else ''}")


@profiles_group.command("show")
@_KEY
@_SOURCE
@_FIRMWARE
def show(key: str, source: str, firmware: str) -> None:
    """What a source has of a model, its licence in full, and how far it is here."""
    offer = sources.offer(key, source, firmware)
    found, licence = offer.found, offer.licence
    click.echo(f"{found.key}: {found.name}")
    click.echo(
        f"source    {offer.repository.name} ({offer.repository.layout.NAME}) {offer.repository.tree.commit}".rstrip()
    )
    click.echo(f"firmware  {found.firmware or '-'}")
    click.echo(f"codec     {found.codec}, {len(offer.codec)} bytes, sha256 {installing.sha256(offer)}")
    click.echo(f"vectors   {len(found.vectors)}")
    click.echo(f"licence   {licence.name} {f'({licence.path})' if licence.path else ''}".rstrip())
    here: DeviceProfile | None = DeviceProfile.get_or_none(DeviceProfile.key == key)
    for version in versions.of(here) if here is not None else ():
        click.echo(_line(key, version, here))
    click.echo(f"\n{licence.text}" if licence.text else "\nThere is no licence text in the repository.")


@profiles_group.command("install")
@click.argument("key", metavar="BRAND/MODEL", required=False)
@_SOURCE
@_FIRMWARE
@click.option("--accept-licence", "accept", default="", help="Its licence by name, as show tells it.")
@click.option(
    "--allow-failing", is_flag=True, help="Also when test messages are read wrongly; it never raises alarms."
)
@click.option(
    "--all", "everything", is_flag=True, help="Every model of --source, where its terms allow that."
)
def install(
    key: str | None, source: str, firmware: str, accept: str, allow_failing: bool, everything: bool
) -> None:
    """Run a model's test messages, copy its codec and lock it."""
    if everything:
        if not source or key:
            raise click.UsageError("--all goes with --source, and without a model.")
        sys.exit(_install_all(source))
    if not key:
        raise click.UsageError("Which model? BRAND/MODEL, or --all with --source.")
    done = installing.install(
        _operator(), key, source, firmware=firmware, accept=accept, allow_failing=allow_failing
    )
    click.echo(_line(key, done.version))
    for one in done.failing:
        click.echo(f"  read wrongly: {one.vector.name}: {one.wrong}", err=True)


def _install_all(source: str) -> int:
    counts = {"installed": 0, "left out": 0}
    for key, done in installing.install_all(_operator(), source):
        counts["installed" if isinstance(done, Installed) else "left out"] += 1
        if isinstance(done, Installed):
            click.echo(_line(key, done.version))
        else:
            click.echo(f"{key}: {render(done.text, 'en')}", err=True)
    click.echo(f"{counts['installed']} installed, {counts['left out']} left out")
    return 0 if counts["installed"] else 1


# --- what is here --------------------------------------------------------------------------------------------


@profiles_group.command("list")
def list_profiles() -> None:
    """Every installed model with its state, vectors, licence, and how many devices are of it."""
    for profile in (
        DeviceProfile.select().where(DeviceProfile.version_id.is_null(False)).order_by(DeviceProfile.key)
    ):
        count = Device.select().where(Device.profile_id == profile.id).count()
        every = versions.of(profile)
        for version in every:
            followed = version.id == profile.version_id
            click.echo(_line(profile.key, version, profile) + (f"  {count} devices" if followed else ""))
            if followed or version is every[0]:
                _warn(version)


@profiles_group.command("map")
@_KEY
@click.option(
    "--point",
    "points",
    multiple=True,
    help="point=name, point=name==value or point=name*0.1; as often as needed.",
)
@click.option("--as-before", is_flag=True, help="Begin with what the version before meant.")
@click.option("--dry-run", "dry_run", is_flag=False, flag_value="", default=None, metavar="[FILE]",
              help="Only show what the test messages, and those of a JSON file, would mean.")  # fmt: skip
def map_names(key: str, points: Sequence[str], as_before: bool, dry_run: str | None) -> None:
    """Say what a model's own names mean. Without --point: what it says, and what that might mean."""
    profile = versions.by_key(key)
    version = versions.of(profile)[0]
    rules = [*(versions.former_rules(version) if as_before else ()), *map(written, points)]
    if dry_run is not None:
        for meant in meaning.of_vectors(version, rules or versions.rules_of(version)):
            _tell(meant)
        if dry_run:
            text = Path(dry_run).read_text(encoding="utf-8")
            for meant in meaning.of_file(version, rules or versions.rules_of(version), text):
                _tell(meant)
    elif rules:
        version = versions.give_meaning(_operator(), profile.id, rules)
        click.echo(_line(key, version))
        _warn(version)
    else:
        _suggest(version)


def _suggest(version: ProfileVersion) -> None:
    rules = versions.rules_of(version)
    for rule in rules:
        click.echo(f"mapped: {as_written(rule)}")
    said = meaning.names(version)
    for one in suggesting.suggestions(said, rules):
        doubt = f"; cannot read {', '.join(map(str, one.doubtful))}" if one.doubtful else ""
        click.echo(
            f"suggestion, not applied: --point {one.text}  (seen: {', '.join(map(str, one.seen))}{doubt})"
        )
    for name, values in said.items():
        click.echo(f"says: {name} = {', '.join(map(str, values[:5]))}")
    _warn(version)


@profiles_group.command("test")
@click.argument("key", metavar="[BRAND/MODEL]", required=False)
@click.option("--all", "everything", is_flag=True, help="Every installed model.")
def test(key: str | None, everything: bool) -> None:
    """Run the test messages again, with the codecs as they lie here; exit code 1 when one is read wrongly."""
    if bool(key) == everything:
        raise click.UsageError("Which model? BRAND/MODEL, or --all.")
    query = DeviceProfile.select().where(DeviceProfile.version_id.is_null(False)).order_by(DeviceProfile.key)
    failing = 0
    for profile in query if everything else [versions.by_key(key or "")]:
        for version in versions.of(profile):
            try:
                wrong = [one for one in installing.retry(version) if one.wrong]
            except Unreadable as error:
                failing += 1
                click.echo(f"{profile.key} version {version.number}: {error}", err=True)
                continue
            failing += len(wrong)
            click.echo(
                f"{profile.key} version {version.number}: {version.total - len(wrong)} of {version.total} pass"
            )
            for one in wrong:
                click.echo(f"  read wrongly: {one.vector.name}: {one.wrong}", err=True)
    sys.exit(1 if failing else 0)


# --- believed or not -----------------------------------------------------------------------------------------


@profiles_group.command("approve")
@_KEY
@click.option("--version", "number", type=int, default=None, help="Not the newest version, but this one.")
@click.option(
    "--compared", is_flag=True, help="No test messages came with it, and I compared it with a device."
)
@click.option(
    "--fewer", is_flag=True, help="It raises no alarm by what the version before did, and I want that."
)
def approve(key: str, number: int | None, compared: bool, fewer: bool) -> None:
    """From now on the model's devices follow this version and may raise alarms."""
    version = versions.approve(_operator(), versions.by_key(key).id, number, unproven=compared, fewer=fewer)
    click.echo(_line(key, version))
    _warn(version)


@profiles_group.command("disable")
@_KEY
@click.option("--why", default="")
def disable(key: str, why: str) -> None:
    """Run its codec no more; its messages are put aside until it is approved again."""
    versions.disable(_operator(), versions.by_key(key).id, why)
    click.echo(f"{key}: switched off. Its devices raise nothing. To take it back: approve, or rollback.")


@profiles_group.command("rollback")
@_KEY
def rollback(key: str) -> None:
    """Follow the version that was approved before."""
    click.echo(_line(key, versions.roll_back(_operator(), versions.by_key(key).id)))


@profiles_group.command("remove")
@_KEY
def remove(key: str) -> None:
    """Refused while devices in use are of this model."""
    versions.remove(_operator(), versions.by_key(key).id)
    click.echo(f"{key}: removed")


def _line(key: str, version: ProfileVersion, profile: DeviceProfile | None = None) -> str:
    followed = profile is not None and profile.version_id == version.id
    off = followed and profile is not None and profile.state == states.DISABLED
    state = states.DISABLED if off else version.state
    return (
        f"{'* ' if followed else ''}{key} version {version.number}: {state}, {version.passed} of {version.total} vectors pass, "
        f"{version.licence}, {version.source}, sha256 {version.sha256[:12]}"
    )


def _tell(meant: Meant) -> None:
    points = ", ".join(f"{point}={value}" for point, value in meant.read.values.items()) or "nothing"
    click.echo(f"{meant.name}: {points}")
    for name, value in meant.read.wrong.items():
        click.echo(f"  cannot be read: {name} = {value}")
    if meant.read.left:
        click.echo(f"  means nothing: {', '.join(meant.read.left)}")


def _warn(version: ProfileVersion) -> None:
    rules: list[Rule] = versions.rules_of(version)
    if names := suggesting.unheard(meaning.names(version), rules):
        click.echo(f"  DECODED, CANNOT ALARM: {', '.join(names)}", err=True)
