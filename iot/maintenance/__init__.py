"""While people work on devices."""
