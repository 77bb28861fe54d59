"""What servers say instead of a policy: outages, logins, challenges, consent walls, shells and redirects."""

from __future__ import annotations

import re

#: The shortest real documents watched by peers are imprints of about 60 words; stock error pages have up to 120. Words
#: alone convict only a text shorter than this: a policy may speak of outages, logins and cookies.
SHORT = 150

#: What pages say instead of a policy, most telling first. Matched in the canonical text: lower case, no punctuation.
_PHRASES = {
    "needs-js": (
        "(?:enable|turn on|activate|activer) javascript|javascript (?:is|to be) (?:disabled|required|enabled)",
        "requires javascript|without javascript|javascript activé|javascript aktivieren|habilitar javascript",
    ),
    "blocked": (
        "checking (?:your|if the site) (?:browser|connection)|verify(?:ing)? (?:that )?you are (?:a )?human",
        "just a moment|access (?:to this page )?(?:has been |is )?denied|attention required|not a robot",
        "you(?:re| are| have been) (?:temporarily )?blocked|request (?:was |has been )?blocked|pardon our interruption",
        "403 forbidden|^forbidden|too many requests|ray id|incident id|captcha|bot detection",
        "security (?:check|verification)|unusual (?:traffic|activity)",
    ),
    "login": (
        "(?:must|need to|have to|please) (?:be logged in|log ?in|sign ?in)|forgot(?:ten)? (?:your )?password",
        "(?:log|sign) ?in to (?:continue|your account|see|view)|create (?:a )?new account",
        "connectez vous|melden sie sich an|inicia sesión|accedi al tuo account|entre na sua conta",
    ),
    "consent": (
        "before you continue|accept (?:all )?cookies|reject all|manage (?:your )?(?:cookie )?preferences",
        "we value your privacy|alle akzeptieren|tout accepter|aceptar todas|accetta tutti",
        r"how old are you|(?:confirm|verify|enter) your (?:age|date of birth)|age verification",
        r"(?:\d\d|of legal age) (?:or older )?to enter|bestätige dein alter|confirmez votre âge|confirma tu edad",
    ),
    "maintenance": (
        r"(?:down|closed) for (?:\w+ )?maintenance|(?:under|scheduled|undergoing) (?:\w+ )?maintenance",
        "maintenance mode|en maintenance|wartungsarbeiten|en mantenimiento|in manutenzione",
    ),
    "outage": (
        "something went wrong|(?:be|are) right back|be back (?:soon|shortly)|service (?:is )?unavailable|bad gateway",
        "internal server error|gateway time ?out|connection timed out|host error|database (?:connection )?error",
        r"try again (?:later|in a)|temporarily unavailable|technical difficult\w+|over capacity",
        "an error (?:has )?occurred|unexpected error|une erreur|ein fehler|se ha producido un error",
    ),
    "wrong-page": (
        "(?:page|content|site) (?:was |could |can )?(?:not|cannot) be found|page (?:was )?not found",
        "(?:isnt|is not) available right now|page (?:isnt|is not) available",
        "(?:doesnt|does not|no longer) exists?",
        "404 (?:error|not found|page)|error 404|no longer available|be(?:ing)? redirected|redirecting",
        "domain (?:is|may be) for sale|account (?:has been )?suspended",
        "ist (?:momentan|derzeit|leider) nicht verfügbar|nest pas disponible|no está disponible|non è disponibile",
        "page introuvable|seite nicht gefunden|página no encontrada|pagina non trovata",
        "^index of|it works|welcome to nginx|default page",
    ),
}
_SAYS = {cause: re.compile(rf"\b(?:{'|'.join(phrases)})\b") for cause, phrases in _PHRASES.items()}


def classify_error_page(said: str) -> str:
    """Return what the canonical text *said* speaks like, as a word of `extract.suspect.CAUSES`; empty for a policy."""
    return next((cause for cause, pattern in _SAYS.items() if pattern.search(said)), "")
