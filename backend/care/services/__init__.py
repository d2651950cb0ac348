"""Who needs what: rules over the database, and what they suggest to do."""
