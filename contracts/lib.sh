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

# Unpack a pinned package of Debian (NAME=VERSION) and what it needs into the folder; false where it is not to be had.
with_debian() {
  local wanted=$1 needed
  apt-cache show "$wanted" > apt.log 2>&1 || return 1
  needed=$(apt-cache depends --recurse --no-{recommends,suggests,conflicts,breaks,replaces,enhances} "${wanted%=*}" | grep '^[a-z]' | sort -u)
  # shellcheck disable=SC2086
  needed=$(for name in $needed; do dpkg -s "$name" > dpkg.log 2>&1 || echo "$name"; done)
  mkdir debian
  # shellcheck disable=SC2086
  (cd debian && apt-get download "$wanted" $(printf '%s\n' $needed | grep -vx "${wanted%=*}")) >> apt.log 2>&1 || return 1
  for package in debian/*.deb; do dpkg -x "$package" debian; done
  LD_LIBRARY_PATH=$(find "$PWD/debian" -name '*.so.*' -printf '%h\n' | sort -u | paste -sd:)
  export LD_LIBRARY_PATH PATH=$PWD/debian/usr/bin:$PATH
}
