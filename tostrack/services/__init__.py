"""The tasks of the archive: each module is one task, the order of its I/O around the pure modules."""
