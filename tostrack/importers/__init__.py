"""Others' archives, files and declarations, read as values: nothing of it is stored here."""
