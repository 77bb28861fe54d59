#!/usr/bin/env bash
# axe finds no fault on any kind of page, light and dark, on a phone and a desktop; Lighthouse gives each at least 95 for
# accessibility, best practice, and what it works out of performance from requests, bytes and places.
# Another site than the demo's: SITE=FOLDER contracts/run site_pages
. "$(dirname "$0")/lib.sh"
chromium=${CHROMIUM:-$(command -v chromium || command -v google-chrome || true)}
[ -n "$chromium" ] || { echo "left out: this machine has no Chromium"; exit 0; }
PUPPETEER_SKIP_DOWNLOAD=1 with_npm axe-core@4.14.1 lighthouse@12.8.2 puppeteer-core@24.43.1
SITE=${SITE:-$DEMO/site} CHROMIUM=$chromium node "$REPOSITORY/contracts/site_pages.js"
