"""The HTML that Lumora serves on a night: the policies, and around them all that a real page carries."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from string import Template

from tostrack.demo.nights import Night
from tostrack.models import sha256

_POLICIES = {"/legal/terms": ("Terms of Service", "terms.html"), "/legal/privacy": ("Privacy Policy", "privacy.html")}
_BRITISH = {
    "license": "licence",
    "organization": "organisation",
    "recognize": "recognise",
    "behavior": "behaviour",
    "January 14, 2025": "14 January 2025",
}

_FRAME = Template("""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>$title | Lumora</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="csrf-token" content="$token">
<link rel="stylesheet" href="/assets/app-$asset.css">
<script nonce="$token">window.__LUMORA__ = {"session": "$token", "experiments": ["legal-typography-$asset"]};</script>
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<div class="cookie-banner" role="dialog" aria-label="Cookies">
<p>$banner</p>
<button type="button">Accept all</button> <button type="button">Only necessary</button>
</div>
<header class="site-header">
<a href="/?s=$token"><img src="/assets/logo-$asset.svg" alt="Lumora"></a>
<nav aria-label="Main">
<ul>
<li><a href="/explore?s=$token">Explore</a></li>
<li><a href="/pricing">Pricing</a></li>
<li><a href="/login?next=%2Flegal&amp;csrf=$token">Log in</a></li>
<li><a href="/signup">Sign up</a></li>
</ul>
</nav>
</header>
<main id="main">
<nav class="breadcrumb" aria-label="Breadcrumb"><a href="/">Home</a> / <a href="/legal">Legal</a> / $title</nav>
<article class="policy">
$policy
</article>
<aside class="helpful">
<p>Was this page helpful?</p>
<button type="button">Yes</button> <button type="button">No</button>
</aside>
</main>
<footer class="site-footer">
<ul>
<li><a href="/about">About</a></li>
<li><a href="/legal/terms">Terms</a></li>
<li><a href="/legal/privacy">Privacy</a></li>
<li><a href="/help?ref=$asset">Help</a></li>
$footer
</ul>
<p>© $year Lumora Labs, Inc.</p>
</footer>
<script src="/assets/app-$asset.js" nonce="$token"></script>
</body>
</html>
""")

_OUTAGE = Template("""\
<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Lumora</title></head>
<body>
<main>
<h1>We'll be right back</h1>
<p>Lumora is having a rest while we fix something. Please try again in a few minutes.</p>
<p>Incident $asset</p>
</main>
</body>
</html>
""")

ROBOTS = "User-agent: *\nDisallow: /account/\n"


def page(night: Night, path: str) -> str | None:
    """Return the HTML at *path* on *night*; None where Lumora has no page."""
    if path not in _POLICIES:
        return None
    # What a server makes up for every answer changes with the night, so that the demo runs the same every time.
    noise = {"token": sha256(f"{night.at} {path}")[:32], "asset": sha256(str(night.at))[:8]}
    if night.words["down"]:
        return _OUTAGE.substitute(noise)
    title, name = _POLICIES[path]
    policy = _policy(name).substitute(night.words)
    if night.words["edition"] == "British" and name == "terms.html":
        for american, british in _BRITISH.items():
            policy = policy.replace(american, british)
    return _FRAME.substitute(night.words, **noise, title=title, policy=policy)


@cache
def _policy(name: str) -> Template:
    return Template(files("tostrack.demo").joinpath(name).read_text("utf-8"))
