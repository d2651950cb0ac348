"""A day of many homes, lived by the real processes while things go wrong; see `bench.day.__main__`."""
