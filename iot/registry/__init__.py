"""The registry: which devices there are, what they are and whose, how they are taken in, replaced, and who is silent."""
