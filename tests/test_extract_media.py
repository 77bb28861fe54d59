"""What kind of file an answer is: by its bytes, its label, its name."""

import pytest

from tostrack.extraction import extract
from tostrack.extraction.media import kind_of, without_preamble

MARKDOWN = "# Terms\n\n## Your boats\n\nYou may fold **boats**.\n\n- You keep them.\n"
TEXT = "TERMS\n\nYou may fold boats.\n"


@pytest.mark.parametrize(
    ("content", "content_type", "url", "kind"),
    [
        (MARKDOWN.encode(), "text/markdown; charset=utf-8", "", "markdown"),
        (MARKDOWN.encode(), "text/plain", "https://acme.example/terms.md", "markdown"),
        (MARKDOWN.encode(), "application/octet-stream", "https://acme.example/terms.md?raw=1", "markdown"),
        (TEXT.encode(), "text/plain", "https://[", "text"),
        (TEXT.encode(), "application/octet-stream", "", "text"),
        (TEXT.encode(), "binary/octet-stream", "", "text"),
        (b"<p>You may fold boats.", "application/octet-stream", "", "html"),
        (TEXT.encode(), "text/html", "", "html"),
        (TEXT.encode(), "", "", "html"),
        (b"%PDF-1.4", "", "", "pdf"),
        (b"\xef\xbb\xbf%PDF-1.4", "application/octet-stream", "", "pdf"),
        (b"\r\n" * 400 + b"%PDF-1.4", "text/html", "", "pdf"),
        (b"\r\n" * 600 + b"%PDF-1.4", "text/html", "", "html"),
        (b"<p>A file begins with %PDF-1.4", "text/html", "", "html"),
        (b"none", "Application/PDF; x=y", "", "pdf"),
    ],
)
def test_a_file_is_known_by_its_bytes_then_its_label_then_its_name(content, content_type, url, kind):
    assert kind_of(content, content_type, url) == kind


def test_markdown_stays_as_it_is():
    assert extract(MARKDOWN.encode(), content_type="text/markdown") == MARKDOWN
    assert extract(f"---\ntitle: x\n---\n{MARKDOWN}", content_type="text/markdown") == MARKDOWN


def test_text_without_a_label_keeps_its_paragraphs():
    assert extract(TEXT.encode(), content_type="application/octet-stream") == TEXT


def test_a_pdf_begins_at_its_head():
    assert without_preamble(b"\xef\xbb\xbf%PDF-1.4") == b"%PDF-1.4"
    assert without_preamble(b"no head") == b"no head"
