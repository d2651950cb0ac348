"""Photos and documents on any subject: a resident, a request, a row of a table that staff made."""
