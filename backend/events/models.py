"""Activities and gatherings: places, waiting lists, attendance."""
