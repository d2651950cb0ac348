"""Who may come to the broker."""
