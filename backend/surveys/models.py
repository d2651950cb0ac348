"""Questions to an audience, and their answers."""
