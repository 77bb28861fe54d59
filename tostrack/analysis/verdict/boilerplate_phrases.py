"""Phrases that pages use about themselves, in any language: labels, widgets, banners, pointers."""

from __future__ import annotations

from tostrack.language.lazy_pattern import lazy_pattern

#: The whole of a line, in lower case and without its last stop.
_WHOLE = lazy_pattern(
    r"(?:you are|you're) (?:currently )?(?:viewing|reading|looking at) an? "
    r"(?:archived|previous|older|outdated|earlier|old) version\b[^.]{0,60}"
    r"|this is (?:the (?:current|latest)|an? (?:archived|older|previous|outdated)) version(?: of"
    r" (?:this|our|the) [^.]{0,40})?"
    r"|(?:click here to )?(?:see|view) (?:the )?(?:current|latest|previous|earlier|archived|original) versions?"
    r"|view original"
    r"|(?:this|the) (?:article|page|content|text) (?:was|has been|is) (?:automatically |machine.)?translated"
    r"(?: (?:automatically|by machine|using [a-z ]{0,30}))?"
    r"|this (?:page|article|document|policy) is also available in:? .{0,80}"
    r"|(?:please )?(?:enable|turn on|activate) javascript\b[^.]{0,60}"
    r"|(?:this|the) (?:page|site|website|app) (?:requires|needs) javascript\b[^.]{0,40}"
    r"|(?:your|this) browser is (?:not supported|no longer supported|out of date|outdated)"
    r"|for the best experience,? (?:please )?(?:update|use|switch|upgrade)\b[^.]{0,60}"
    r"|using a screen reader\?? ?(?:open|view|go to|try) (?:the|our) accessible version(?: of this page)?"
    r"|using a screen reader\?"
    r"|(?:open|view|go to|try) (?:the|our) accessible version(?: of this page)?"
    r"|\d+ (?:out )?of \d+ (?:people |users |readers )?found this (?:article |page )?helpful"
    r"|(?:hi!? )?(?:i'm|i am) [a-z]+, your virtual assistant"
    r"|(?:how|what) (?:can|may) (?:i|we) (?:help|do)(?: you)?(?: with| for you)?(?: today)?\??"
    r"|hi(?: there)?|hello|hello,? sign in"
    r"|we(?:'re| are) hiring|(?:how would you )?rate this page\??|how would you rate this (?:page|article)\?"
    r"|(?:sale|offer|deal) ends in \d+(?::\d+)+|find out how|visit (?:our|the) help cent(?:er|re) to learn how"
    r"|[1-5](?: [1-5]){2,4}|tell us more(?: \(optional\))?|tell us how we(?:'re| are) doing|(?:have|got) a moment\?"
    r"|take (?:the |our |a |this )?(?:short |quick )?survey|i (?:still )?have a(?:nother| different) question"
    r"|\d?\d:\d\d ?/ ?\d+(?::\d\d)?|(?:(?:ctrl|cmd|alt|shift|⌘|⌥|⇧) ?\+? ?)+[a-z0-9]"
    r"|this (?:web)?site uses cookies(?: to ensure you get the best experience)?|got it|ok"
    r"|(?:about )?\d+.?(?:min|minutes?)\.? (?:read|reading time)|reading time:? \d+ min(?:utes?)?"
    r"|rated \d(?:[.,]\d)? (?:out of|/) ?\d (?:stars )?(?:by|from|based on) [\d,. ]+ [a-z]+"
    r"|\d(?:[.,]\d)? (?:out of|/) ?\d(?: stars)? \([\d,. ]+ (?:ratings|reviews|votes)\)"
    r"|your ip(?: address)?(?: is)?:? [\da-f.:]{7,39}"
    r"|(?:my |your |shopping )?(?:basket|cart|bag) ?\(?\d+\)?(?: items?)?(?: ?[€£$] ?[\d.,]+)?"
    r"|(?:file )?size:? \d+(?:[.,]\d+)? ?[kmg]b"
    r"|(?:written )?by [a-z]+(?: [a-z]+)?"
    r"|updated (?:about |over |almost )?(?:an?|\d+) [a-z]+ ago"
    r"|war dieser (?:artikel|beitrag) hilfreich\?|cet article vous a.t.il (?:été utile|aidé) ?\?"
    r"|¿(?:te|le) ha (?:sido útil|resultado útil) este artículo\?|questo articolo (?:ti )?è stato utile\?"
    r"|was dit artikel nuttig\?|este artigo foi útil\?|czy ten artykuł był pomocny\?"
)
#: A line of no more characters may be one of them.
_LINE = 200
_STOPS = " .!*_"


def speaks_of_itself(sentences: list[str]) -> bool:
    """Whether each of *sentences* is what a page says about itself and how it is read."""
    return bool(sentences) and all(_is_of_page(sentence) for sentence in sentences)


def _is_of_page(sentence: str) -> bool:
    line = sentence.strip().lower().replace("’", "'").strip(_STOPS)
    return len(line) <= _LINE and bool(_WHOLE.fullmatch(line))


#: What sells or invites, around a policy; inside of one it may be a promise.
_OFFER = lazy_pattern(
    r"\b\d+ ?% off\b|\bsave (?:up to )?(?:[€£$] ?)?\d+|\bwith code [a-z]+\b|\bshop now\b|\bblack friday\b"
    r"|\b(?:in|to) your inbox\b|\b(?:sign up|subscribe) (?:to|for) (?:our|the) newsletter\b|\bstart your free trial\b"
    r"|\bdownload (?:our|the) app\b|\bfree every (?:day|week|weekday|morning)\b"
)
_NO_OFFER = lazy_pattern(
    r"\b(?:must|shall|may|not|no|never|only|agrees?|agreed|consents?|shares?|sells?|collects?|terms|policy|fees?|charged?|renews?|by"
    r"|age|liable)\b"
)


def offers(text: str) -> bool:
    """Whether *text* is a line of advertising: it offers something and obliges nobody."""
    line = text.lower()
    return len(line) <= _LINE and bool(_OFFER.search(line)) and not _NO_OFFER.search(line)


_MORE = lazy_pattern(
    r"(?:mehr (?:dazu|informationen|infos)|weitere informationen|näheres|(?:pour )?en savoir plus"
    r"|pour plus d.informations"
    r"|(?:para )?más información|para saber más|scopri di più|per (?:maggiori|ulteriori) informazioni"
    r"|(?:voor )?meer informatie|lees meer|meer weten|dowiedz się więcej|więcej informacji|saiba mais"
    r"|para mais informações|mais informações)\b(?P<rest>[^.;:]{0,80})"
)
_DOCUMENT = lazy_pattern(
    r"(?:\w*(?:richtlinien?|erklärung|hilfe|hinweise[n]?)|hier|politique|aide|ici|política|aquí|ayuda|página|informativa"
    r"|pagina|qui|\w*(?:beleid|verklaring)|polityc\w+|tutaj|stronie|aqui)(?: (?:de |des |sur les )?cookies)?$"
)
_SEE = lazy_pattern(
    r"(?:please )?see (?:also )?(?:our|the) (?:[a-z]+ ){1,3}(?:policy|notice|statement|page|guide|article|faqs?)"
    r"(?: for (?:more|details|further details|(?:more|further) information))?"
)


_READ = lazy_pattern(
    r"(?:you can |to )?(?:read|view|see|find|download) (?:an? |the |our )?"
    r"(?:summary|overview|copy|pdf|printable version)"
    r" of (?:our|the|these|this) (?:[a-z]+ ){0,2}(?:terms|policy|notice|statement|agreement)(?: of (?:use|service))?"
    r"(?: here)?"
)


def points_elsewhere(sentence: str) -> bool:
    """Whether *sentence*, in any language known here, only says where there is more to read."""
    line = sentence.strip().lower().strip(_STOPS)
    if _SEE.fullmatch(line) or _READ.fullmatch(line):
        return True
    match = _MORE.fullmatch(line)
    rest = match["rest"].strip(" ,") if match else None
    return rest is not None and (not rest or bool(_DOCUMENT.search(rest)))
