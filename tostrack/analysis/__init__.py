"""Compare two texts of a document: differences, facts, flags and verdict. Pure: no I/O, no clock."""
