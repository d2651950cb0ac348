"""What is written once to be said often."""
