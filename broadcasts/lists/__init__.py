"""Lists of people from files."""
