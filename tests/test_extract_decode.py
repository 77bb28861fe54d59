"""Bytes to clean Unicode: what a browser would have read."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tostrack.extraction.decode import decode


@pytest.mark.parametrize(
    ("content", "content_type", "text"),
    [
        (codecs.BOM_UTF8 + "é".encode(), "text/html; charset=iso-8859-1", "é"),
        (codecs.BOM_UTF16_LE + "é€".encode("utf-16-le"), "text/html; charset=utf-8", "é€"),
        (codecs.BOM_UTF16_BE + "é€".encode("utf-16-be"), "", "é€"),
        ("Привет".encode("koi8-r"), 'text/html; charset="KOI8-R"', "Привет"),
        ("“é”".encode("cp1252"), "text/html; charset=ISO-8859-1", "“é”"),
        ("規約".encode("cp932"), "text/html; charset=Shift_JIS", "規約"),
        ("条款€".encode("gb18030"), "text/html; charset=gb2312", "条款€"),
        ("<meta charset=windows-1251>Да".encode("cp1251"), "text/html", "<meta charset=windows-1251>Да"),
        ("<?xml version='1.0' encoding='cp1250'?>ř".encode("cp1250"), "", "<?xml version='1.0' encoding='cp1250'?>ř"),
        ("é".encode(), "", "é"),
        ("é".encode("cp1252"), "", "é"),
        ("é".encode("cp1252"), "text/html; charset=x-none", "é"),
        ("é".encode(), "text/html; charset=hex", "é"),
    ],
    ids=[
        "a byte-order mark wins over the header",
        "UTF-16 LE",
        "UTF-16 BE",
        "header",
        "ISO-8859-1 means windows-1252",
        "Shift_JIS means cp932",
        "gb2312 means gb18030",
        "meta",
        "XML declaration",
        "UTF-8 without a word",
        "windows-1252 without a word",
        "an unknown charset is no charset",
        "a codec that is no charset is none either",
    ],
)
def test_the_charset_is_found_as_browsers_find_it(content, content_type, text):
    assert decode(content, content_type) == text


RUSSIAN = "Мы не продаём ваши данные, если только суд не потребует этого от нас."
LEGACY = {
    "cp1251": RUSSIAN,
    "koi8_r": RUSSIAN,
    "cp1253": "Δεν πουλάμε τα δεδομένα σας, εκτός εάν το απαιτεί δικαστήριο από εμάς.",
    "cp1255": "איננו מוכרים את המידע שלך אלא אם כן בית משפט דורש זאת מאיתנו בצו.",
    "cp1256": "نحن لا نبيع بياناتك إلا إذا طلبت المحكمة ذلك منا، ولك أن تغلق حسابك.",
    "gb18030": "我们不会出售您的数据，除非法院要求我们这样做。您可以随时关闭您的帐户。",
    "big5": "我們不會出售您的資料，除非法院要求我們這樣做。您可以隨時關閉您的帳戶。",
    "cp932": "当社は、裁判所の命令がない限り、お客様のデータを販売しません。",
    "euc_jp": "当社は、裁判所の命令がない限り、お客様のデータを販売しません。",
    "cp949": "당사는 법원의 요구가 없는 한 귀하의 데이터를 판매하지 않습니다.",
    "iso2022_jp": "当社は、裁判所の命令がない限り、お客様のデータを販売しません。",
    "cp1252": "Nous ne vendons pas vos données, sauf si un tribunal l’exige. Même après.",
}


@pytest.mark.parametrize("codec", LEGACY)
@pytest.mark.parametrize("label", ["text/html", "text/html; charset=iso-8859-1"])
def test_old_encodings_without_a_label_are_detected(codec, label):
    page = f"<html><body><p>{LEGACY[codec]}</p></body></html>"

    assert decode(page.encode(codec), label) == page


@pytest.mark.parametrize(
    ("label", "codec"),
    [("x-gbk", "gb18030"), ("windows-949", "cp949"), ("iso-8859-8-i", "cp1255"), ("x-cp1251", "cp1251")],
)
def test_labels_that_only_browsers_know_are_known(label, codec):
    assert decode(LEGACY[codec].encode(codec), f"text/html; charset={label}") == LEGACY[codec]


@pytest.mark.parametrize(
    ("lang", "codec", "text"),
    [
        ("pl", "iso-8859-2", "Część łączy"),
        ("cs-CZ", "cp1250", "Účet žádá"),
        # Of two encodings of one script the one that gives words.
        ("ru", "cp1251", RUSSIAN),
        ("ru", "koi8_r", 2 * RUSSIAN),
        ("ru", "cp866", "Мы можем передавать данные для этого, если вы не против, и при этом как можно меньше."),
        ("uk", "koi8_u", "Ми можемо передавати дані для цього, якщо ви не проти, та як можна менше, або не будемо."),
    ],
)
def test_the_language_of_the_page_tells_its_encoding(lang, codec, text):
    page = f"<html lang='{lang}'><p>{text}</p>"

    assert decode(page.encode(codec)) == page


def test_a_long_line_of_letters_of_two_bytes_is_not_cut_within_one():
    page = "<p>" + 40 * f"{LEGACY['euc_jp']} "

    assert decode(page.encode("euc_jp")) == page


def test_what_cannot_be_told_is_marked_as_such():
    assert "\ufffd" in decode("Część łączy, żółć".encode("cp1250"))


@pytest.mark.parametrize("label", ["hex", "utf-7", "idna", "iso-2022-kr", "punycode"])
def test_encodings_that_no_browser_reads_are_none(label):
    from tostrack.extraction.charsets import codec_of_label

    assert codec_of_label(label) == ""


def test_utf8_called_latin_is_utf8():
    assert decode("Données’".encode(), "text/html; charset=iso-8859-1") == "Données’"


def test_a_meta_tag_that_ascii_can_be_read_from_is_not_in_utf16():
    assert decode(b"<meta charset=utf-16>\xc3\xa9").endswith("é")


def test_what_no_text_format_may_hold_is_gone():
    assert decode("a\0b\ud800c\x1bd\ufffee\x85f\tg\n") == "abcdef\tg\n"


@given(st.binary(max_size=200), st.text(max_size=30))
def test_any_bytes_become_valid_unicode(content, content_type):
    text = decode(content, content_type)

    assert text.encode("utf-8").decode("utf-8") == text
    assert "\0" not in text


@given(st.text(max_size=100))
def test_utf8_is_read_back(text):
    clean = decode(text)

    assert decode(clean.encode("utf-8"), "text/html; charset=utf-8") == clean.removeprefix("\ufeff")
