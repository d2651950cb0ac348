"""Vendors' payload codecs, unmodified, run where they can harm nothing but themselves.

`calling` is the way in: payloads in, values by the device's own names out. `pool` holds worker processes (`worker`, without keys, environment or
network) and kills one that hangs; `breaker` stops a codec that keeps misbehaving, until staff let it go on. `host.js` and `buffer.js` are what a
codec finds around itself.
"""
