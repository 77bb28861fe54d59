"""Write what the tests compare the current schema with; run by `make schema` after a new step.

It writes the definitions into `schema_objects.json`, their digest into `migrations.py`, and into `archives/` the
archive of the schema before, migrated. What was written for released schemas stays.
"""

import gzip
import json
import re
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from tostrack.archive import migrations

FOLDER = Path(__file__).parent / "archives"
CODE = Path(migrations.__file__)
OBJECTS = CODE.with_name("schema_objects.json")
# SQLite makes these itself.
_QUERY = """
    SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL
    AND name NOT LIKE '%\\_fts\\_%' ESCAPE '\\' AND name NOT LIKE '\\_sqlite\\_%' ESCAPE '\\' ORDER BY name
"""


def read_schema_objects(connection: sqlite3.Connection) -> dict[str, str]:
    """Return the definitions in the database of *connection*, as `migrations.schema_objects` returns them."""
    return {name: migrations.definition_hash(sql) for name, sql in connection.execute(_QUERY)}


def write_definitions() -> None:
    """Write the definitions of the current schema, and their digest."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrations.create_schema(connection)
        known = json.loads(OBJECTS.read_text("utf-8")) | {str(migrations.SCHEMA): read_schema_objects(connection)}
        digest = migrations.digest_schema(connection)
    OBJECTS.write_text(json.dumps(known, indent=1) + "\n", "utf-8")
    CODE.write_text(re.sub(r'^_DIGEST = ".*"$', f'_DIGEST = "{digest}"', CODE.read_text("utf-8"), flags=re.MULTILINE))


def write_archive() -> None:
    """Write the archive of the current schema: that of the schema before, migrated."""
    before = gzip.decompress((FOLDER / f"schema-{migrations.SCHEMA - 1}.db.gz").read_bytes())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "tostrack.db")
        path.write_bytes(before)
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            migrations.migrate(connection)
        (FOLDER / f"schema-{migrations.SCHEMA}.db.gz").write_bytes(gzip.compress(path.read_bytes(), mtime=0))


if __name__ == "__main__":
    write_definitions()
    write_archive()
