"""Files of rows, in and out: what is brought in from spreadsheets and other databases, and what is given out as them."""
