"""One way of writing a rule for all languages: the same rules read the words of each."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tostrack.analysis.flags import SHIPPED, flag
from tostrack.analysis.flags.reading_language import find_language, is_read, primary_language
from tostrack.analysis.flags.role_rules import load_role_rules, parse_way
from tostrack.analysis.flags.role_words import load_roles, role_languages
from tostrack.clauses import plain
from tostrack.language.words import LanguageError
from tostrack.models import Clause

SHARES = {("sharing", "permits")}
SHARES_NOT = {("sharing", "restricts")}
LICENCE = {("licensing", "permits")}
KEEPS = {("licensing", "restricts")}
ADS = {("advertising", "permits")}
ADS_OFF = {("advertising", "restricts")}
AI = {("ai", "permits"), ("licensing", "permits")}

CLAUSES = [
    # Verbs at the end, separable verbs, and a negation behind the verb.
    ("de", "Wir geben Ihre personenbezogenen Daten an unsere Werbepartner weiter.", SHARES | ADS),
    ("de", "Ihre Daten können auch an Behörden übermittelt werden, wenn das Gesetz es verlangt.", SHARES),
    ("de", "Wir verkaufen Ihre Daten grundsätzlich nicht an Dritte.", SHARES_NOT),
    ("de", "Sie räumen uns ein weltweites, unentgeltliches Nutzungsrecht an Ihren Inhalten ein.", LICENCE),
    ("de", "Sie behalten sämtliche Rechte an Ihren Inhalten.", KEEPS),
    ("de", "Wir zeigen Ihnen personalisierte Werbung, die Ihren Interessen entspricht.", ADS),
    ("de", "Sie können der personalisierten Werbung jederzeit widersprechen.", ADS_OFF),
    ("de", "Mit Ihren Beiträgen trainieren wir unsere KI-Modelle.", AI),
    ("de", "Wir veräußern personenbezogene Daten an Partner.", SHARES),
    ("de", "Wir geben Ihre Daten nur an Dritte weiter, wenn Sie zugestimmt haben.", SHARES_NOT),
    ("de", "Wir speichern diese Daten auf unseren Servern, ohne diese an Partner weiterzuleiten.", SHARES_NOT),
    ("de", "Die Weitergabe Ihrer Daten an Partner erfolgt nur im Auftrag der Nutzer.", SHARES_NOT),
    ("de", "Eine Weitergabe Ihrer Daten an Kundora erfolgt.", SHARES),
    ("de", "Dabei wird Ihre IP-Adresse an Kundora übermittelt.", SHARES),
    (
        "de",
        "Sie können die Übertragung der Daten an Kundora verhindern, indem Sie ein Plugin installieren.",
        SHARES_NOT,
    ),
    (
        "de",
        "Die Nutzer räumen Kundora das Recht ein, eingestellte Inhalte im Rahmen des Betriebs zu verbreiten.",
        LICENCE,
    ),
    ("de", "Widersprechen Sie der Verarbeitung für Zwecke der Direktwerbung, so endet sie.", ADS_OFF),
    # The company by its name, and no "we".
    ("de", "Kundora darf Ihre Fotos verwenden und veröffentlichen.", LICENCE),
    ("es", "Kundora puede utilizar y reproducir sus fotos.", LICENCE),
    ("fr", "Kundora utilise vos contenus pour promouvoir le site.", LICENCE),
    ("it", "Kundora può utilizzare e riprodurre le tue foto.", LICENCE),
    ("pt", "Kundora pode utilizar as suas fotos no seu site.", LICENCE),
    ("de", "Acme teilt Ihre personenbezogenen Daten mit Werbepartnern.", SHARES | ADS),
    ("nl", "Acme kan uw persoonsgegevens delen met derden.", SHARES),
    ("es", "Acme podrá ceder sus datos personales a terceros.", SHARES),
    ("it", "L'utente concede a Acme una licenza gratuita per utilizzare i suoi contenuti.", LICENCE),
    ("pt", "A Acme pode compartilhar seus dados pessoais com terceiros.", SHARES),
    ("pl", "Acme może udostępniać dane osobowe użytkowników podmiotom trzecim.", SHARES),
    (
        "fr",
        "Vos données, recueillies dans nos magasins ou sur nos sites internet, sont transmises à des tiers.",
        SHARES,
    ),
    ("fr", "Kundora se réserve le droit de partager vos données avec d'autres sociétés.", SHARES),
    ("fr", "Vos données peuvent être transmises aux destinataires suivants :", SHARES),
    ("fr", "Nous pouvons partager vos données personnelles avec nos prestataires.", SHARES),
    ("fr", "Votre adresse est transmise aux membres de notre alliance.", SHARES),
    ("fr", "Nous ne vendons jamais vos données personnelles à des tiers.", SHARES_NOT),
    ("fr", "Vous nous accordez une licence mondiale et gratuite d'utiliser vos contenus.", LICENCE),
    ("fr", "Vous conservez tous les droits sur vos contenus.", KEEPS),
    ("fr", "Nous affichons des publicités adaptées à vos centres d'intérêt.", ADS),
    ("es", "Podemos compartir sus datos personales con terceros.", SHARES),
    ("es", "Nunca vendemos su información personal a terceros.", SHARES_NOT),
    ("es", "Usted nos concede una licencia mundial y gratuita para utilizar su contenido.", LICENCE),
    ("es", "Mostramos publicidad personalizada según sus intereses.", ADS),
    ("it", "Possiamo condividere i tuoi dati personali con i nostri partner.", SHARES),
    ("it", "Non vendiamo i tuoi dati personali a terzi.", SHARES_NOT),
    ("it", "L'utente ci concede una licenza gratuita e mondiale per utilizzare i suoi contenuti.", LICENCE),
    ("pt", "Podemos compartilhar seus dados pessoais com nossos parceiros.", SHARES),
    ("pt", "Não vendemos seus dados pessoais a terceiros.", SHARES_NOT),
    ("pt", "Você nos concede uma licença mundial e gratuita para usar seu conteúdo.", LICENCE),
    ("nl", "Wij geven uw persoonsgegevens door aan onze partners.", SHARES),
    ("nl", "Wij verkopen uw gegevens nooit aan derden.", SHARES_NOT),
    ("nl", "U verleent ons een wereldwijde, kosteloze licentie om uw inhoud te gebruiken.", LICENCE),
    ("pl", "Możemy udostępniać dane osobowe użytkowników naszym partnerom.", SHARES),
    ("pl", "Nie sprzedajemy danych osobowych użytkowników podmiotom trzecim.", SHARES_NOT),
    ("pl", "Użytkownik udziela nam nieodpłatnej licencji na korzystanie z treści użytkownika.", LICENCE),
]

NOTHING = [
    ("de", "Sie dürfen Ihr Passwort nicht an Dritte weitergeben, denn Sie haften als Nutzer dafür."),
    ("de", "Wir gewähren Ihnen eine persönliche, nicht übertragbare Lizenz zur Nutzung der Software."),
    ("de", "In dieser Erklärung erläutern wir, wie wir Informationen erheben und teilen."),
    ("de", "An welche Partner geben wir Ihre Daten weiter?"),
    ("de", "Der Anbieter behält sich das Recht vor, eingestellte Inhalte von der Veröffentlichung auszuschließen."),
    ("de", "Unverschlüsselt preisgegebene Daten können von Dritten mitgelesen werden."),
    ("fr", "Un traceur permet, par voie de transmission électronique, l'accès à des informations stockées."),
    ("es", "Pixhaus no concede ninguna licencia de uso sobre sus derechos de propiedad intelectual."),
    ("fr", "Partage des informations"),
    ("fr", "Il est possible qu'un tiers nous ait fourni des informations vous concernant."),
    ("fr", "Dans quels cas communiquons-nous vos données à des tiers ?"),
    ("fr", "Pixboard vous confère un droit d'usage privé et non exclusif sur les pages et les informations."),
    ("fr", "Nous pourrons vous demander une copie d'un document attestant de votre identité."),
    ("fr", "Vous devez éviter de partager vos données d'accès avec des tiers."),
    ("fr", "Nous vous accordons une licence personnelle et non transférable d'utiliser l'application."),
    ("fr", "Vous pouvez partager vos photos avec vos amis sur la page de votre choix."),
    ("es", "Le concedemos una licencia personal e intransferible para usar la aplicación."),
    ("it", "Le presenti condizioni sono regolate dalla legge dello Stato e dal buon senso."),
    ("nl", "Een gebruiker mag een advertentie plaatsen voor elk product dat hij verkoopt."),
    ("it", "Se scegli di condividere contenuti con altre persone, useremo il loro indirizzo e-mail per farlo."),
    ("pl", "Gdy użytkownik wysyła treści innej osobie, używamy adresu e-mail odbiorcy tylko w tym celu."),
    ("pl", "Ani my, ani nasi dostawcy usług nie możemy zagwarantować dokładności dostarczonych danych."),
    ("fr", "Nous recevons le nom des campagnes publicitaires qui vous ont fait venir."),
    ("pl", "Skrzynka jest przechowywana w celu przekazywania do niej wiadomości e-mail użytkownika."),
    ("pl", "Reklamacja powinna zawierać opis wady i numer zamówienia, a także datę zakupu."),
]


def said(text):
    return {(found.topic, str(found.polarity)) for found in SHIPPED.of_clause(Clause("p", text))}


@pytest.mark.parametrize(("language", "text", "expected"), CLAUSES)
def test_a_clause_is_flagged_in_its_language(language, text, expected):
    assert said(text) == expected


@pytest.mark.parametrize(("language", "text"), NOTHING)
def test_a_clause_about_something_else_is_not_flagged(language, text):
    assert said(text) == set()


@pytest.mark.parametrize(("language", "text", "expected"), CLAUSES)
def test_a_quote_is_a_piece_of_its_clause_in_every_language(language, text, expected):
    assert all(text[found.start : found.end] == found.quote for found in flag(text))


ENGLISH = ("en", "We may share your data with our partners and show you ads.", SHARES | ADS)
MARKED = (
    st.sampled_from([ENGLISH, *CLAUSES]).map(lambda item: item[1])
    | st.sampled_from([ENGLISH, *CLAUSES]).map(lambda item: f"**{item[1].replace(' ', '  ', 3)}**")
    | st.sampled_from(
        ["*", "[", "](https://acme.example)", "`", "\u00a0", "\u00ad", "İ", "ß", "\u0301", "😀", "\t", "\\", "&amp;"]
    )
    | st.text(max_size=12)
)


@given(st.lists(MARKED, max_size=6), st.sampled_from(["", " "]))
def test_quotes_stand_at_their_offsets_in_marked_and_plain_text(pieces, gap):
    text = gap.join(pieces).replace("\n", " ")
    clause = Clause("p", text)
    found = SHIPPED.of_clause(clause)

    assert [item.quote for item in found] == [plain(text)[item.start : item.end] for item in found]
    assert [item.quote for item in flag(text)] == [text[item.start : item.end] for item in flag(text)]


def test_the_words_of_a_clause_tell_its_language():
    french = "Nous ne vendons jamais vos données personnelles à des tiers et nous ne les louons pas non plus."

    assert said(french) == SHARES_NOT
    assert said("We never sell your personal data to anyone.") == SHARES_NOT


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Aby świadczyć nasze usługi, możemy ujawniać dane osobowe:", "pl"),
        ("Para fornecer nossos serviços, podemos divulgar dados pessoais para:", "pt"),
        ("Excepto lo que sigue, no compartimos ninguna información a menos que acepte que podemos hacerlo.", "es"),
    ],
)
def test_a_lead_in_tells_its_language_by_small_words(text, language):
    assert find_language(text) == language


def test_a_short_item_is_read_in_the_language_of_its_lead_in():
    item = Clause("li", "an Behörden", (), "Wir geben Ihre Daten weiter:")

    assert [found.quote for found in SHIPPED.of_clause(item)] == ["an Behörden"]
    assert SHIPPED.of_clause(Clause("li", "Behörden")) == ()


def test_who_sent_the_data_is_not_who_passes_it_on():
    assert (
        said("Les informations que vous avez saisies seront partagées avec des tiers choisis par nos soins.") == SHARES
    )


def test_a_list_in_brackets_does_not_part_data_from_who_gets_it():
    text = "Nous transférons les coordonnées (nom, prénom, ville, rue, étage, porte, code, sonnette) aux prestataires choisis."
    (found,) = flag(text)

    assert (found.topic, found.quote) == ("sharing", text[text.index("transf") : text.index(" choisis")])


def test_a_lead_in_that_only_points_back_is_read_with_the_sentence_before():
    lead = "Nous communiquons vos données à des sociétés choisies. Il s'agit notamment de :"
    (found,) = SHIPPED.of_clause(Clause("li", "prestataires de paiement et de livraison", (), lead))

    assert found.topic == "sharing"


def test_an_item_names_who_gets_data_under_a_heading_about_them():
    def quotes(kind, text, heading):
        found = SHIPPED.of_clause(Clause(kind, text, ("Politique", heading)))
        return [flag.quote for flag in found if flag.topic == "sharing"]

    assert quotes("li2", "nos prestataires de paiement et de livraison", "Destinataires des données") == [
        "nos prestataires"
    ]
    assert quotes("p", "• nos prestataires de paiement", "Destinataires des données") == ["nos prestataires"]
    assert quotes("li", "nos prestataires de paiement et de livraison", "Prix et paiement") == []
    assert quotes("li", "vous n'êtes pas un tiers", "Destinataires des données") == []


def test_the_number_of_an_item_is_no_sentence_of_it():
    item = Clause("li", "5. Reclame in berichten.", (), "Niet toegestaan is de volgende reclame voor u:")

    assert SHIPPED.of_clause(item) == ()


def test_a_language_without_words_for_roles_is_not_read():
    assert said("Megoszthatjuk személyes adatait harmadik felekkel, hogy jobb szolgáltatást nyújtsunk.") == set()
    assert not is_read("hu")
    assert is_read("de")
    assert is_read("en")


@pytest.mark.parametrize(("tag", "code"), [("pt-BR", "pt"), ("DE", "de"), ("", ""), ("?", ""), (" fr_CH", "fr")])
def test_a_tag_is_cut_to_its_language(tag, code):
    assert primary_language(tag) == code


def test_a_text_that_tells_nothing_is_read_as_english():
    assert find_language("OK") == "en"
    assert find_language("") == "en"


def test_every_rule_of_roles_is_told_in_plain_words():
    for rule in load_role_rules("de").rules:
        assert SHIPPED.meaning(rule.name, rule.polarity) == rule.meaning
        assert rule.why
        assert rule.meaning


def test_every_way_of_every_rule_can_be_read_in_every_language():
    assert role_languages() == {"de", "es", "fr", "it", "nl", "pl", "pt"}
    for code in role_languages():
        rules = load_role_rules(code)
        for rule in rules.rules:
            assert rule.ways, rule.name
            assert all(need for way in rule.ways for need in way.needs), (code, rule.name)


def test_a_way_that_cannot_be_read_is_refused():
    with pytest.raises(ValueError, match="cannot read"):
        parse_way("disclose data", load_roles("de"))


def test_there_are_no_roles_of_an_unknown_language():
    with pytest.raises(LanguageError):
        load_roles("xx")
