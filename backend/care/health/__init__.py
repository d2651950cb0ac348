"""Health at home: medicines and their reminders, measured values and their limits, appointments with a doctor."""
