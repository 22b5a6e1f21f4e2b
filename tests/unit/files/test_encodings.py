"""Texts in the encodings that people have, damaged or not: what is read, and what is said of it."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shipped import REPOSITORY

from itner.core.errors import InputError
from itner.files.encodings import check_encoding, decode
from itner.files.items import DEFAULTS, Parsed, Settings, Upload
from itner.files.readers import read_uploads

INPUTS = REPOSITORY / "tests" / "inputs"

GERMAN = "Der Drucker im Büro läuft nicht, die Anwender möchten größere Schrift."
FRENCH = "Le réseau a été coupé ; où est passé le pilote ?"
SPANISH = "El señor no puede abrir el correo electrónico después de la actualización."
PORTUGUESE = "A atualização não concluiu e o usuário está sem conexão à rede."
SWEDISH = "Skrivaren på kontoret är trasig och går inte att använda."
POLISH = "Drukarka w biurze nie działa, użytkownik nie może otworzyć załączników. Proszę o pilną pomoc, to błąd."
CZECH = "Tiskárna v kanceláři nefunguje, uživatel nemůže otevřít přílohy po aktualizaci."
TURKISH = "Ofisteki yazıcı çalışmıyor, kullanıcı güncellemeden sonra dosyaları açamıyor."
RUSSIAN = "Принтер в офисе не печатает, пользователь не может открыть Outlook 2021."
GREEK = "Ο εκτυπωτής στο γραφείο δεν λειτουργεί μετά την ενημέρωση των Windows 11."
HEBREW = "המדפסת במשרד לא עובדת אחרי העדכון של Windows 11"
ARABIC = "الطابعة في المكتب لا تعمل بعد تحديث Windows 11"
JAPANESE = "事務所のプリンターが動きません。Windows 11の更新後にOutlookが起動しません。"
CHINESE = "办公室的打印机无法工作，Windows 11更新后Outlook无法启动。请尽快处理。"
TAIWANESE = "辦公室的印表機無法運作，Windows 11更新後Outlook無法啟動。請盡快處理。"
KOREAN = "사무실 프린터가 작동하지 않습니다. Windows 11 업데이트 후 Outlook이 시작되지 않습니다."
ALL = (GERMAN, FRENCH, POLISH, RUSSIAN, GREEK, HEBREW, ARABIC, JAPANESE, CHINESE, KOREAN, "Outlook 😀 hangs")


def read(data: bytes, encoding: str | None = None) -> tuple[str, list[str]]:
    parsed = Parsed()
    return decode(data, Settings(encoding=encoding), parsed), parsed.notes


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))
def test_utf8_is_read_as_it_is_and_nothing_said(text: str) -> None:
    assert read(text.encode()) == (text.removeprefix("\ufeff"), [])


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Co", "Cn"], exclude_characters="\ufeff\ufffd"), min_size=1)
)
def test_a_mark_decides(text: str) -> None:
    for encoding in ("utf-8-sig", "utf-16", "utf-32"):
        assert read(text.encode(encoding)) == (text, [])
    assert read(codecs.BOM_UTF16_BE + text.encode("utf-16-be")) == (text, [])


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("text", ALL)
def test_utf16_and_utf32_without_a_mark_are_seen_and_said(text: str, encoding: str) -> None:
    for whole in (text, f"{text}\r\n" * 200):
        found, notes = read(whole.encode(encoding))
        assert found == whole
        assert notes == [f"read as {encoding.upper()}, which it looks like without being marked so"]


@pytest.mark.parametrize("lines", [1, 5, 1000])
@pytest.mark.parametrize("bad", [b"\xff", b"\xc3", b"\xe2\x82", b"\xed\xa0\x80"])
@pytest.mark.parametrize("place", ["start", "middle", "end"])
def test_damaged_utf8_stays_utf8_and_its_bad_bytes_are_counted(lines: int, bad: bytes, place: str) -> None:
    line = f"{GERMAN}\n".encode()
    half = line * lines
    data, first = {
        "start": (bad + half, 0),
        "middle": (half + bad + half, len(half)),
        "end": (half + bad, len(half)),
    }[place]
    text, notes = read(data)
    assert text.replace("\ufffd", "") == f"{GERMAN}\n" * (2 * lines if place == "middle" else lines)
    assert text.count("\ufffd") == len(bad)
    count = f"{len(bad)} byte{'s' if len(bad) > 1 else ''}"
    assert notes == [f"damaged UTF-8: {count}, the first at {first:,}, replaced by U+FFFD"]


def test_a_file_that_ends_in_half_a_letter_is_utf8() -> None:
    whole = "Outlook hangs in Zü".encode()
    assert read(whole[:-1])[0] == "Outlook hangs in Z\ufffd"
    assert read("Outlook hängt: €".encode()[:-1])[0] == "Outlook hängt: \ufffd\ufffd"
    # Without any other sign, a last letter by itself is a letter.
    assert read("Outlook au café".encode("cp1252"))[0] == "Outlook au café"


@pytest.mark.parametrize("text", [GERMAN, FRENCH, SPANISH, PORTUGUESE, SWEDISH, "95 °C, 5 µs, £20", "It’s “on” – €5…"])
def test_western_text_is_windows_1252_whatever_its_length(text: str) -> None:
    words = text.split()
    for count in (1, 3, len(words)):
        for start in range(len(words) - count + 1):
            piece = " ".join(words[start : start + count])
            if piece.isascii():
                continue
            for many in (piece, f"{piece}\r\n" * 50, "Windows 11 hangs\n" * 5000 + piece):
                found, notes = read(many.encode("cp1252"))
                assert found == many
                assert len(notes) == 1
                assert "is not UTF-8; read as Windows-1252" in notes[0]


@pytest.mark.parametrize(
    ("text", "encoding", "name"),
    [
        (POLISH, "cp1250", "Windows-1250"),
        (POLISH, "iso8859_2", "ISO 8859-2"),
        (CZECH, "cp1250", "Windows-1250"),
        (TURKISH, "cp1254", "Windows-1254"),
        (GERMAN, "cp850", "cp850"),
        (FRENCH, "mac_roman", "Mac OS Roman"),
        (RUSSIAN, "cp1251", "Windows-1251"),
        (RUSSIAN, "koi8_r", "KOI8-R"),
        (RUSSIAN, "cp866", "cp866"),
        (GREEK, "cp1253", "Windows-1253"),
        (HEBREW, "cp1255", "Windows-1255"),
        (ARABIC, "cp1256", "Windows-1256"),
        (JAPANESE, "cp932", "Shift JIS (cp932)"),
        (JAPANESE, "euc_jp", "EUC-JP"),
        (JAPANESE, "iso2022_jp", "ISO-2022-JP"),
        (CHINESE, "gb18030", "GB18030"),
        (TAIWANESE, "big5", "Big5"),
        (KOREAN, "cp949", "cp949"),
    ],
    ids=lambda value: value if len(value) < 20 else "",
)
def test_another_encoding_is_taken_where_it_is_clear(text: str, encoding: str, name: str) -> None:
    for whole in (text, f"{text}\r\n" * 100, "Windows 11 hangs\n" * 5000 + text):
        found, notes = read(whole.encode(encoding))
        assert found == whole
        assert len(notes) == 1
        assert f"read as {name}" in notes[0]


@pytest.mark.parametrize(
    ("encoding", "texts"),
    [
        ("cp932", ("Windows 11でOutlook 2021が起動しない", "印刷できません", "プリンタが動かない")),
        ("euc_jp", ("Windows 11でOutlook 2021が起動しない", "印刷できません", "プリンタが動かない")),
        ("gb18030", ("打印机无法打印", "电脑蓝屏了怎么办", "升级后Windows 11上的Outlook打不开")),
        ("big5", ("印表機無法列印", "電腦當機了怎麼辦", "更新之後Windows 11上的Outlook無法開啟")),
        ("cp949", ("화면이 꺼졌습니다", "업데이트 후 Windows 11에서 Outlook이 실행되지 않습니다")),
        ("cp1251", ("Ошибка при запуске", "Не работает принтер, Windows 11", "На Windows 11 не запускается Outlook")),
        ("koi8_r", ("Ошибка при запуске", "Не работает принтер, Windows 11", "На Windows 11 не запускается Outlook")),
        ("cp874", ("เครื่องพิมพ์ไม่ทำงาน", "ช่วยด้วยครับ เปิด Outlook ไม่ได้")),
        ("cp1250", ("A frissítés óta nem működik a nyomtató, kérem segítsenek, köszönöm",)),
    ],
)
def test_a_line_is_enough_for_other_scripts(encoding: str, texts: tuple[str, ...]) -> None:
    for text in texts:
        found, notes = read(text.encode(encoding))
        assert found == text
        assert len(notes) == 1


@pytest.mark.parametrize("text", ["ÄNDERN ÄHNLICH ÄRGER ÄLTER", "déjà élève à côté", "SÃO JOÃO NÃO É À AÇÃO"])
def test_western_words_are_no_characters_of_two_bytes(text: str) -> None:
    assert read(text.encode("cp1252"))[0] == text


def test_a_guess_is_called_one() -> None:
    # One word in the encoding of a console: nothing else fits, but it is one letter.
    text, notes = read("Büro".encode("cp850"))
    assert text == "Büro"
    assert notes == ["byte 1 is not UTF-8; read as cp850, which is a guess"]


def test_bytes_that_windows_1252_lacks_are_counted() -> None:
    text, notes = read(GERMAN.encode("cp1252") * 3 + b" \x81 \x8d")
    assert text == GERMAN * 3 + " \ufffd \ufffd"
    assert notes[0].endswith("; 2 damaged places replaced by U+FFFD")


@pytest.mark.parametrize(
    "encoding", ["cp1252", "WINDOWS-1252", "latin1", "utf-8", "UTF_8_SIG", "utf-16-le", "shift_jis"]
)
def test_an_encoding_can_be_set(encoding: str) -> None:
    text = JAPANESE if encoding == "shift_jis" else FRENCH
    found, notes = read(text.encode(encoding), encoding)
    assert found == text
    assert notes == [f"read as {codecs.lookup(encoding).name}, as was set"]


def test_what_does_not_fit_the_encoding_that_was_set_is_counted() -> None:
    assert read("Büro".encode("cp1252"), "utf-8") == (
        "B\ufffdro",
        ["read as utf-8, as was set; 1 damaged place replaced by U+FFFD"],
    )
    assert read(b"a\0b", "ascii") == ("a b", ["read as ascii, as was set; 1 NUL character read as spaces"])
    assert read("\ufeffa".encode("utf-16-be"), "utf-16-be")[0] == "a"


@pytest.mark.parametrize(
    "name",
    ["zip", "zlib", "hex", "base64", "rot13", "bz2", "quopri", "uu", "idna", "unicode_escape", "nope", "", "a\0"],
)
def test_names_that_are_no_encodings_of_text_are_refused(name: str) -> None:
    with pytest.raises(InputError, match=r"no encoding is called .*; names are, for example, utf-8"):
        check_encoding(name)
    # Typed on the page, it is said of each file of text.
    (notice,) = read_uploads([Upload("a.txt", b"Outlook")], Settings(encoding=name)).problems
    assert "no encoding is called" in notice.reason


@pytest.mark.parametrize(
    ("data", "count"),
    [
        (b"a line of a log\n" * 20 + b"\0" * 4096 + b"after the crash\n", "4,096 NUL bytes"),
        (b"Outlook hangs " * 10 + b"\0", "1 NUL byte"),
    ],
)
def test_nuls_that_a_crash_left_are_spaces(data: bytes, count: str) -> None:
    found, notes = read(data)
    assert found == data.replace(b"\0", b" ").decode()
    assert notes == [f"{count} read as spaces"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"a\0b", "holds NUL bytes (the first at byte 1), so it is not text"),
        (bytes(range(256)) * 40, "control characters"),
        (b"ab\0" * 40, "holds NUL bytes (the first at byte 2)"),
        (bytes(n for n in range(256) if n) * 40, "control characters"),
        (b"%PDF-1.7\n1 0 obj", "this is a PDF document, not text"),
        (b"PK\x03\x04\x14\0\0\0\x08\0" * 9, "this is a zip or an office document"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "this is a picture"),
    ],
)
def test_what_is_no_text_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(InputError) as refused:
        read(data)
    assert said in str(refused.value)


@given(st.binary(max_size=400), st.sampled_from([None, "utf-8", "utf-16", "utf-32-le", "gb18030", "cp1252", "utf-7"]))
def test_no_bytes_raise_anything_else(data: bytes, encoding: str | None) -> None:
    try:
        text = decode(data, Settings(encoding=encoding), Parsed())
    except InputError:
        return
    assert "\0" not in text
    text.encode("utf-8")


def test_what_went_wrong_before() -> None:
    assert (
        decode((INPUTS / "utf16le_without_mark.txt").read_bytes(), DEFAULTS, Parsed()) == "Outlook 2021 on Windows 11"
    )
    text, notes = read((INPUTS / "utf8_cut_at_the_end.log").read_bytes())
    assert text.count("Büro-PC") == 5
    assert notes == ["damaged UTF-8: 1 byte, the first at 185, replaced by U+FFFD"]
    text, notes = read((INPUTS / "windows1252_quotes.txt").read_bytes())
    assert "“0x80070057”" in text
    assert "€5 for Outlook…" in text
    assert notes == ["byte 11 is not UTF-8; read as Windows-1252"]
