#!/usr/bin/env bash
# Guess: libraries that read the same public suffix list give the same registered domain.
# Seen: for 127.0.0.1 they say 0.1, 1 and nothing; a final dot loses the domain in one and leaves "example" in another; github.io is one site or thousands.
# Version: publicsuffixlist 1.1.2.20261023, publicsuffix2 2.20191221, tldextract 5.4.0. Date: 2026-11-28.
# Why it matters: politeness per host, and "the policy moved to another company's site", rest on this name.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check 'publicsuffixlist==1.1.2.20261023' 'publicsuffix2==2.20191221' 'tldextract==5.4.0'
echo "publicsuffixlist, publicsuffix2 and tldextract: three answers for one host name"
venv/bin/python - <<'PYTHON'
import publicsuffix2
import tldextract
from publicsuffixlist import PublicSuffixList

suffixes = PublicSuffixList()
extract = tldextract.TLDExtract(suffix_list_urls=())
expected = {
    "terms.acme.co.uk": ("acme.co.uk", "acme.co.uk", "acme.co.uk"),
    "127.0.0.1": ("0.1", "1", ""),
    "acme.example.": ("acme.example", "example", ""),
    "shop.github.io": ("shop.github.io", "shop.github.io", "github.io"),
    "shop.pages.dev": ("shop.pages.dev", "pages.dev", "pages.dev"),
}
seen = {}
for host in expected:
    seen[host] = (
        suffixes.privatesuffix(host),
        publicsuffix2.get_sld(host),
        extract(host).top_domain_under_public_suffix,
    )
    print(host, seen[host])
assert seen == expected, seen
PYTHON
