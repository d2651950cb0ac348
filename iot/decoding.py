"""The payloads that a network hands on as bytes, read by the decoder that the device's model names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backend.core import clock
from backend.core.i18n import _
from iot.codecs import cayenne, modbus
from iot.codecs.modbus import Register
from iot.models import Device, DeviceProfile
from iot.uplink import Scalar, Unreadable, Uplink
from iot.vendor import calling
from iot.vendor.process import Job

Values = Mapping[str, Scalar]
_OWN = {"cayenne": cayenne.decode}
REGISTERS = "modbus:"
"""Before the number of the model whose map of registers it is."""
VENDOR = "vendor:"
"""Before the SHA-256 of a vendor's codec (`iot.vendor`)."""
OFF = "disabled"
"""The decoder of a model that was switched off: its messages are put aside, to be read again when it is not any more."""


@dataclass(frozen=True, slots=True)
class Payload:
    """`decoder` as `DeviceProfile.decoder` names it."""

    decoder: str
    uplink: Uplink


def decode(payloads: Sequence[Payload]) -> list[Values | Unreadable]:
    """The values of each by the device's own names, in the same order, or why it could not be read. May take as long as a vendor's codec does: not
    for use inside a transaction."""
    found = [_own(payload) for payload in payloads]
    theirs = [
        (place, payload.decoder.removeprefix(VENDOR), payload.uplink)
        for place, payload in enumerate(payloads)
        if payload.decoder.startswith(VENDOR)
    ]
    jobs = [
        Job(codec, uplink.raw or b"", uplink.port or 0, uplink.at or clock.now())
        for _n, codec, uplink in theirs
    ]
    for (place, *_rest), values in zip(theirs, calling.decode(jobs) if jobs else [], strict=True):
        found[place] = values
    return found


def _own(payload: Payload) -> Values | Unreadable:
    if payload.decoder.startswith(REGISTERS):
        return _registers(payload)
    if payload.decoder == OFF:
        return Unreadable(_("its model is switched off"))
    decoder = _OWN.get(payload.decoder)
    if decoder is None or payload.uplink.raw is None:
        return Unreadable(_("there is no decoder “{name}”", name=payload.decoder))
    try:
        return decoder(payload.uplink.raw)
    except Unreadable as error:
        return error


def _registers(payload: Payload) -> Values | Unreadable:
    its = DeviceProfile.get_or_none(DeviceProfile.id == int(payload.decoder.removeprefix(REGISTERS)))
    if its is None or payload.uplink.raw is None:
        return Unreadable(_("its model has no map of registers"))
    try:
        known = [Register.from_json(one) for one in its.registers or ()]
        return modbus.decode(known, payload.uplink.port or 0, payload.uplink.raw)
    except Unreadable as error:
        return error


def values_of(uplinks: Sequence[Uplink]) -> list[Mapping[str, Scalar] | Unreadable]:
    """The values of each, those of raw payloads read by its model's decoder, before anything is locked."""
    raw = sorted({uplink.device for uplink in uplinks if uplink.raw is not None})
    query = (
        Device.select(Device.address, DeviceProfile.decoder)
        .join(DeviceProfile, on=(DeviceProfile.id == Device.profile_id))
        .where(Device.address.in_(raw) & (DeviceProfile.decoder != ""))
    )
    decoders = dict(query.tuples()) if raw else {}
    places = [n for n, uplink in enumerate(uplinks) if uplink.raw is not None and uplink.device in decoders]
    payloads = [Payload(decoders[uplinks[n].device], uplinks[n]) for n in places]
    found = [Unreadable(uplink.wrong) if uplink.wrong else uplink.values for uplink in uplinks]
    for n, values in zip(places, decode(payloads) if payloads else [], strict=True):
        if not isinstance(values, Unreadable):
            found[n] = {**uplinks[n].values, **values}
        elif not uplinks[n].values:  # else the network has read it as well, and that counts
            found[n] = values
    return found
