"""The word lists and phrases of the verdict: the words of each language are in its TOML file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from tostrack.analysis.verdict.normal_form import american_of, stem
from tostrack.clauses import canonical_text
from tostrack.language.lazy_pattern import lazy_pattern
from tostrack.language.words import entry_pattern, list_languages, load_language, union, weekday_names


def _words(table: str, *names: str) -> frozenset[str]:
    """Return the single words that any language has in lists, as `normal` spells them too."""
    return _american(word for name in names for word in union(table, name) if " " not in word and "*" not in word)


def _american(words: Iterable[str]) -> frozenset[str]:
    return frozenset(form for word in words for form in (word, american_of(word)))


#: Words that come and go in a rewording without moving what is allowed, owed or promised.
SAFE = union("wording", "neutral")


@cache
def neutral_words(language: str) -> frozenset[str]:
    """Return `SAFE` as far as it is of *language* (Dutch "of" is "or"); all of it where no language is known."""
    return frozenset(load_language(language).list_words("wording", "neutral")) if language in _READ else SAFE


_READ = frozenset(list_languages("verdict"))
#: Who acts and whether: words whose order is the meaning.
ACTORS = union("wording", "acting")


@cache
def known_words() -> frozenset[str]:
    """Return single words that bind, limit or answer in any language read here: none is a misspelling of another."""
    languages = map(load_language, list_languages("verdict"))
    return frozenset(
        word
        for language in languages
        for table in ("guards", "parties", "units", "money", "answers", "numbers", "binding")
        for name in language.list_names(table)
        for entry in language.list_words(table, name)
        for word in (entry, stem(entry))
    )


#: They say who, and not of what kind.
_PRONOUNS = frozenset("they them their theirs he she others anyone anybody someone somebody".split())
#: Words that date a text without saying from when it binds.
STAMPED = _words("dates", "updated", "stamped")
#: Words beside the date of a text, whatever day it is.
DATING = (STAMPED - {"ago"}) | union("dates", "beside")
#: Days of the week and time zones, which say no more than the date beside them.
CLOCK = weekday_names() | union("dates", "zones")
#: The states of a switch.
STATES = union("answers", "on", "off")
#: Words about the page itself and how to get about it.
LAYOUT = union("page", "layout")
#: The reader, doing so.
READER = union("page", "reader")
#: Words of other languages that say who may, must or may not: a short line with one is no label.
FOREIGN_RULING = frozenset(
    word
    for code in list_languages("verdict")
    if code != "en"
    for name in ("negation", "duty", "permission", "only")
    for word in load_language(code).list_words("guards", name)
)
#: Who wrote the template that a policy was made from.
CREDIT = lazy_pattern(
    r"\b(?:based on|adapted from|forked from|derived from|inspired by|generated (?:by|with|using)|created with)\b"
    r".{0,80}"
    r"\b(?:polic(?:y|ies)|templates?|terms|generator|creative commons)\b"
)
#: Words that make a list of names one of recipients.
RECIPIENT = (_words("parties", "third") - _PRONOUNS) | union("binding", "receiving")
#: In the heading of a list these say that its items are parties.
PARTIES = (RECIPIENT - {"services", "service", "use", "uses", "using", "used", "network", "networks"}) | {
    "subprocessors",
    "cookies",
    "trackers",
}
#: And these that they are parties, kinds of data, or what is allowed or forbidden.
LISTED = PARTIES | union("binding", "listing")
#: Words that make a date in a sentence a stamp: "was last updated on".
LAST = _words("dates", "latest") | {"copyright"}
#: What a platform counts of itself.
COUNTED = union("page", "reported")
#: Near these a number is a rule and no statistic.
OBLIGING = union("binding", "obliging")
#: Words that say from when it binds.
EFFECTIVE = _words("dates", "effective") | union("dates", "binding")
#: Words before a number that only names a place in the text.
REFERENCE = _words("page", "references")

#: Labels that pages show around a policy, in canonical form; a clause is one when such phrases make up all of it.
LABELS = frozenset(map(canonical_text, union("page", "labels", "navigation", "more", "consent")))
#: Those of them that may be partners or kinds of data too.
AMBIGUOUS = union("page", "ambiguous")
LONGEST_LABEL = max(label.count(" ") + 1 for label in LABELS)
LABEL_WORDS = frozenset(word for label in LABELS for word in label.split())
#: Headings under which a page lists where else to go.
NAVIGATION = lazy_pattern(
    r"\b(?:useful|quick|related|helpful|other|more) (?:links?|resources|articles|topics|pages)\b"
    r"|\b(?:help|support) menu\b|\b(?:table of )?contents\b|\bon this page\b|\bsee also\b|\bnavigation\b|\bfooter\b"
    r"|\bmore (?:help|information)\b"
)
#: A sentence that only points elsewhere.
POINTER = lazy_pattern(
    r"(?:please )?(?:for (?:more|further|additional) (?:information|details)|(?:to )?(?:learn|read|find out|see) more\b"
    r"|(?:check out|browse|see) our (?:[a-z]+ ){0,2}(?:list of )?(?:articles|faqs?|help (?:center|centre|pages))\b"
    r"|more (?:information|details)|you can (?:learn|read|find|see)(?: out)? (?:more|further)|(?:to )?learn about"
    r"|(?:see|read|view|visit|consult|refer to|check out) [^.;:]{1,60} (?:for (?:more|further|additional|full)"
    r" (?:information|details|info)|to (?:learn|find out) more)\b)"
)
#: A short line that wants the reader to do something for the page's sake.
CALL = lazy_pattern(
    r"(?:join|download|get|try|start|subscribe|sign up|shop|explore|discover|watch|follow|meet|find|share|contact"
    r"|upgrade|install|open|see|stay|connect|buy|create your)\b"
)
#: A sentence that tells how to get about the page.
GUIDE = lazy_pattern(r"\bclick (?:on )?(?:the|a) links? below\b|\bjump to (?:a|each|the) section\b")
#: A picker of languages, whatever it lists.
PICKER = lazy_pattern(
    r"\bin (other|another|your) languages?\b|\b(choose|select|change) (your )?(language|country|region)\b"
)
#: What a page asks of its readers, and where it says that they are.
WIDGET = lazy_pattern(
    r"\bdid (?:this|we) (?:answer|solve) your question\b|\bwas this (?:page|article|information) (?:helpful|useful)\b"
    r"|\bthank(?:s| you) for (?:the|your) feedback\b|^you are here\b|^skip to \w+"
)
#: A banner about an outage: a policy that speaks of outages does not apologise for one.
BANNER = entry_pattern(union("page", "apologies"))
#: A consent layer: it asks, the policy tells.
CONSENT = lazy_pattern(
    r"\b(?:this|our) (?:web)?site uses? cookies\b|\bwe use cookies to help (?:this|our) site\b"
    r"|\bmanage cookies\b|\bagree to cookies\b|\bchange (?:your )?preferences\b|\b(?:decline|allow) (?:all|essential)\b"
    r"|\b(?:we use|uses?) cookies (?:and (?:similar|other) technologies )?"
    r"(?:on this|to (?:improve|give|make|ensure|enhance|personali))"
    r"|\b(?:by (?:clicking|continuing|using)|click(?:ing)?) .{0,60}\b(?:cookies|accept|agree)\b"
    r"|\bcookie (?:settings|preferences)\b|\b(?:accept|reject) (?:all|cookies)\b|\bmanage preferences\b"
)
#: What consent layers of any maker say about themselves; a cookie policy says none of it.
CONSENT_LAYER = lazy_pattern(
    r"\b(?:manage (?:consent|cookie|privacy) preferences|confirm my choices|always active|switch label|checkbox label"
    r"|cookies? details|iab vendors|(?:consent|leg) (?:leg )?interest|vendor search|allow all|reject all|accept all"
    r"|privacy preference cent(?:er|re)|personali[sz]e my choices|view cookies|about your privacy"
    r"|your privacy choices"
    r"|continuer sans accepter|paramétrage des cookies|toujours acti(?:f|ve)s?|confirmer mes choix"
    r"|tout (?:accepter|refuser)"
    r"|immer aktiv|auswahl (?:speichern|bestätigen)|nur (?:notwendige|essenzielle)|alle (?:akzeptieren|ablehnen)"
    r"|siempre activ[ao]s?|guardar (?:mis )?preferencias|confirmar mis preferencias|(?:aceptar|rechazar) tod[ao]s?"
    r"|sempre attiv[io]|continua senza accettare|(?:accetta|rifiuta) tutti|altijd actief|voorkeuren opslaan"
    r"|sempre ativ[ao]s?|confirmar as minhas escolhas|zawsze aktywne|potwierdź moje wybory)\b"
)
#: Labels that get into the middle of a sentence.
HINTS = (
    frozenset(
        phrase
        for phrase in LABELS
        if re.search(
            r"\b(?:tab|window|ventana|finestra|fenêtre|fenster|venster|external|copy|read|show|see|print|pdf)\b", phrase
        )
    )
    | {"close", "title", "link", "image", "icon", "logo", "edit", "back to top", "external link"}
    | frozenset(map(canonical_text, union("page", "more")))
    | {"heres how", "here s how"}
)
#: A notice that the terms around it were or will be updated.
_DOCUMENT = r"(?:terms|policy|policies|notice|statement|agreement|guidelines|conditions)"
_UPDATED = r"(?:updat|revis|chang|amend|moderni[sz])(?:ed|ing)"
UPDATE_NOTICE = lazy_pattern(
    rf"\bwe(?: are| have)? (?:(?:recently|just|also|now) )?{_UPDATED} "
    rf"(?:our|these|this|the|some of our) .{{0,60}}{_DOCUMENT}\b"
    rf"|\b(?:our|these|the|this) (?:[a-z]+ ){{0,4}}{_DOCUMENT} "
    rf"(?:has|have|was|were|is being|are being|will be) (?:been )?{_UPDATED}\b"
    rf"|\b(?:our|these|the|this) (?:new|updated|revised) (?:[a-z]+ ){{0,3}}{_DOCUMENT} (?:will )?"
    r"(?:takes?|go(?:es)?|comes?|become|be)\b"
)
#: A line that says from when the text binds; once that day has come its going says nothing.
IN_FORCE = lazy_pattern(
    r"\b(?:effective|takes? effect|goes? into effect|comes? into (?:effect|force)|in (?:effect|force))\b"
)
#: A standing clause about updates to come is none.
STANDING = lazy_pattern(r"\b(?:may|from time to time|reserves? the right|at any time|periodically|whenever|if we)\b")
#: Titles of pages, documents and functions: what may be renamed without moving a right.
TITLE = union("page", "titles")
#: Those of them that are documents.
DOCUMENTS = union("page", "documents")
#: Verbs and nouns near which a name says who gets what, or where one may sue.
BINDING_NAME = union("binding", "naming")
#: A list with this above it thanks people.
THANKS = lazy_pattern(r"\b(?:thank|thanks|thanking|acknowledge?ments?|hall of fame)\b")

#: Forms of companies; where one region's edition names one, another's names another.
COMPANY_FORMS = union("parties", "forms")
#: Who gets what: beside such a word, another name is another party.
HANDED_ON = union("binding", "handing_on")
