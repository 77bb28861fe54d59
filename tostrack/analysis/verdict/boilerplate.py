"""Rules about the page around a policy: menus, buttons, pickers, consent layers, notices that have lapsed."""

from __future__ import annotations

import re

from tostrack.analysis.comparison_key import comparable_text
from tostrack.analysis.verdict import boilerplate_phrases, lexicon
from tostrack.analysis.verdict.boilerplate_position import in_menu, is_beside_widget, is_last_line, is_outside
from tostrack.analysis.verdict.labels import SEAM, is_glued, is_label, is_link, is_listed, is_party, is_strip
from tostrack.analysis.verdict.normal_form import DATE, is_mail, is_number, normal
from tostrack.analysis.verdict.places import Place, is_answer
from tostrack.analysis.verdict.residual import Part
from tostrack.analysis.verdict.wording_rules import is_name
from tostrack.clauses import sentences
from tostrack.language.lazy_pattern import lazy_pattern
from tostrack.models import Clause, Edit, Reason

#: A clause of more words is read as a sentence even without a full stop.
_LABEL_WORDS = 6


def around(part: Part) -> Reason | None:
    """Whether a hunk belongs to the page around the policy, is about the page itself, or advertises."""
    known = _is_of_page(part) or _is_page_title(part) or _is_offer(part) or _is_banner(part) or _is_around(part)
    return Reason.FURNITURE if known else None


def furniture(part: Part) -> Reason | None:
    """Labels of buttons, hints, icons, images, a table of contents: the whole line is known."""
    known = _reworded(part) if part.hunk.edit is Edit.REWORDED else _is_known(part)
    return Reason.FURNITURE if known else None


def consent(part: Part) -> Reason | None:
    """A request for consent to cookies around the policy: it asks, and hands nothing on."""
    text = part.text
    if part.hunk.edit is Edit.REWORDED or not _is_consent(text):
        return None
    if text.count(" ") > _LABEL_WORDS and not _COOKIES.search(text.lower()):
        return None
    around = part.context.frames(part.hunk, part.hunk)
    return Reason.FURNITURE if around and not GRANTS.intersection(normal(text)) else None


_COOKIES = lazy_pattern(r"\bcookies?\b")
#: What a clause about cookies grants or takes, and a request for consent does not.
GRANTS = lexicon.HANDED_ON | frozenset(
    "pass passes passed fee fees arbitration keep keeps profile profiling binding waive pay price terms must".split()
)


def consent_switch(part: Part) -> Reason | None:
    """A switch of a consent form, printed with its state: the visitor sets it, not the policy."""
    hunk = part.hunk
    text, at = (part.context.new, hunk.new_at) if hunk.new_at is not None else (part.context.old, hunk.old_at)
    if part.clause.kind != "p" or at is None or not all(map(_is_state, filter(None, (part.old, part.new)))):
        return None
    clauses = text.reading.clauses
    begins = " ".join(clauses[at + 1].text.lower().split()[:_BEGINNING]) if at + 1 < len(clauses) else ""
    beside = [clause for clause in clauses[max(0, at - _FORM) : at + _FORM] if clause is not clauses[at]]
    # A cookie policy gives the state of one kind of cookies; a form has several switches, or buttons.
    form = any(clause.kind == "p" and (_is_state(clause.text) or _is_consent(clause.text)) for clause in beside)
    return Reason.FURNITURE if form and _COOKIES.search(begins) else None


#: The switches of one form, or its buttons, are within so many clauses.
_FORM = 12
#: "These cookies are ...", "Acme uses marketing cookies": so many words.
_BEGINNING = 5


def _is_state(text: str) -> bool:
    return text.strip(" .*_").casefold() in lexicon.STATES


def link_line(part: Part) -> Reason | None:
    """A line that is nothing but a link, and no item of a list that means something."""
    if part.hunk.edit is Edit.REWORDED:
        old, new = (
            text.reading.clauses[at or 0]
            for text, at in ((part.context.old, part.hunk.old_at), (part.context.new, part.hunk.new_at))
        )
        said = any(part.hunk.new.endswith(".") and clause.text.count(" ") > _LABEL_WORDS for clause in (old, new))
        return Reason.RENAMED if is_link(old) and is_link(new) and not is_listed(new) and not said else None
    return Reason.FURNITURE if _is_link(part) or _leads_to(part.text) else None


def familiar_furniture(part: Part) -> Reason | None:
    """Menus, buttons, pickers and consent layers, by the words that they are made of."""
    return Reason.FURNITURE if part.hunk.edit is not Edit.REWORDED and _is_familiar(part) else None


def _is_of_page(part: Part) -> bool:
    """Whether all that was added or removed is what a page says of itself; a list with a lead says something else."""
    if part.clause.lead:
        return False
    said = [text for text in (part.old, part.new) if text]
    return all(
        boilerplate_phrases.speaks_of_itself([text[start:end] for start, end in sentences(text)]) for text in said
    )


def _is_around(part: Part) -> bool:
    """Whether its place is in the page around the policy: in a menu, a strip of labels, above the title."""
    hunk = part.hunk
    if Place.VALUE in part.places:
        return False
    sides = [(part.context.old, hunk.old_at, hunk.old), (part.context.new, hunk.new_at, hunk.new)]
    said = [(text.reading, at, words) for text, at, words in sides if at is not None and words]
    return bool(
        all(in_menu(reading, at) for reading, at, _ in said)
        or (part.context.frames(hunk, hunk) and all(is_beside_widget(reading, at) for reading, at, _ in said))
        or (part.clause.kind == "p" and all(is_strip(words) for _, _, words in said))
        or is_outside(part.context, hunk)
    )


def _is_banner(part: Part) -> bool:
    """Whether it apologises for an outage, before or behind all the text that stays."""
    text = part.text
    banner = part.hunk.edit is not Edit.REWORDED and len(text) < _NOTICE and lexicon.BANNER.search(text.lower())
    return bool(banner and part.context.frames(part.hunk, part.hunk))


def _is_offer(part: Part) -> bool:
    """Whether it advertises, before or behind all the text that stays."""
    said = [text for text in (part.hunk.old, part.hunk.new) if text]
    return all(map(boilerplate_phrases.offers, said)) and bool(part.context.frames(part.hunk, part.hunk))


def _reworded(part: Part) -> bool:
    """Whether only hints came into a clause or left it, or buttons printed without spaces changed."""
    changed = [(op, " ".join(text.split())) for op, text in part.hunk.words if op in "+-" and comparable_text(text)]
    # "right, title, and interest": words between commas are an entry of a list.
    hinted = all(not text.endswith(",") and comparable_text(text) in lexicon.HINTS for _, text in changed)
    if len({op for op, _ in changed}) == 1 and hinted:
        return True
    if part.clause.kind == "p" and all(map(_is_trail, (part.hunk.old, part.hunk.new))):
        return True
    labels = all(is_label(text) or _YEARS.fullmatch(text) for _, text in changed)
    if changed and labels and (_STRIP.search(part.hunk.new) or is_last_line(part.hunk.new)):
        return True
    texts = [text for _, text in changed]
    short = all(is_glued(text) or len(text.split()) < 3 for text in texts)
    return short and any(is_glued(text) or SEAM.search(text) for text in texts) and is_glued(part.hunk.new)


def _is_known(part: Part) -> bool:
    """Whether the whole of a clause that was added or removed is known to be no policy text."""
    text = part.text
    return (
        (is_label(_FILE_SIZE.sub("", text)) and not is_party(part.clause))
        or (part.clause.kind == "p" and is_glued(text))
        or bool(_DEBRIS.match(text))
        or bool(_IMAGES.match(part.clause.text))
        or (len(text) < _WIDGET and bool(lexicon.WIDGET.search(text.lower())))
        or _is_contents(part)
        or _is_edition(text)
    )


#: What a page asks its reader is no longer than this, in characters.
_WIDGET = 120
#: The size of a file behind the label that leads to it.
_FILE_SIZE = lazy_pattern(r"\s*\(\d+(?:[.,]\d+)? ?[KM]B\)$")


def _is_familiar(part: Part) -> bool:
    """Whether a clause that was added or removed reads like the page around a policy."""
    text = part.text
    line = text.lower()
    return (
        (len(text) < _LINE and bool(lexicon.PICKER.search(line) or lexicon.GUIDE.search(line)))
        or (part.clause.kind == "p" and _is_call(text))
        or _is_document(part)
        or _is_navigation(part)
        or (_is_bare(part.clause) and not _in_list(part))
    )


#: A picker or a guide is no longer than this, in characters.
_LINE = 200
#: Half of a linked image whose label ran over two lines, or the classes of an icon.
_DEBRIS = lazy_pattern(
    r"!?\[[^\]]{0,80}$|[^\[]{0,80}\]\(\S*\)$"
    r"|(?=(?:[^-]*-){3})[a-z0-9]+(?:-[a-z0-9]+)+(?: [a-z0-9]+(?:-[a-z0-9]+)+)*$"
)
#: The place of a page among others: "Home › Help › Terms".
_TRAIL = lazy_pattern(r"[^\W\d_][^›>»|.;:!?\n]{0,40}(?:\s[›>»]\s[^\W\d_][^›>»|.;:!?\n]{0,40}){2,6}")


def _is_trail(text: str) -> bool:
    """Whether *text* says the place of a page; a path that ends in a state says how something is set."""
    steps = re.split(r"\s[›>»]\s", text)
    return _TRAIL.fullmatch(text) is not None and not any(map(is_answer, steps))


_YEARS = lazy_pattern(r"(?:19|20)\d\d")
#: Labels are in one line with such signs between them.
_STRIP = lazy_pattern(r"\s[|·•]\s")


def _is_call(text: str) -> bool:
    words = normal(text)
    return (
        len(words) <= 8
        and bool(lexicon.CALL.match(text.lower()))
        and not lexicon.OBLIGING & {*words}
        and ":" not in text
    )


_IMAGES = lazy_pattern(r"(?:\W*!\[[^\[\]]*\]\([^()\s]*(?:\s+\"[^\"]*\")?\))+\W*$")


def _is_link(part: Part) -> bool:
    """Whether the clause is nothing but a link, and no item of a list that means something."""
    clause, words = part.clause, normal(part.text)
    if clause.kind == "row" or not is_link(clause) or is_listed(clause):
        return False
    return not lexicon.UPDATE_NOTICE.search(" ".join(words)) and not any(word.startswith(DATE) for word in words)


#: A line that is a link to a document: "View our Cookie Policy".
_LEADS_TO = lazy_pattern(
    r"(?:view|read|see|download|print) (?:our|the|this|a|all)? ?(?:\w+ ){0,3}(\w+)$", re.IGNORECASE
)


def _leads_to(text: str) -> bool:
    match = _LEADS_TO.match(text.strip())
    return bool(match and match[1].lower() in lexicon.TITLE)


def _is_consent(text: str) -> bool:
    label = text.count(" ") <= _LABEL_WORDS
    found = len(lexicon.CONSENT.findall(text.lower())) if label or len(text) < _CONSENT else 0
    return (found > 1 and len(text) < _CONSENT) or (found == 1 and label)


#: What asks for consent to cookies is no longer than this, in characters.
_CONSENT = 600


def _is_contents(part: Part) -> bool:
    """Whether it only repeats headings of the text it is in: a table of contents, one entry or all of it."""
    text = part.context.new if part.hunk.new_at is not None else part.context.old
    key = _unnumbered(comparable_text(part.text))
    if part.clause.is_heading:
        return False
    key = key if not _TITLE_OF_PAGE.search(part.text) else comparable_text(_TITLE_OF_PAGE.sub("", part.text))
    # Letters only: a heading and its entry may differ in "web sites" and "websites".
    if key.replace(" ", "") in text.flat_titles:
        return True
    if sum(not word.isdigit() for word in key.split() if word not in text.title_words) > _BESIDE_TITLES:
        return False
    found = [title for title in text.titles if len(title) > 3 and title in key]
    for title in sorted(found, key=len, reverse=True):
        key = key.replace(title, " ")
    return len(found) >= 3 and len([word for word in key.split() if not word.isdigit()]) <= _BESIDE_TITLES


#: This many other words may be among the titles of a table of contents.
_BESIDE_TITLES = 3


#: What pages put behind their title: "Terms of Service | Acme".
_TITLE_OF_PAGE = lazy_pattern(r"\s[|–—-]\s[^|–—-]{2,40}$")


def _is_page_title(part: Part) -> bool:
    """Whether the first line of the page came to bear, or bears no longer, the name of a document behind its title."""
    hunk = part.hunk
    if hunk.edit is not Edit.REWORDED or hunk.old_at or hunk.new_at:
        return False
    behind = [match[0] for text in (hunk.old, hunk.new) if (match := _TITLE_OF_PAGE.search(text))]
    bare = {comparable_text(_TITLE_OF_PAGE.sub("", text)) for text in (hunk.old, hunk.new)}
    return len(bare) == 1 and bool(behind) and all(lexicon.TITLE.intersection(normal(text)) for text in behind)


def _unnumbered(key: str) -> str:
    return re.sub(r"^(?:\d+ )+", "", key)


def _is_document(part: Part) -> bool:
    """Whether it is the name of a document in a list of links: no sentence leads to it."""
    clause, words = part.clause, part.text.split()
    return (
        clause.kind[:2] == "li"
        and not clause.lead
        and len(words) <= 5
        and is_name(part.text)
        and bool(lexicon.TITLE.intersection(normal(words[-1])))
    )


#: Where an edition that no longer binds is kept: "Previous Terms of Service, March 2022".
_EDITION = lazy_pattern(
    r"(?:previous|earlier|prior|former|past|archived|old)\b(.{3,80}?)\W*\b(?:19|20)\d\d\W*$", re.IGNORECASE
)


def _is_edition(text: str) -> bool:
    """Whether it is the title of an earlier edition with its date, and no sentence about one."""
    match = _EDITION.match(text.strip())
    return bool(match and is_name(match[1]) and lexicon.TITLE.intersection(normal(match[1])))


def _is_navigation(part: Part) -> bool:
    clause = part.clause
    return (
        bool(clause.heading)
        and clause.kind[:2] in ("li", "ol", "p")
        and len(part.text.split()) <= 8
        and part.text.rstrip()[-1:] not in ".;:"
        and bool(lexicon.NAVIGATION.search(comparable_text(clause.heading[-1])))
    )


def _is_bare(clause: Clause) -> bool:
    """Whether *clause* is a short line that is no sentence: it ends in no stop, allows and forbids nothing."""
    if clause.kind != "p" or clause.text.rstrip("*_ ")[-1:] in _STOPS or clause.text.count(" ") >= _BARE:
        return False
    if _VALUE.search(clause.text):
        return False
    words = normal(clause.text)
    return (
        len(words) <= _LABEL_WORDS
        and not any(map(is_number, words))
        and not any(map(is_mail, words))
        and not (lexicon.ACTORS | lexicon.COMPANY_FORMS | lexicon.FOREIGN_RULING).intersection(words)
    )


#: A line that gives a value: "Setting: Public".
_VALUE = lazy_pattern(r"\w[*_]{0,3}\s?:[*_]{0,3}\s")
_STOPS = (".", ":", ";", "!", "?", "…", "")
#: No token is made of more words than eight: a text with more spaces need not be read.
_BARE = 8 * _LABEL_WORDS


def _in_list(part: Part) -> bool:
    """Whether the clause is in a list, marked as one or not: under a lead-in, or beside another short line."""
    hunk = part.hunk
    text, at = (part.context.new, hunk.new_at) if hunk.new_at is not None else (part.context.old, hunk.old_at)
    if at is None:
        return False
    clauses = text.reading.clauses
    beside = [clauses[place] for place in (at - 1, at + 1) if 0 <= place < len(clauses)]
    if any(_is_bare(clause) and not is_label(clause.text) for clause in beside):
        return True
    for clause in reversed(clauses[max(0, at - 30) : at]):
        if clause.text.rstrip("*_ ").endswith(":"):
            return True
        if clause.is_heading or len(clause.text) > 120:
            return False
    return False


#: A notice is no longer than this, in characters.
_NOTICE = 400


def notice(part: Part) -> Reason | None:
    """A notice of an update was taken down, or tells as done what it announced; that it was put up is news."""
    if part.gained and part.lost and _is_done(part):
        return Reason.FURNITURE
    if part.gained or not part.lost or len(part.lost) > _NOTICE or part.hunk.edit is Edit.ADDED:
        return None
    text = " ".join(normal(part.lost))
    if lexicon.STANDING.search(text) or not (lexicon.UPDATE_NOTICE.search(text) or _has_come(part)):
        return None
    inside = part.hunk.edit is not Edit.REMOVED
    return None if inside and _PROMISING.intersection(text.split()) else Reason.FURNITURE


#: Text in the same paragraph as a notice, and removed with it, may be a promise.
_PROMISING = lexicon.HANDED_ON | {"not", "no", "never", "must", "only"}


def _has_come(part: Part) -> bool:
    """Whether it names a day from which the terms bind, and that day has come."""
    now = part.context.new.reading.version.seen_at
    days = _days(part.lost)
    binds = lexicon.IN_FORCE.search(" ".join(normal(part.lost)))
    return bool(now and days and binds) and all(day <= f"{now:%Y-%m-%d}" for day in days)


def _is_done(part: Part) -> bool:
    """Whether one short notice of an update gave way to another of the same day, which has come, and rules nothing."""
    now, days = part.context.new.reading.version.seen_at, _days(part.lost)
    if not now or not days or days != _days(part.gained) or max(days) > f"{now:%Y-%m-%d}":
        return False
    told, done = (" ".join(normal(text)) for text in (part.lost, part.gained))
    if max(len(told), len(done)) > _LINE or not lexicon.UPDATE_NOTICE.search(done):
        return False
    ruling = _PROMISING | lexicon.OBLIGING
    announced = lexicon.IN_FORCE.search(told) or lexicon.UPDATE_NOTICE.search(told)
    return bool(announced) and ruling.isdisjoint(f"{told} {done}".split())


def _days(text: str) -> list[str]:
    """Return the days that *text* names."""
    return [token.removeprefix(DATE).replace("_", "-") for token in normal(text) if token.startswith(DATE)]
