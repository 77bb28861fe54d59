"""The vocabulary of promises: words whose coming or going may move what is allowed, owed, collected or handed on."""

from __future__ import annotations

from tostrack.analysis.verdict.lexicon import ACTORS
from tostrack.analysis.verdict.normal_form import american_of, is_mail, is_number, stem

_WHO = """
    third party person partner affiliate affiliated subsidiary vendor provider advertiser processor controller
    recipient authority government police court enforcement employer employee contractor parent guardian child
    kid minor adult teen teenager family friend member subscriber user customer consumer client guest visitor
    publisher developer creator seller buyer merchant business enterprise organization company broker agent
    representative investor successor researcher scientist public everyone anyone everybody anybody nobody
    somebody someone individual people resident citizen licensor licensee licensed landlord tenant student
    teacher school employer patient staff team admin administrator owner holder platform operator host network
    bank insurer carrier reseller distributor supplier sponsor
"""
_DATA = """
    data datum information name surname nickname username address phone telephone mobile number email mail
    location gps photo photograph picture image video audio voice speech face facial biometric fingerprint
    retina genetic dna health medical race racial ethnic ethnicity religion religious political opinion union
    sexual sex orientation gender age birth birthday identity identity identification identifier id passport
    license visa financial bank account card credit debit payment transaction purchase order invoice history
    browsing search cookie pixel beacon tag device browser ip log usage activity behavior behaviour habit
    contact content message conversation chat call post comment profile password credential metadata
    demographic interest preference sensor camera microphone calendar file document record keystroke tracker
    statistic income salary education occupation signature handwriting selfie prompt input output recording
    transcript
"""
_PRACTICE = """
    collect collection gather use using usage process processing store storage storing retain retention keep
    hold delete deletion erase remove removal share sharing sell sale sold rent disclose disclosure transfer
    transmit send receive obtain access track tracking monitor record scan analyze analyse analysis combine
    merge match infer derive aggregate anonymize pseudonymize encrypt protect secure publish display copy
    modify distribute reproduce perform translate adapt host sublicense assign exploit moderate moderation
    review block hide limit restrict export import upload download install uninstall intercept eavesdrop crawl
    scrape harvest train training learn learning model ai artificial automated automatic machine algorithm
    profile profiling personalize personalization target targeted targeting retarget advertise advertising ad
    advertisement advert marketing market promote promotion promotional sponsor commercial commercially
    noncommercial research analytics improve fraud security verify verification authenticate monetize measure
"""
_CONTRACT = """
    agree agreement consent accept acceptance grant license licence waive waiver release indemnify indemnity
    liable liability warrant warranty guarantee terminate termination suspend suspension cancel cancellation
    renew renewal refund charge bill billing pay paid payable payment fee price pricing cost tax subscription
    subscribe trial free premium dispute arbitrate arbitration arbitrator mediate mediation class jury sue
    lawsuit litigation claim damage damages loss govern governing law legal legally jurisdiction venue
    regulation statute notice notify notification opt object objection withdraw withdrawal request appeal
    complain complaint right rights title ownership own property intellectual copyright trademark patent moral
    obligation obligate duty responsible responsibility permit permission permitted allow allowed prohibit
    prohibited forbid forbidden restriction require required requirement ban enforce violate violation breach
    comply compliance bind binding void valid invalid effective expire expiry breach penalty fine deposit
    credit reward commission deactivate disable reactivate close closure lock ban reclaim revoke eligible
    eligibility assign survive sever severable remedy injunction discretion exclusive exclusively sole solely
    perpetual irrevocable worldwide royalty transferable sublicensable transferrable territory country state
    region european union union international domestic abroad overseas
"""
_CONDITION = """
    not no none never nor neither without unless except exception only if when until till before after while
    within during since all any each every some most both either another other others more less least fewer
    may must shall will would can could should might always ever immediately promptly permanently permanent
    temporarily temporary indefinitely voluntary voluntarily explicit explicitly express expressly implied
    prior advance written writing oral reasonable reasonably unreasonable material materially personal
    personally public publicly private privately anonymous anonymously pseudonymous aggregated encrypted
    unencrypted sensitive special necessary essential optional mandatory compulsory minimum maximum full fully
    partial partially entire entirely limited unlimited direct directly indirect indirectly internal external
    first last daily weekly monthly yearly annual annually quarterly once twice hour day week month year half
    double triple lawful unlawful legitimate commercially absolute absolutely solely verified unverified
    active inactive former current future new existing registered unregistered authorized unauthorized equal
    different same safe unsafe precise approximate exact raw complete foreseeable unforeseeable certain
    specific online offline
"""
_CONDUCT = """
    harass harassment abuse abusive bully bullying threat threaten violence violent hate hateful terror
    terrorism terrorist nude nudity porn pornography pornographic drug alcohol tobacco weapon gun firearm
    gamble gambling lottery scam spam mislead misleading deceive deceptive deception impersonate infringe
    infringement counterfeit suicide harm harmful exploit exploitation discriminate discrimination extremist
    extremism illegal crime criminal dangerous offensive obscene defame defamatory fake false falsify stalk
    dox trafficking hack hacking malware virus phishing cheat bot caste disability disabled nationality
    immigrant animal blood gore disinformation misinformation synthetic deepfake deceased dead death life
    injury hazard weapon regulated restricted
"""

#: What carries meaning, as stems.
_BINDING = frozenset(
    stem(form)
    for word in " ".join((_WHO, _DATA, _PRACTICE, _CONTRACT, _CONDITION, _CONDUCT, *ACTORS)).split()
    for form in (word, american_of(word))
)


def binds(word: str) -> bool:
    """Whether *word* (a token of `normal`, or its stem) may move a right, a duty, a practice, a party or a sum."""
    return is_number(word) or is_mail(word) or not word[:1].isalpha() or word in _BINDING or stem(word) in _BINDING
