"""Something that must not go unanswered: it climbs a ladder of people until somebody answers."""
