"""Conditions over what devices say, written by staff, and what comes of them: alarms."""
