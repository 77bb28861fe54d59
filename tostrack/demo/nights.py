"""The story of Lumora, a photo-sharing service that does not exist: what its pages said on twelve nights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from tostrack.value import Value

_NARROW = (
    "When you post Content on Lumora, you grant us a non-exclusive, royalty-free, worldwide, limited license to host, "
    "store, display and reproduce that Content, only in order to operate the Service."
)
_WIDE = (
    "When you post Content on Lumora, you grant us a non-exclusive, royalty-free, transferable, sub-licensable, "
    "worldwide license to host, store, use, display, reproduce, modify and distribute that Content."
)
_LIKENESS = (
    "<p>You agree that we may use your name, likeness, username and photos in connection with paid or sponsored "
    "content, without any compensation to you.</p>"
)
_PARTNERS = (
    "<p>We may share your information, including your location and how you use the Service, with our affiliates and "
    "with advertising partners, who may also use it for their own purposes.</p>"
)

_FIRST: Mapping[str, str] = {
    "terms_updated": "March 1, 2023",
    "licence": _NARROW,
    "advertising": "",
    "privacy_updated": "March 1, 2023",
    "sharing": "",
    "days": "30",
    "year": "2023",
    "banner": "We use cookies to keep you signed in. With your consent we also use them to measure our audience.",
    "footer": "",
    "edition": "",
    "down": "",
}


class Night(Value):
    """One night of the story."""

    at: datetime
    #: What happened, and whether tostrack should speak.
    story: str
    #: The documents that tostrack should tell readers about; none on a silent night.
    speaks: tuple[str, ...]
    #: What the pages say in the places that change.
    words: Mapping[str, str]


def _told() -> Iterator[tuple[str, str, tuple[str, ...], dict[str, str]]]:
    """Yield day, story, documents to speak of, and what changed since the night before."""
    yield "2023-03-06", "The first look at the terms and the privacy policy: versions, but no news.", (), {}
    yield (
        "2023-03-07",
        "Only session tokens, link parameters and the cookie banner moved: silence.",
        (),
        {"banner": "Lumora uses cookies. Choose which ones you accept."},
    )
    yield (
        "2024-01-02",
        "A new year in the copyright line, and a new link in the footer: silence.",
        (),
        {"year": "2024", "footer": '<li><a href="/careers">Careers</a></li>'},
    )
    yield (
        "2024-03-18",
        "The license to users' content loses its limits and becomes transferable and sub-licensable: news.",
        ("terms",),
        {"licence": _WIDE, "terms_updated": "March 18, 2024"},
    )
    yield (
        "2024-07-08",
        "Lumora may now use people's names, likenesses and photos in sponsored content: news.",
        ("terms",),
        {"advertising": _LIKENESS, "terms_updated": "July 8, 2024"},
    )
    yield (
        "2024-07-09",
        "The press writes about it and Lumora is down: a page with status 200 that is no policy. Silence.",
        (),
        {"down": "yes"},
    )
    yield (
        "2024-07-22",
        "After an outcry Lumora takes the advertising clause back: news, the text of March again.",
        ("terms",),
        {"down": "", "advertising": "", "terms_updated": "March 18, 2024"},
    )
    yield (
        "2024-10-14",
        "The privacy policy now lets affiliates and advertising partners use people's data for their own ends: news.",
        ("privacy",),
        {"sharing": _PARTNERS, "privacy_updated": "October 14, 2024"},
    )
    yield (
        "2025-01-13",
        "After an account is closed, data is kept for 90 days instead of 30: one number, and news.",
        ("privacy",),
        {"days": "90", "privacy_updated": "January 13, 2025", "year": "2025"},
    )
    yield (
        "2025-01-14",
        'The terms are "last updated" today, and not a word is new: silence.',
        (),
        {"terms_updated": "January 14, 2025"},
    )
    yield "2025-02-03", "An A/B test answers with a British edition of the terms: silence.", (), {"edition": "British"}
    yield "2025-02-04", "The test flips back: silence.", (), {"edition": ""}


def _nights() -> Iterator[Night]:
    words = dict(_FIRST)
    for day, story, speaks, changes in _told():
        words |= changes
        # Three at night, when a crawl runs.
        yield Night(datetime.fromisoformat(f"{day}T03:00:00").replace(tzinfo=UTC), story, speaks, dict(words))


NIGHTS: tuple[Night, ...] = tuple(_nights())
