"""Recognises clauses that are a label, a link or a strip of them; and whether their list says something."""

from __future__ import annotations

import re

from tostrack.analysis.comparison_key import comparable_text, readable
from tostrack.analysis.verdict import lexicon
from tostrack.analysis.verdict.normal_form import normal
from tostrack.language.lazy_pattern import lazy_pattern
from tostrack.language.words import union
from tostrack.models import Clause


def is_listed(clause: Clause) -> bool:
    """Whether *clause* is in a list that says whom or what it is about: recipients, data, what is forbidden."""
    about = {word for title in clause.heading[-1:] for word in normal(title)}
    return bool(clause.lead) or bool(about & (lexicon.LISTED | lexicon.OBLIGING))


def is_party(clause: Clause) -> bool:
    """Whether *clause* is an item of a list of recipients or of data: there "Facebook" is no button."""
    about = {word for title in (*clause.heading[-1:], clause.lead) for word in normal(title)}
    return clause.kind[:2] in ("li", "ol", "ro") and bool(about & (lexicon.PARTIES | _GIVEN))


#: Headings and leads with these are over kinds of data: there "language" is no picker.
_GIVEN = union("binding", "collecting")


#: Two labels printed without a space between them.
SEAM = lazy_pattern(r"(?<=[a-z])(?=[A-Z])")


#: A site before what its label is about: "Acme.com Cookie Settings".
_SITE_FIRST = lazy_pattern(r"^(?:[\w-]+\.)+[a-z]{2,}\s+(?=\S)", re.IGNORECASE)


#: This many words of labels may be in one line, or one label be printed again and again.
_LABELS_WORDS = 200


def is_label(text: str) -> bool:
    """Whether *text* is made of nothing but labels, with or without spaces between them."""
    if any(
        word not in lexicon.LABEL_WORDS for word in text.split() if word.isascii() and word.isalpha() and word.islower()
    ):
        return False
    words = comparable_text(SEAM.sub(" ", _SITE_FIRST.sub("", text))).split()
    if not words or len(words) > _LABELS_WORDS or not lexicon.LABEL_WORDS.issuperset(words):
        return False
    reached = {0}
    for end in range(1, len(words) + 1):
        starts = range(max(0, end - lexicon.LONGEST_LABEL), end)
        if any(start in reached and " ".join(words[start:end]) in lexicon.LABELS for start in starts):
            reached.add(end)
    return len(words) in reached


#: The options of a form or the buttons of a page, printed without spaces: longer than any word, or several in one.
_GLUED = 40
_BUTTONS = lazy_pattern(r"[a-z][A-Z]\w*\s+(?:\w+\s+){0,2}\w*[a-z][A-Z]|(?:[A-Z][a-z]+){3}")


def is_glued(text: str) -> bool:
    """Whether *text* has labels with no space between them."""
    if any(len(word) >= _GLUED and word.isalnum() for word in text.split()):
        return True
    return len(text) < 100 and text.rstrip()[-1:] not in ".:;!?" and bool(_BUTTONS.search(text))


#: This many labels without a space between them make a line a strip of them: names of companies have one hump or two.
_STRIP = 2
_HUMPS = lazy_pattern(r"(?:\w*[a-z][A-Z]){2}")
_STOP = lazy_pattern(r"[.:;!?,] ")
_QUESTIONS = lazy_pattern(r"(?:[A-Z][^.;:!?]+\?){2,}")


def is_strip(text: str) -> bool:
    """Return whether *text* is a row of labels, or of questions, that was printed without spaces between them."""
    if "?" in text and _QUESTIONS.fullmatch(text.strip()):
        return True
    # Nearly every word is in small letters behind its first one.
    words = [word for word in text.split() if not word[1:].islower()]
    return sum(map(bool, map(_HUMPS.match, words))) >= _STRIP and not _STOP.search(text)


#: A link that leads elsewhere has no more words than this; of several in one line each has fewer.
_LINK_WORDS = 14
_EACH_WORDS = 7
_LINKS = lazy_pattern(
    r"(?:\d{1,2}[.)])?(?:\W*!?\[(?:[^\[\]]|!\[[^\]]*\]\([^()]*\))*\]\([^()\s]*(?:\s+\"[^\"]*\")?\))+\W*$"
)


def is_link(clause: Clause) -> bool:
    """Return whether *clause* is nothing but links, and short."""
    if not _LINKS.match(clause.text):
        return False
    return len(normal(readable(clause.text))) <= max(_LINK_WORDS, _EACH_WORDS * clause.text.count("]("))
