"""Catalogues, and the tool that keeps them."""
