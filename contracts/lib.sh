# Sourced by each contract: a temporary folder that is removed, and pinned tools in it.
# shellcheck shell=bash
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# Make a virtual environment, named first, with the packages.
with_python() {
  local name=$1
  shift
  python3 -m venv "$name"
  "$name/bin/pip" install -qq --disable-pip-version-check "$@"
}

# Install packages of npm into the folder.
with_npm() {
  npm init --yes > npm.log
  npm install --silent --no-audit --no-fund --save-exact "$@" >> npm.log 2>&1 || {
    cat npm.log
    return 1
  }
}
