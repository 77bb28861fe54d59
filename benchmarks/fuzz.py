"""Feed seeded rubbish through parse-to-text: token soup, and real-shaped pages under byte noise.

    python benchmarks/fuzz.py --count 1000000 --seed 1 --out fuzz.json

Every input is made from the seed and its own number alone, so ``--only NUMBER`` makes a failure again. Counts as a
failure: any exception but ``ExtractError``, text that is no valid Unicode, text that holds controls, and (on every
25th input) text that is not in normal form. An input that takes longer than 20 s ends the run with a traceback.
"""

from __future__ import annotations

import argparse
import faulthandler
import json
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tostrack.clauses import join_clauses, split_clauses
from tostrack.errors import ExtractError
from tostrack.extraction import extract

LIMIT = 20.0
_TAGS = (
    "html head body title base main article section div span p h1 h2 h3 h6 ul ol li dl dt dd table tbody tr td th"
    " caption a b strong i em code s q br hr img pre blockquote details summary button form input select option"
    " textarea iframe noscript script style template svg math object frameset frame marquee center font nav footer"
    " header aside dialog label x-y o:p"
).split()
_ATTRIBUTES = (
    ' href="/a?utm_source=x&b=1"', " href=javascript:x", ' href="#top"', ' href="http://[::1"',
    ' href="//b.example/("', ' id="root"', " id=policy", ' class="footer cookie-banner"', " class=legal",
    " role=main", " role=button", " start=7", " start=-3", " start=99999999999", " value=1000", " type=a",
    ' data-cfemail="7f1e3f1d511c"', ' data-cfemail="zz"', " hidden", ' style="display:none"', ' lang="en"',
    " colspan=999999", "=", ' "', " a='", " <",
)  # fmt: skip
_TEXTS = (
    "We may share your data with partners. ", "You grant us a licence ", "* star ", "1. one ", "1) ", "- ",
    "# not a heading ", "| pipe ", "a|b", "\\", "`", "``` ", "~~", "<", ">", "&", "&amp;", "&#0;", "&#xD800;",
    "&#x1F600;", "&nbsp;", "&lt;p&gt;", "](x)", "[", "![", "_a_", "**", "\u200b", "\u00ad", "\u202e", "\ufeff",
    "\U0001f469\u200d\U0001f4bb", "ﬁ", "ＡＢ", "e\u0301", "\x00", "\x0b", "\x1b[31m", "\x85", "\u2028", "\ufffe",
    "• dot ", "\n\n", "\r\n", "\t", " ", "  \n", "=====", "-----", "***", "Last updated: 3 May 2031", "السياسة",
    "利用規約", "%PDF-", "\ue000", "½™",
)  # fmt: skip
_ODD = (
    "<!--", "-->", "<!", "<![CDATA[", "]]>", "<?php", "?>", "<!doctype html>", "</", "</>", "<a ", "<p<p", "</p ",
    "<3", "<svg><title>", "<table><p>", "</body></html>", "<plaintext>", "<xmp>", "<script>if(a<b)", "</script",
    "<meta charset=utf-7>",
)  # fmt: skip
_SELECTS: tuple[tuple, ...] = (
    (), (), (), ("body",), ("main", "article"), ("div:has(p)",), ("p:not(.legal)", "li"),
    ({"start_before": "h1", "end_before": "footer"},), ({"start_after": "h2", "end_after": "p:last-of-type"},),
)  # fmt: skip
_REMOVES: tuple[tuple, ...] = ((), (), ("nav", ".footer"), ({"start_before": "h2", "end_after": "ul"},), ("a:empty",))
_TYPES = (
    "",
    "text/html",
    "text/html; charset=utf-8",
    "text/html; charset=shift_jis",
    "text/plain",
    "text/html; charset=x",
)

_CLAUSES = (
    "We may use the photos that you post to show you what we think you like.",
    "You keep all rights in your content; you grant us a licence to host, copy and show it.",
    "We share your data with our affiliates and with advertisers, as <a href='/privacy?utm_source=t'>we explain</a>.",
    "If you are under <b>16</b>, you may use <i>Pixboard</i> only with a parent&rsquo;s consent.",
    "Write to <a class=__cf_email__ data-cfemail='543931143531397a313c'>[email&#160;protected]</a> or to 1&nbsp;Lake.",
    "Diese Bedingungen gelten ab dem 1.&nbsp;Mai; für Verbraucher gilt zusätzlich § 312.",
)


def page(rng: random.Random) -> str:
    """Return a page in the shape of a real policy, of an invented platform."""
    parts = []
    for _ in range(rng.randint(2, 6)):
        clauses = rng.choices(_CLAUSES, k=rng.randint(1, 3))
        shape = rng.randrange(5)
        parts.append(f"<h{rng.randint(1, 4)}>{rng.randint(1, 9)}. Your content</h2>")
        if shape == 0:
            parts += [f"<p class=c{n}>{clause}</p>" for n, clause in enumerate(clauses)]
        elif shape == 1:
            parts.append("<ul>" + "".join(f"<li><p>{clause}</p>" for clause in clauses) + "</ul>")
        elif shape == 2:
            parts.append("<ol type=a start=3>" + "".join(f"<li>{c}<ul><li>{c}</ul></li>" for c in clauses) + "</ol>")
        elif shape == 3:
            rows = "".join(f"<tr><td>{clause}</td><td><p>Yes<br>No</p></td></tr>" for clause in clauses)
            parts.append(f"<table><tr><th>What<th>Shared</tr>{rows}</table>")
        else:
            parts.append("<div><span>" + "<br><br>".join(clauses) + "</span></div>")
    menu = "<nav><a href=/>Home</a> <a href=/about>About</a></nav>"
    foot = "<footer><p>© 2031 Acme Inc.</p><button>Accept all cookies</button></footer>"
    head = "<!doctype html><html lang=en><head><meta charset=utf-8><title>Terms</title>"
    head += "<script>var a='<p>';</script></head>"
    return f"{head}<body>{menu}<div id=root><main class=legal>{''.join(parts)}</main></div>{foot}</body></html>"


def soup(rng: random.Random) -> str:
    """Return tags, attributes, text and odd marks in no order."""
    parts = []
    for _ in range(rng.choice((3, 10, 30, 60, 120))):
        kind = rng.random()
        if kind < 0.4:
            attributes = "".join(rng.choices(_ATTRIBUTES, k=rng.choice((0, 0, 1, 2))))
            parts.append(f"<{rng.choice(_TAGS)}{attributes}>")
        elif kind < 0.6:
            parts.append(f"</{rng.choice(_TAGS)}>")
        elif kind < 0.94:
            parts.append(rng.choice(_TEXTS))
        else:
            parts.append(rng.choice(_ODD))
        if rng.random() < 0.004:
            parts.append(parts[-1] * rng.choice((50, 300, 1500)))
    return "".join(parts)


def noisy(rng: random.Random, content: bytes) -> bytes:
    """Return *content* with bytes flipped, cut, doubled, moved and put in."""
    noise = bytearray(content)
    for _ in range(rng.choice((1, 2, 8, 40))):
        at, length = rng.randrange(len(noise) + 1), rng.choice((1, 1, 3, 20, 200))
        edit = rng.randrange(6)
        if edit == 0 and at < len(noise):
            noise[at] ^= 1 << rng.randrange(8)
        elif edit == 1:
            del noise[at : at + length]
        elif edit == 2:
            noise[at:at] = noise[at : at + length]
        elif edit == 3:
            noise[at:at] = rng.randbytes(min(length, 20))
        elif edit == 4:
            noise[at:at] = rng.choice((*_ODD, *_TEXTS, *_ATTRIBUTES)).encode("utf-8", "replace")
        else:
            moved = noise[at : at + length]
            del noise[at : at + length]
            there = rng.randrange(len(noise) + 1)
            noise[there:there] = moved
    if rng.random() < 0.1:
        del noise[rng.randrange(len(noise) + 1) :]
    return bytes(noise)


@dataclass(frozen=True)
class Input:
    """One call of ``extract``."""

    content: bytes | str
    select: tuple = ()
    remove: tuple = ()
    content_type: str = ""


def made(seed: int, number: int) -> Input:
    """Return input *number* of *seed*."""
    rng = random.Random(f"{seed}:{number}")
    text = soup(rng) if rng.random() < 0.6 else page(rng)
    content: bytes | str = text.encode(rng.choice(("utf-8", "utf-8", "utf-8", "cp1252", "utf-16")), "replace")
    if rng.random() < 0.7:
        content = noisy(rng, content)
    if rng.random() < 0.1:
        content = content.decode("utf-8", "surrogateescape")
    # PDF is read by another library and fuzzed on its own.
    content = content.replace(b"%PDF-", b"%PDX-") if isinstance(content, bytes) else content.replace("%PDF-", "%PDX-")
    return Input(content, rng.choice(_SELECTS), rng.choice(_REMOVES), rng.choice(_TYPES))


def failure(case: Input, *, normal_form: bool) -> str:
    """Return what is wrong with the text of *case*, or the empty string; ``ExtractError`` is an answer."""
    try:
        text = extract(
            case.content,
            url="https://pixboard.example/terms",
            select=case.select,
            remove=case.remove,
            content_type=case.content_type,
        )
    except ExtractError:
        return ""
    except Exception as error:  # noqa: BLE001 - this is what is looked for
        return f"{type(error).__name__}: {error}"
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        return f"no valid Unicode: {error}"
    if not text.replace("\n", "").isprintable() and any(
        char < " " or "\x7f" <= char < "\xa0" for char in text.replace("\n", "")
    ):
        return "holds controls"
    if normal_form and join_clauses(split_clauses(text)) != text:
        return "not in normal form"
    return ""


@dataclass
class Result:
    """What a run came to."""

    seed: int
    count: int = 0
    slowest_ms: float = 0.0
    slowest: int = -1
    seconds: float = 0.0
    failures: dict[int, str] = field(default_factory=dict)
    kinds: Counter = field(default_factory=Counter)


def run(seed: int, numbers: range, out: Path | None = None) -> Result:
    """Run the inputs *numbers* of *seed*; the state so far is written to *out* now and then."""
    result = Result(seed)
    # Loads what is loaded at first use, so that it does not count as a slow input.
    extract("<p>Terms</p>", select="p:not(.x)")
    began = time.monotonic()
    for number in numbers:
        if number % 50 == 0:
            # A hang inside C code is seen as well: the watchdog is a thread of its own.
            faulthandler.dump_traceback_later(LIMIT + 5, exit=True)
        case = made(seed, number)
        start = time.perf_counter()
        found = failure(case, normal_form=number % 25 == 0)
        took = 1000 * (time.perf_counter() - start)
        result.count += 1
        if took > result.slowest_ms:
            result.slowest_ms, result.slowest = round(took, 1), number
        if found:
            result.kinds[found.split(":")[0]] += 1
            if len(result.failures) < 200:
                result.failures[number] = found
        if out and result.count % 5000 == 0:
            result.seconds = round(time.monotonic() - began, 1)
            out.write_text(json.dumps(vars(result), indent=1))
    faulthandler.cancel_dump_traceback_later()
    result.seconds = round(time.monotonic() - began, 1)
    if out:
        out.write_text(json.dumps(vars(result), indent=1))
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--only", type=int, help="print one input and what is wrong with it")
    parser.add_argument("--out", type=Path, help="where to write the state of the run as JSON")
    options = parser.parse_args()
    if options.only is not None:
        case = made(options.seed, options.only)
        print(case)
        print(failure(case, normal_form=True) or "sound")
        return
    result = run(options.seed, range(options.start, options.start + options.count), options.out)
    print(f"{result.count} inputs of seed {result.seed}, {len(result.failures)} failures {dict(result.kinds)}")
    print(f"slowest {result.slowest_ms} ms (input {result.slowest}), {result.seconds} s")
    for number, found in list(result.failures.items())[:20]:
        print(f"  --only {number}: {found}")
    sys.exit(bool(result.failures))


if __name__ == "__main__":
    main()
