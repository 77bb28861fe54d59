#!/usr/bin/env bash
# taplo, tombi and check-jsonschema accept the watchlists that we ship and write, and refuse a misspelt key.
. "$(dirname "$0")/lib.sh"
with_python venv tombi==1.9.6 check-jsonschema==0.39.0
with_npm @taplo/cli@0.7.0
cp "$REPOSITORY/tostrack/watchlist.schema.json" watchlist.schema.json
cp "$REPOSITORY/watchlist.toml" shipped.toml
cp "$DEMO/watchlist.toml" demo.toml
"$TOSTRACK" -w init.toml init > /dev/null 2>&1
printf '[watch.acme.terms]\nurl = "https://acme.example/terms"\nselekt = "main"\n' > misspelt.toml
printf '[settings]\ndeley = 5\n' > setting.toml
printf '[watch.acme.terms]\nurl = 7\n' > kind.toml
status=0
check() { # file, whether it is good
  for tool in taplo tombi check-jsonschema; do
    seen=good
    case $tool in
      taplo) node_modules/.bin/taplo check --schema "file://$PWD/watchlist.schema.json" "$1" > "log" 2>&1 || seen=bad ;;
      tombi)
        { echo "#:schema ./watchlist.schema.json"; cat "$1"; } > "with-schema-$1"
        venv/bin/tombi lint --offline --error-on-warnings "with-schema-$1" > log 2>&1 || seen=bad
        ;;
      *) venv/bin/check-jsonschema --schemafile watchlist.schema.json "$1" > log 2>&1 || seen=bad ;;
    esac
    [ "$seen" = "$2" ] || { echo "$tool says $seen of $1"; cat log; status=1; }
  done
}
for name in shipped demo init; do check "$name.toml" good; done
for name in misspelt setting kind; do check "$name.toml" bad; done
[ "$status" -ne 0 ] || echo "taplo 0.7.0, tombi 1.9.6, check-jsonschema 0.39.0: three watchlists accepted, three faults found"
exit "$status"
