"""The way in for other systems: keys, single messages, campaigns, and posts that tell what became of them."""
