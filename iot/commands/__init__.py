"""What is said to a device."""
