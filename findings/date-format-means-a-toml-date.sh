#!/usr/bin/env bash
# Guess: {"type": "string", "format": "date"} accepts since = "2024-01-01", as every JSON Schema tool does.
# Seen: tombi refuses the string and takes only a TOML date; check-jsonschema takes both. tombi also warns of every key that the schema does not name.
# Version: tombi 1.9.6, check-jsonschema 0.39.0. Date: 2026-11-28.
# Why it matters: one schema for editors and for programs cannot use format on strings in TOML.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check 'tombi==1.9.6' 'check-jsonschema==0.39.0'
echo "tombi 1.9.6: a string under format date is refused"
venv/bin/python - <<'PYTHON'
import json
import subprocess
from pathlib import Path

schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object"}
schema["properties"] = {"since": {"type": "string", "format": "date"}}
Path("a.schema.json").write_text(json.dumps(schema))
seen = {}
for value in ('"2024-01-01"', "2024-01-01"):
    Path("a.toml").write_text(f"#:schema ./a.schema.json\nsince = {value}\n")
    for name, command in (
        ("tombi", ["venv/bin/tombi", "lint", "--offline", "a.toml"]),
        ("check-jsonschema", ["venv/bin/check-jsonschema", "--schemafile", "a.schema.json", "a.toml"]),
    ):
        seen[name, value] = subprocess.run(command, capture_output=True, check=False).returncode == 0
for key, accepted in seen.items():
    print(*key, "accepted" if accepted else "refused")
assert [key for key, accepted in seen.items() if not accepted] == [("tombi", '"2024-01-01"')], seen
PYTHON
