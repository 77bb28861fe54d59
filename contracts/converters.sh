#!/usr/bin/env bash
# We read the words of the cases by which others test their converters, in order: turndown, markdownify, and the engine of
# Open Terms Archive (its selections, removals and PDF). TOSTRACK_REPOSITORIES is another place of OWNER/NAME than GitHub.
. "$(dirname "$0")/lib.sh"
parts=$REPOSITORY/contracts/converters

# Check out a pinned commit of a repository.
at_commit() {
  git clone --quiet --no-checkout "${TOSTRACK_REPOSITORIES:-https://github.com}/$1" "$2"
  git -C "$2" -c advice.detachedHead=false checkout --quiet "$3"
}

at_commit mixmark-io/turndown turndown fb7a865ef5eba4081dfd4e20a894a61ef7a2edca
at_commit matthewwithanm/python-markdownify markdownify 13183f9925a1700c737236e0f9b0b34503afa2b7
at_commit OpenTermsArchive/engine engine d4a1a7f86ff0c59c5fd0cfd704e91c8d11f93371
node "$parts/record.mjs" engine > engine.json
"$PYTHON" "$parts/compare.py" turndown markdownify engine.json
