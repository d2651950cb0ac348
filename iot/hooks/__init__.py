"""Network servers that post what devices say."""
