"""Word lists of the judgement: what ties sentences together, what moves their meaning, what is no policy text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from tostrack.analysis.verdict.normal_form import american_of, stem
from tostrack.clauses import canonical_text
from tostrack.language.words import list_languages, load_language, union, weekday_names

#: Words that come and go in a rewording without moving what is allowed, owed or promised. Not here on purpose: modal
#: verbs, negations, conditions, time and scope (from, until, without, only, any, all, if, unless, except), pronouns
#: that say who.
SAFE = frozenset(
    """a an the that which who whom this these those such so then thus also too please there here
    of to in on at for by with as into upon about regarding concerning
    is are be been being am was were has have had do does did having it its itself
    and eg ie etc example instance like including include includes
    here below above located found
    simply just very really quite further additionally moreover however therefore
    relevant various own respective particular particularly specifically especially notably importantly basically
    essentially clearly easily respectively accordingly hence thereby hereby herein hereof hereto thereof therein
    thereto whereby wherein hereinafter hereunder thereunder aforementioned foregoing said etc again together instead
    le la les l un une des de du d au aux el los las lo il gli der die das dem den ein eine einen einer eines zu zum
    zur ad ed od het een del della dello dei degli delle al alla alle""".split()
)
#: Who acts and whether: words whose order is the meaning.
ACTORS = frozenset(
    """i you your yours we us our ours they them their he she user users customer member not no never nor none without
    unless except only may must shall will can could should might""".split()
)
#: Groups of words and phrases that say the same; the first of each stands for all.
SAME = (
    ("regarding", "with regard to", "with respect to", "in relation to", "relating to", "concerning", "about"),
    ("example", "for example", "for instance", "such as", "eg", "like", "including", "including but not limited to"),
    ("see", "check out", "take a look at", "have a look at", "review", "visit", "refer to", "read", "view", "go to"),
    ("email", "e mail", "courriel"),
    ("website", "web site", "webpage", "web page", "websites", "web sites", "webpages", "web pages"),
    ("login", "log in", "sign in"),
    ("use", "make use of", "utilize"),
    ("although", "though", "even though"),
    ("while", "whilst"),
    ("hyperlink", "hypertext link", "link"),
    ("to", "in order to", "so as to"),
    ("before", "prior to"),
    ("after", "subsequent to", "following"),
    ("below", "the following"),
    ("through", "via", "by means of"),
    ("under", "pursuant to", "according to", "in accordance with"),
    ("if", "in the event that", "in case"),
    ("except", "with the exception of"),
    ("can", "is able to", "are able to", "will be able to"),
    ("ensure", "make sure", "make certain"),
    ("help", "assist"),
    ("people", "persons", "individuals"),
    ("buy", "purchase"),
    ("start", "commence", "begin"),
    ("enough", "sufficient"),
    ("information", "info"),
    ("app", "application", "apps", "applications"),
    ("ads", "advertisements", "adverts", "advertising"),
    ("and", "as well as", "together with"),
    ("because of", "due to", "owing to"),
    ("at least", "a minimum of"),
    ("will", "shall"),
    ("must not", "shall not"),
    ("get", "obtain", "receive"),
    ("repository", "repo", "repositories", "repos"),
    ("", "engage in", "engages in", "engaging in", "please note that", "please note", "note that", "be aware that"),
    ("", "it is important to note that", "of course", "feel free to", "please be advised that", "in this regard"),
    ("inform you", "let you know"),
    ("inform", "notify", "tell", "tells", "informs", "notifies"),
    ("change", "modify", "alter", "amend", "update", "revise"),
    ("changes", "modifications", "alterations", "amendments", "updates", "revisions"),
    ("further", "additional", "more"),
    ("described", "set out", "set forth", "outlined", "detailed", "explained", "specified", "stated", "defined"),
    ("terms", "terms of service", "terms of use", "terms and conditions", "terms conditions", "agreement"),
    ("privacy policy", "privacy notice", "privacy statement"),
    ("personal data", "personal information", "personally identifiable information"),
    ("delete", "erase"),
    ("ask", "request"),
    ("give", "provide", "supply"),
    ("answer", "respond to", "reply to"),
    ("happen", "occur", "take place"),
    ("choose", "select", "elect"),
    ("allow", "permit", "enable", "let"),
    ("stop", "cease", "discontinue"),
    ("try", "attempt", "seek"),
    ("show", "display"),
    ("keep", "retain"),
    ("contact", "get in touch with", "reach out to", "write to"),
    ("contact us", "reach us"),
    ("find", "locate"),
    ("mobile phone", "cell phone", "cellphone", "cellular phone"),
    ("whether", "whether or not", "regardless of whether"),
    ("similar", "comparable"),
    ("often", "frequently"),
    ("many", "numerous", "a number of", "several", "multiple"),
    ("main", "primary", "principal"),
    ("correct", "rectify"),
    ("incorrect", "inaccurate", "wrong"),
    ("usually", "typically", "normally"),
    ("prohibited", "forbidden", "not allowed", "not permitted", "banned"),
    ("also", "in addition", "furthermore"),
    ("until", "till"),
    ("perform", "carry out", "conduct", "undertake"),
    ("bigger", "larger"),
    ("register", "sign up"),
    ("log out", "sign out"),
    ("once", "as soon as"),
    ("for", "for the purpose of", "for the purposes of", "for purposes of"),
    ("void", "null and void"),
    ("fair", "fair and equitable"),
    ("never", "never ever"),
    # One person of whatever gender.
    ("they", "he", "she", "he or she", "she or he", "he she"),
    ("their", "his", "his or her", "her or his", "his her"),
    ("them", "him", "him or her", "her or him"),
    ("themselves", "himself", "herself", "himself or herself", "herself or himself", "themself"),
    ("chair", "chairman", "chairwoman", "chairperson"),
    # British and American words for the same.
    ("store", "shop"),
    ("stores", "shops"),
    ("violation", "breach"),
    ("violations", "breaches"),
    ("cell towers", "mobile phone masts"),
    ("shipping", "delivery"),
    ("zip code", "postcode", "postal code"),
    ("by mail", "by post", "by writing"),
)


def _single(table: str, name: str) -> frozenset[str]:
    """Return the entries of one word that any language has in a list."""
    return _american(word for word in union(table, name) if " " not in word and "*" not in word)


def _american(words: Iterable[str]) -> frozenset[str]:
    """Return *words* as `normal` spells them too."""
    return frozenset(form for word in words for form in (word, american_of(word)))


@cache
def known_words() -> frozenset[str]:
    """Return single words that bind, limit or answer in any language read here: none is a misspelling of another."""
    languages = map(load_language, list_languages("verdict"))
    return frozenset(
        word
        for language in languages
        for table in ("guards", "parties", "units", "money", "answers", "numbers")
        for name in language.list_names(table)
        for entry in language.list_words(table, name)
        for word in (entry, stem(entry))
    )


#: They say who, and not of what kind.
_PRONOUNS = frozenset("they them their theirs he she others anyone anybody someone somebody".split())
#: Words that date a text without saying from when it binds.
STAMPED = _single("dates", "updated") | _american(union("dates", "stamped"))
#: Words that stand beside the date of a text, whatever day it is.
DATING = (STAMPED - {"ago"}) | frozenset(
    "effective date dated as of since from starting last on in force revision".split()
)
#: Days of the week and time zones, which say no more than the date beside them.
CLOCK = weekday_names() | frozenset(
    """gmt utc bst ist wet west cet cest eet eest msk mez mesz et est edt ct cst cdt mt mst mdt pt pst pdt akst akdt hst
    aest aedt acst awst jst kst hkt sgt nzst nzdt""".split()
)
#: Words about the page itself and how to get about it.
LAYOUT = frozenset(
    """jump select selecting click clicking tap tapping scroll scrolling link links linked section sections page pages
    below above menu tab tabs button header heading headings title table contents index chapter see find found learn
    more icon arrow next following navigate navigation""".split()
)
#: The reader, doing so.
READER = frozenset("you your can each one two three four five six seven eight nine ten part parts any".split())
#: Words of other languages that say who may, must or may not: a short line with one is no label.
FOREIGN_RULING = frozenset(
    word
    for code in list_languages("verdict")
    if code != "en"
    for name in ("negation", "duty", "permission", "only")
    for word in load_language(code).list_words("guards", name)
)
#: Who wrote the template that a policy was made from.
CREDIT = re.compile(
    r"\b(?:based on|adapted from|forked from|derived from|inspired by|generated (?:by|with|using)|created with)\b"
    r".{0,80}"
    r"\b(?:polic(?:y|ies)|templates?|terms|generator|creative commons)\b"
)
#: Words that make a list of names one of recipients.
RECIPIENT = (_single("parties", "third") - _PRONOUNS) | frozenset(
    "provider providers company service services use uses using used".split()
)
#: In the heading of a list these say that its items are parties.
PARTIES = (RECIPIENT - {"services", "service", "use", "uses", "using", "used", "network", "networks"}) | {
    "subprocessors",
    "cookies",
    "trackers",
}
#: And these that they are parties, kinds of data, or what is allowed or forbidden.
LISTED = PARTIES | frozenset(
    """prohibited forbidden restricted banned allowed permitted not collect collected share shared data information
    countries fees rights purposes""".split()
)
#: Words that make a date in a sentence a stamp: "was last updated on".
LAST = _single("dates", "latest") | {"copyright"}
#: What a platform counts of itself.
COUNTED = frozenset(
    """views comments replies likes followers reviews ratings votes members million millions billion recipients visitors
    requests reports downloads subscribers min read""".split()
)
#: Near these a number is a rule and no statistic.
OBLIGING = frozenset("must shall may will should required require at least up fee fees liable within maximum".split())
#: Words that say from when it binds.
EFFECTIVE = _single("dates", "effective") | union("dates", "binding")
#: What stands before a number that only names a place in the text.
REFERENCE = _single("page", "references")

#: Labels that pages show around a policy, in canonical form; a clause is one when such phrases make up all of it.
LABELS = frozenset(map(canonical_text, union("page", "labels", "navigation", "more", "consent")))
#: Those of them that may be partners or kinds of data too.
AMBIGUOUS = frozenset(
    """facebook twitter instagram youtube linkedin tiktok pinterest account contact language languages link image title
    logo icon comments cookies search legal support news jobs new updated""".split()
)
LONGEST_LABEL = max(label.count(" ") + 1 for label in LABELS)
LABEL_WORDS = frozenset(word for label in LABELS for word in label.split())
#: Headings under which a page lists where else to go.
NAVIGATION = re.compile(
    r"\b(?:useful|quick|related|helpful|other|more) (?:links?|resources|articles|topics|pages)\b"
    r"|\b(?:help|support) menu\b|\b(?:table of )?contents\b|\bon this page\b|\bsee also\b|\bnavigation\b|\bfooter\b"
    r"|\bmore (?:help|information)\b"
)
#: A sentence that only points elsewhere.
POINTER = re.compile(
    r"(?:please )?(?:for (?:more|further|additional) (?:information|details)|(?:to )?(?:learn|read|find out|see) more\b"
    r"|(?:check out|browse|see) our (?:[a-z]+ ){0,2}(?:list of )?(?:articles|faqs?|help (?:center|centre|pages))\b"
    r"|more (?:information|details)|you can (?:learn|read|find|see)(?: out)? (?:more|further)|(?:to )?learn about)"
)
#: A short line that wants the reader to do something for the page's sake.
CALL = re.compile(
    r"(?:join|download|get|try|start|subscribe|sign up|shop|explore|discover|watch|follow|meet|find|share|contact"
    r"|upgrade|install|open|see|stay|connect|buy|create your)\b"
)
#: A sentence that tells how to get about the page.
GUIDE = re.compile(r"\bclick (?:on )?(?:the|a) links? below\b|\bjump to (?:a|each|the) section\b")
#: A picker of languages, whatever it lists.
PICKER = re.compile(
    r"\bin (other|another|your) languages?\b|\b(choose|select|change) (your )?(language|country|region)\b"
)
#: What a page asks of its readers, and where it says that they are.
WIDGET = re.compile(
    r"\bdid (?:this|we) (?:answer|solve) your question\b|\bwas this (?:page|article|information) (?:helpful|useful)\b"
    r"|\bthank(?:s| you) for (?:the|your) feedback\b|^you are here\b|^skip to \w+"
)
#: A banner about an outage: a policy that speaks of outages does not apologise for one.
BANNER = re.compile(
    r"\b(?:apolog(?:y|ies|i[sz]e)|sorry) for (?:any|the|this) inconvenience\b|\bthank you for your patience\b"
)
#: A consent layer: it asks, the policy tells.
CONSENT = re.compile(
    r"\b(?:this|our) (?:web)?site uses? cookies\b|\bwe use cookies to help (?:this|our) site\b"
    r"|\bmanage cookies\b|\bagree to cookies\b|\bchange (?:your )?preferences\b|\b(?:decline|allow) (?:all|essential)\b"
    r"|\b(?:we use|uses?) cookies (?:and (?:similar|other) technologies )?"
    r"(?:on this|to (?:improve|give|make|ensure|enhance|personali))"
    r"|\b(?:by (?:clicking|continuing|using)|click(?:ing)?) .{0,60}\b(?:cookies|accept|agree)\b"
    r"|\bcookie (?:settings|preferences)\b|\b(?:accept|reject) (?:all|cookies)\b|\bmanage preferences\b"
)
#: What consent layers say about themselves, whoever made them; a cookie policy says none of it.
CONSENT_LAYER = re.compile(
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
UPDATE_NOTICE = re.compile(
    rf"\bwe(?: are| have)? (?:(?:recently|just|also|now) )?{_UPDATED} "
    rf"(?:our|these|this|the|some of our) .{{0,60}}{_DOCUMENT}\b"
    rf"|\b(?:our|these|the|this) (?:[a-z]+ ){{0,4}}{_DOCUMENT} "
    rf"(?:has|have|was|were|is being|are being|will be) (?:been )?{_UPDATED}\b"
    rf"|\b(?:our|these|the|this) (?:new|updated|revised) (?:[a-z]+ ){{0,3}}{_DOCUMENT} (?:will )?"
    r"(?:takes?|go(?:es)?|comes?|become|be)\b"
)
#: A line that says from when the text binds; once that day has come its going says nothing.
IN_FORCE = re.compile(
    r"\b(?:effective|takes? effect|goes? into effect|comes? into (?:effect|force)|in (?:effect|force))\b"
)
#: A standing clause about updates to come is none.
STANDING = re.compile(r"\b(?:may|from time to time|reserves? the right|at any time|periodically|whenever|if we)\b")
#: Titles of pages, documents and functions: what may be renamed without moving a right.
TITLE = frozenset(
    """terms policy policies statement notice center centre hub portal account login setting settings page site website
    app application platform program agreement guidelines rules principles addendum tool tools feature button menu tab
    dashboard form section studio console store""".split()
)
#: Verbs and nouns near which a name says who gets what, or where one may sue.
BINDING_NAME = frozenset(
    """share shares shared sharing sell sells sold disclose disclosed disclosing transfer transferred provide provided
    providing recipient recipients partner partners processor processors controller affiliate affiliates law laws court
    courts jurisdiction venue arbitration governed county state country located address llc inc ltd limited gmbh corp
    corporation plc bv sarl company""".split()
)

#: A list with this above it thanks people.
THANKS = re.compile(r"\b(?:thank|thanks|thanking|acknowledge?ments?|hall of fame)\b")

#: Forms of companies; where one region's edition names one, another's names another.
COMPANY_FORMS = frozenset(
    "llc inc incorporated corp corporation ltd limited gmbh bv ag sarl sas ab oy pte pty plc kk".split()
)

#: Who gets what: where such a word stands, another name is another party.
HANDED_ON = frozenset(
    """share shares shared sharing sell sells sold disclose discloses disclosed transfer transfers transferred collect
    collects collected collecting receive receives received obtain obtains obtained send sends sent""".split()
)
