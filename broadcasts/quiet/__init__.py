"""When nothing leaves but emergencies."""
