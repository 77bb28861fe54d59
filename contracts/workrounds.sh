#!/usr/bin/env bash
# Each fault of another package that we work round is still there in its newest version; see docs/upstream.md.
. "$(dirname "$0")/lib.sh"
with_python venv protego==0.7.0 lxml==6.1.3 urllib3==2.8.0 wayback==0.5.1
venv/bin/python "$REPOSITORY/contracts/workrounds.py"
