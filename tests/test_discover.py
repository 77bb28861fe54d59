"""A site in, its policies out; a home page is none of them."""

import json

import pytest
from click.testing import CliRunner
from conftest import paragraphs
from fakes import FaultServer, answer

from tostrack.cli import cli
from tostrack.extraction.policy_links import find_policy_links, links_in_json
from tostrack.language.document_kind import kind_of_name

URL = "https://acme.example/"


@pytest.mark.parametrize(
    ("name", "path", "kind"),
    [
        ("Terms", "/t", "terms"),
        ("Terms & Conditions", "/t", "terms"),
        ("Website Terms of Use ", "/t", "terms"),
        ("Privacy", "/privacy", "privacy"),
        ("Datenschutzerklärung", "/x", "privacy"),
        ("Politique de confidentialité", "/x", "privacy"),
        ("Política de privacidad", "/x", "privacy"),
        ("利用規約", "/x", "terms"),
        ("AGB", "/x", "terms"),
        ("Impressum", "/x", "imprint"),
        ("Cookie Policy", "/x", "cookies"),
        ("Data Processing Addendum", "/x", "data-processing"),
        ("Sub-processors", "/x", "sub-processors"),
        ("Service Level Agreement", "/x", "sla"),
        ("API Terms of Service", "/x", "developer-terms"),
        ("Acceptable Use Policy (PDF)", "/x", "acceptable-use"),
        ("AI Policy", "/x", "ai"),
        ("Community Guidelines", "/x", "community-guidelines"),
        ("Legal", "/legal", "hub"),
        ("Acme Privacy Policy", "/legal/privacy", "privacy"),
        ("How we handle what you give us", "/legal/privacy-policy", "privacy"),
        ("Impressum & Kontakt", "/rechtliches/impressum", "imprint"),
        ("Data Processing Addendum (DPA)", "/legal/dpa", "data-processing"),
        ("Service Credit Terms", "/policies/service-credit-terms", "terms"),
        ("Commercial Terms of Service", "/terms/commercial-terms-of-service", "terms"),
        ("Comment nous protégeons vos données", "/politique-de-confidentialite", "privacy"),
        ("Was wir speichern", "/datenschutzerklaerung", "privacy"),
        ("Så hanterar vi personuppgifter", "/integritetspolicy", "privacy"),
        ("Allmänna villkor", "/villkor", "terms"),
        ("個人情報保護方針", "/x", "privacy"),
        ("Conditions générales de vente", "/cgv", "terms"),
        ("How we use your content to train our models", "/x", "ai"),
        ("C.G.V.", "/x", "terms"),
        ("Privacy by design, in every thread", "/why/privacy", ""),
        ("Voir conditions de notre offre", "/offre/conditions", ""),
        ("Security & Privacy", "/security-and-privacy", ""),
        ("Our view on privacy", "/our-view-on-privacy", ""),
        ("Data and privacy", "/actions/protecting-privacy-and-security", ""),
        ("Terms of our sale!", "/spring", ""),
        ("Free privacy policy template", "/tools/template", ""),
        ("Privacy Policy", "/magazin/privacy-policy", ""),
        ("Privacy that you can feel", "/blog/privacy", ""),
        ("Privacy Policy", "/blog/privacy-policy", ""),
        ("Why privacy matters to boats", "/why-privacy", ""),
        ("Shop our boats", "/shop", ""),
        ("Terms of endearment, a novel about boats", "/novel", ""),
        ("", "/privacy", ""),
        ("Boat Forum Nutzungsbedingungen", "/forum-nutzungsbedingungen-id201396/", "terms"),
        ("Your rights", "/articles/115014893428-Terms-of-service", "terms"),
        ("Kontakt/Impressum", "/kontakt-impressum/", "imprint"),
        ("Privacy & AGBs", "/info/10-0.html", "privacy"),
        ("Privacy Policy European Union", "/privacy-policy-european-union", "privacy"),
        ("Advertising Terms", "/about/advertising-terms-and-conditions", "terms"),
        ("Conditions d'utilisation", "/x", "terms"),
        ("Políticas de Privacidad", "/x", "privacy"),
        ("Regulaminy", "/x", "terms"),
        ("Data privacy", "/technology/data-privacy", ""),
        ("Datenschutz", "/thema/datenschutz/", ""),
        ("Datenschutzgrundverordnung", "/service/dsgvo", ""),
        ("Boote und Barrierefreiheit", "/boote/boote-und-barrierefreiheit.html", ""),
        ("Cookies", "/recipes/dishes/cookie-recipes", ""),
    ],
)
def test_a_link_is_known_by_its_whole_name(name, path, kind):
    assert kind_of_name(name, f"https://acme.example{path}") == kind


def test_a_page_names_its_policies_in_links_and_for_machines():
    html = """<html><head><link rel=privacy-policy href=/p>
        <script type="application/ld+json">{"@graph": [{"termsOfService": "/tos"}]}</script>
        <script type="application/ld+json">{broken</script></head><body>
        <a href=/t>Terms</a><a href="/t#2">Terms</a><a href=/c aria-label="Cookie Policy"></a><a href=/>Legal</a>
        <a href="javascript:terms()">Terms</a></body></html>"""

    assert [(link.kind, link.address) for link in find_policy_links(html, URL)] == [
        ("terms", "https://acme.example/t"),
        ("cookies", "https://acme.example/c"),
        ("privacy", "https://acme.example/p"),
        ("terms", "https://acme.example/tos"),
    ]


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, '{"info": {"termsOfService": 1}}', '{"a": "terms"}'])
def test_what_is_no_description_names_nothing(text):
    assert links_in_json(text.encode(), URL) == []


def test_an_interface_names_its_terms():
    [link] = links_in_json(b'{"openapi": "3.1.0", "info": {"termsOfService": "/api-terms"}}', URL)

    assert (link.kind, link.address) == ("terms", "https://acme.example/api-terms")


HOME = """<html><head><title>Acme Paper Boats</title></head><body><main><p>Boats of paper for all who want to sail.</p></main>
<footer><a href=/legal>Legal</a> <a href=/terms>Terms</a> <a href=https://other.example/privacy>Privacy Policy</a></footer>
</body></html>"""


@pytest.fixture
def run(platform):
    path = platform.folder / "watchlist.toml"
    path.write_text('[settings]\ndelay = 0\nallow_private = ["127.0.0.1"]\n[watch.x.y]\nurl = "https://x.example/y"\n')
    return lambda *args: CliRunner().invoke(cli, ["-w", str(path), *args])


@pytest.fixture
def server():
    with FaultServer() as server:
        server.on("/", answer(HOME))
        server.on("/legal", answer("<a href=/privacy>Privacy Policy</a><a href=/dpa>DPA</a>"))
        server.on("/robots.txt", answer(f"Sitemap: {server.url}/map.xml\n"))
        server.on("/map.xml", answer(f"<urlset><url><loc>{server.url}/cookie-policy.html</loc></url></urlset>"))
        server.on("/.well-known/security.txt", answer(f"Policy: {server.url}/disclosure\n"))
        yield server


def test_discover_reads_footer_legal_pages_site_map_and_statements(run, server):
    result = run("discover", f"{server.url}/", "--json")

    assert result.exit_code == 0, result.output
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(each["kind"], each["address"].removeprefix(server.url)) for each in found] == [
        ("terms", "/terms"),
        ("privacy", "/privacy"),
        ("cookies", "/cookie-policy.html"),
        ("data-processing", "/dpa"),
        ("security", "/disclosure"),
    ]


def test_add_of_a_home_page_refuses_and_offers_discover(run, server):
    result = run("add", f"{server.url}/", "--service", "acme", "--document", "home")

    assert result.exit_code == 2
    assert f"tostrack discover {server.url}/" in result.stderr


def test_a_policy_at_the_front_of_its_host_is_no_home_page(run, server):
    clauses = [f"In case {number} you keep every right in what you draw for us." for number in range(40)]
    page = paragraphs(*clauses, title="Privacy Policy").replace("</main>", "</main><a href=/terms>Terms</a>")
    server.on("/", answer(page))

    result = run("add", f"{server.url}/", "--service", "acme", "--document", "privacy", "--dry-run")

    assert result.exit_code == 0, result.output
