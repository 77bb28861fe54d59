#!/usr/bin/env bash
# Open Terms Archive's engine and we read the same words from the same pages by the same declarations; we import what it
# records, from its repository and from its dataset, and `export ota` writes that dataset back. With fifty real
# declarations where TOSTRACK_DECLARATIONS names folders or bare repositories of them (a colon between two) and the shared
# replay corpus lies beside the repository, or in TOSTRACK_SHARED.
. "$(dirname "$0")/lib.sh"
parts=$REPOSITORY/contracts/ota
export PUPPETEER_SKIP_DOWNLOAD=1
with_npm @opentermsarchive/engine@9.1.0
export ENGINE=$folder/node_modules/@opentermsarchive/engine
export NODE_CONFIG_DIR=$ENGINE/config
ota=$folder/node_modules/.bin/ota

# In a folder with declarations/ and pages.json: our watchlist of them, and watchlist.toml and engine.json compared.
compare() {
  : > watchlist.toml
  "$TOSTRACK" -w watchlist.toml import declarations . > imported.log 2>&1 || { cat imported.log; return 1; }
  node "$parts/extract.mjs" > engine.log 2>&1 || { cat engine.log; return 1; }
  "$PYTHON" "$parts/compare.py" "$@"
}

mkdir invented
cd invented
cp -R "$parts/declarations" "$parts/pages" .
node --input-type=module - <<'SCRIPT'
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
const require = createRequire(`${process.env.ENGINE}/`);
const validator = new (require("ajv"))({ allErrors: true });
require("ajv-formats")(validator);
const { default: schema } = await import(`${process.env.ENGINE}/scripts/declarations/validate/service.schema.js`);
if (!validator.validate(schema, JSON.parse(readFileSync("declarations/Pixboard.json")))) throw new Error(validator.errorsText());
SCRIPT
"$PYTHON" - > pages.json <<'PYTHON'
import json
from pathlib import Path

files = Path("pages").rglob("*.html")
print(json.dumps({f"https://pixboard.example/{file.relative_to('pages').with_suffix('')}": [str(file)] for file in files}))
PYTHON
compare 7 --shown

node "$parts/record.mjs" > recorded.log 2>&1 || { cat recorded.log; exit 1; }
"$ota" dataset --file dataset.zip > dataset.log 2>&1 || { cat dataset.log; exit 1; }
for collection in data/versions dataset.zip; do
  mkdir own
  printf '[watch.none.none]\nurl = "https://acme.example/terms"\n' > own/watchlist.toml
  (cd own && "$TOSTRACK" import ota "../$collection" && "$TOSTRACK" export ota -o ours.zip) > own.log 2>&1 || { cat own.log; exit 1; }
  "$PYTHON" - "$collection" <<'PYTHON'
import os
import sys
import zipfile
from pathlib import Path

sys.path.insert(0, str(Path(os.environ["REPOSITORY"], "benchmarks")))
import fidelity


def texts(path):
    with zipfile.ZipFile(path) as file:
        found = {name.partition("/")[2]: file.read(name).decode() for name in file.namelist()}
    return {name: "".join(fidelity.words(text)) for name, text in found.items() if name.count("/") == 2}


ours, theirs = texts("own/ours.zip"), texts("dataset.zip")
assert len(theirs) == 21 and {*ours} < {*theirs}, {*ours} - {*theirs}
before = {}
for name in sorted(theirs):
    # A version of the dataset in which no word is another is no version of ours.
    document = name.rpartition("/")[0]
    assert ours.get(name, before.get(document)) == theirs[name], name
    before[document] = theirs[name]
print(f"{sys.argv[1]}: {len(ours)} of {len(theirs)} texts of its dataset written back, the others say what the one before said")
PYTHON
  rm -r own
done
cd ..

shared=${TOSTRACK_SHARED:-$REPOSITORY/../shared}
if [ -n "${TOSTRACK_DECLARATIONS:-}" ] && [ -f "$shared/replay/manifest.jsonl" ]; then
  mkdir real
  cd real
  "$PYTHON" "$parts/collect.py" "$shared" "$TOSTRACK_DECLARATIONS"
  compare 50
else
  echo "real declarations: left out, TOSTRACK_DECLARATIONS and the replay corpus are not both there"
fi
