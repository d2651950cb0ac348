"""Rules of time by which notices are sent again and again."""
