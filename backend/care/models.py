"""Elders looked after: check-ins, absences, visits."""
