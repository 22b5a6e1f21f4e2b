"""The text of bytes in whatever encoding they are.

UTF-8 comes first, and damaged UTF-8 stays UTF-8. What is neither UTF-8 nor UTF-16 nor UTF-32 is Windows-1252, unless
that makes no sense and something else clearly does. Whatever was assumed or replaced is said in a note.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Callable, Sequence

from itner.core.errors import InputError
from itner.files.items import Parsed, Settings

_SAMPLE = 32_768
# The longer mark first: that of UTF-32 begins with that of UTF-16.
_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# Codecs that evaluate escapes or domain names, or that only fail, encode no files.
_NO_FILES = ("idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined")
_UNMARKED = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
# What files that are no text begin with.
_MAGIC = {
    b"%PDF-": "a PDF document",
    b"PK\x03\x04": "a zip or an office document",
    b"\xd0\xcf\x11\xe0": "an old office document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\x1f\x8b": "a packed file (.gz)",
    b"BZh": "a packed file (.bz2)",
    b"\xfd7zXZ": "a packed file (.xz)",
    b"7z\xbc\xaf": "a packed file (.7z)",
    b"SQLite format 3": "a database",
    b"\x7fELF": "a program",
    b"{\\rtf": "a document in Rich Text Format (.rtf)",
}
_OF_ASCII = ("a PDF", "a document in Rich")
_NUL_RUN = re.compile(rb"\0+")
_CONTROLS = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f\x7f]")
_ODD_CHARACTERS = re.compile("[\x00-\x06\x0e-\x1a\x1c-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\ue000-\uf8ff]")
_ESCAPED = re.compile("[\udc80-\udcff]")
_NOT_ASCII = re.compile("[^\x00-\x7f]")
_HIGH = re.compile(rb"[\x80-\xff]")
_REST_OF_WORD = re.compile(rb"[\x80-\xff][A-Za-z\x80-\xff]+")
_CUT_OFF = re.compile(rb"[\xc2\xc3]\Z|[\xe1-\xef][\x80-\xbf]\Z|[\xf0-\xf4][\x80-\xbf]{1,2}\Z")
_FOUR_HIGH = re.compile(rb"[\x80-\xff]{4}")
_ASCII = re.compile(rb"[\t\n\r -~]")
_INITIAL = re.compile(r"(?<!\w)\w(?=\w)")
_RUN = re.compile("[^\x00-\x7f]{2,}")
# Fewer characters of two bytes may be anything.
_FEWEST = 4
_JAPANESE_ESCAPE = re.compile(rb"\x1b\$[@B]")

WESTERN = "cp1252"
# What Latin text may also be: Central European, Turkish, Baltic, and what the consoles of DOS and Windows and old Macs
# write.
_LATIN = ("cp1250", "iso8859_2", "cp1254", "cp1257", "cp850", "mac_roman")
# The letters outside ASCII of the languages that Windows-1252 writes, and of those that need another encoding.
_WESTERN_ALPHABETS = (
    "äöüß", "àâæçéèêëîïôœùûüÿ", "áéíñóúü", "ãáàâçéêíóôõú", "àèéìòù", "æøåéäö", "áéíóúýðþæö", "éëïóöüè", "àçèéíïòóúü",
)  # fmt: skip
_OTHER_ALPHABETS = {
    "cp1250": ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîşţ", "čćđšž"),
    "iso8859_2": ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "čćđšž"),
    "cp1254": ("çğıöşüâîû",),
    "cp1257": ("ąčęėįšųūž", "āčēģīķļņšūž"),
    "cp850": _WESTERN_ALPHABETS,
    "mac_roman": _WESTERN_ALPHABETS,
}
# Those of other scripts that people use; of two that read the same, the first.
_KNOWN = (
    "cp1251", "koi8_r", "cp866", "iso8859_5", "cp1253", "cp1255", "cp1256", "cp1254", "cp874",
    "cp932", "euc_jp", "gb18030", "big5", "cp949",
)  # fmt: skip
_IN_WORDS = {
    "cp1252": "Windows-1252",
    "cp1250": "Windows-1250",
    "cp1251": "Windows-1251",
    "cp1253": "Windows-1253",
    "cp1254": "Windows-1254",
    "cp1255": "Windows-1255",
    "cp1256": "Windows-1256",
    "cp1257": "Windows-1257",
    "iso8859_2": "ISO 8859-2",
    "iso8859_5": "ISO 8859-5",
    "koi8_r": "KOI8-R",
    "cp932": "Shift JIS (cp932)",
    "euc_jp": "EUC-JP",
    "gb18030": "GB18030",
    "big5": "Big5",
    "mac_roman": "Mac OS Roman",
}
# The most frequent letters of scripts of one byte a letter: two thirds of any text in them.
_FREQUENT = {
    **dict.fromkeys(("cp1251", "koi8_r", "cp866", "iso8859_5"), "оеаинтсрвлкмдпуя"),
    "cp1253": "αοιετσνηυρπκμλςω",
    "cp1255": "יוהלאתרמבשנחדעפ",
    "cp1256": "اليمنتربةودعفسهك",
    "cp874": "านรอก่เ้งัยมลวีิดทตคจ",
}
# The first standards of scripts that later encodings enlarged.
_COMMON = {"cp949": "euc_kr", "gb18030": "gb2312", "big5": "big5"}
# Between the letters of a word, these are no sign of a wrong encoding.
_WITHIN_WORDS = frozenset("’‘ʼ´`·‧…–—/\u00a0\u00ad\u200b\u200c\u200d")


def decode(data: bytes, settings: Settings, parsed: Parsed) -> str:
    """The text, without a mark at its beginning, and notes on what was assumed and replaced.

    Raises:
        InputError: when the bytes are no text, or the encoding that was set is none.
    """
    if settings.encoding is not None:
        return _decode_as_set(data, check_encoding(settings.encoding), parsed)
    for mark, encoding in _MARKS.items():
        # An end of line and NULs can look like UTF-32's mark in UTF-16, whose length then tells.
        if data.startswith(mark) and (encoding != "utf-32" or len(data) % 4 == 0):
            return _decode_marked(data, encoding, parsed)
    kind = next((what for start, what in _MAGIC.items() if data.startswith(start)), None)
    if kind is not None and (b"\0" in data or _looks_binary(data) or kind.startswith(_OF_ASCII)):
        raise InputError(f"this is {kind}, not text, whatever its name says; give it the extension of what it is")
    if b"\0" in data:
        unmarked = _find_unmarked(data)
        if unmarked is not None:
            text = data.decode(unmarked, "replace")
            note = f"read as {unmarked.upper()}, which it looks like without being marked so"
            parsed.notes.append(note + _replaced(text.count("\ufffd")))
            return text
        data = _without_nuls(data, parsed)
    if _JAPANESE_ESCAPE.search(data):
        try:
            text = data.decode("iso2022_jp_ext")
        except UnicodeDecodeError:
            pass
        else:
            parsed.notes.append("read as ISO-2022-JP")
            return text
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        return _decode_without_utf8(data, error.start, parsed)


def check_encoding(name: str) -> str:
    """The codec's name in Python. InputError when there is none for text of that name."""
    try:
        found = codecs.lookup(name.strip())
        # Codecs from bytes to bytes, such as zlib, are found under names, too, but refuse to give text.
        b"    ".decode(found.name, "ignore")
    except (LookupError, ValueError):
        found = None
    if found is None or found.name.replace("-", "_") in _NO_FILES:
        shown = name if len(name) <= 40 else name[:39] + "…"
        raise InputError(f"no encoding is called {shown!r}; names are, for example, utf-8, utf-16, cp1252, shift_jis")
    return found.name


def _decode_as_set(data: bytes, encoding: str, parsed: Parsed) -> str:
    if encoding == "utf-8":
        text, bad = _decode_utf8(data)
    else:
        try:
            text = data.decode(encoding, "replace")
        except UnicodeError:
            raise InputError(f"not {encoding} at all; set another encoding, or none") from None
        bad = text.count("\ufffd")
    nuls = text.count("\0")
    spaces = f"; {nuls:,} NUL character{'s' if nuls > 1 else ''} read as spaces" if nuls else ""
    parsed.notes.append(f"read as {encoding}, as was set{_replaced(bad)}{spaces}")
    return text.removeprefix("\ufeff").replace("\0", " ")


def _decode_marked(data: bytes, encoding: str, parsed: Parsed) -> str:
    if encoding == "utf-8-sig":
        text, bad = _decode_utf8(data.removeprefix(codecs.BOM_UTF8))
    else:
        text = data.decode(encoding, "replace")
        bad = text.count("\ufffd")
    name = encoding.removesuffix("-sig").upper()
    if bad > len(text) / 2:
        raise InputError(f"not {name}, although it is marked so")
    if bad:
        parsed.notes.append(f"read as {name}, as it is marked{_replaced(bad)}")
    return text


def _decode_utf8(data: bytes) -> tuple[str, int]:
    """The text with U+FFFD for each byte that is no UTF-8, and how many those are."""
    text = data.decode("utf-8", "surrogateescape")
    return _ESCAPED.subn("\ufffd", text)


def _replaced(count: int) -> str:
    return f"; {count:,} damaged place{'s' if count > 1 else ''} replaced by U+FFFD" if count else ""


def _find_unmarked(data: bytes) -> str | None:
    """The form of UTF-16 or UTF-32 in which bytes with NULs are readable text."""
    # Where text and NULs begin may be far apart; a part from the first NUL on, at a whole character.
    start = max(0, data.index(0) - 512) & ~3
    sample = data[start : start + _SAMPLE]
    nul = [sample[place::4].count(0) / max(len(sample[place::4]), 1) for place in range(4)]
    ascii_share = len(_ASCII.findall(sample)) / max(len(sample) - sample.count(0), 1)
    for encoding in _UNMARKED:
        width = 4 if "32" in encoding else 2
        if len(data) % width and len(data) < 100 * width:
            continue
        # Text of any script has NULs in the high half of its spaces and line ends, and hardly any in the low half.
        big = nul if encoding.endswith("be") else nul[::-1]
        high, low = (min(big[:2]), big[3]) if width == 4 else ((big[0] + big[2]) / 2, (big[1] + big[3]) / 2)
        if low > min(0.1, high / 4) or high < (0.9 if width == 4 else 0.02):
            continue
        # Of letters that are ASCII, each has its NUL; some NULs among ASCII are none of UTF-16's.
        if high < 0.5 and ascii_share > 0.9:
            continue
        text = sample[: len(sample) // width * width].decode(encoding, "replace")
        odd_ones = len(_ODD_CHARACTERS.findall(text)) + text.count("\ufffd")
        if text and odd_ones <= 0.02 * len(text) and _is_one_script(text):
            return encoding
    return None


def _is_one_script(text: str) -> bool:
    """Whether the letters come from few blocks of Unicode, as those of text do, and those of misread bytes do not."""
    letters = [letter for letter in text[:2000] if letter.isalpha()]
    blocks = {ord(letter) >> 8 for letter in letters if not 0x2E00 <= ord(letter) < 0xD800}
    return len(blocks) <= 6


def _without_nuls(data: bytes, parsed: Parsed) -> bytes:
    """The bytes with spaces for NULs, when these are few: what a crash leaves in a log. InputError otherwise."""
    runs = len(_NUL_RUN.findall(data))
    count = data.count(0)
    if runs > 0.01 * (len(data) - count):
        raise InputError(f"holds NUL bytes (the first at byte {data.index(0):,}), so it is not text")
    parsed.notes.append(f"{count:,} NUL byte{'s' if count > 1 else ''} read as spaces")
    return data.replace(b"\0", b" ")


def _looks_binary(data: bytes) -> bool:
    return len(_CONTROLS.findall(data, 0, 4 * _SAMPLE)) > 0.05 * min(len(data), 4 * _SAMPLE)


def _decode_without_utf8(data: bytes, first_bad: int, parsed: Parsed) -> str:
    """Damaged UTF-8, or an encoding that is none of Unicode's."""
    if _looks_binary(data):
        raise InputError("holds too many control characters to be text")
    text, bad = _decode_utf8(data)
    good = len(text) - len(text.encode("ascii", "ignore")) - bad
    cut_off = _CUT_OFF.search(data)
    beside = bad - len(cut_off.group()) if cut_off is not None else bad
    # Bytes of another encoding are hardly ever valid UTF-8 by chance. A file that was cut off ends in half a letter.
    if good >= beside and (good or cut_off is not None):
        parsed.notes.append(
            f"damaged UTF-8: {bad:,} byte{'s' if bad > 1 else ''}, the first at {first_bad:,}, replaced by U+FFFD"
        )
        return text
    encoding, sure = find_legacy(data)
    text = data.decode(encoding, "replace")
    note = f"byte {first_bad:,} is not UTF-8; read as {in_words(encoding)}{'' if sure else ', which is a guess'}"
    parsed.notes.append(note + _replaced(text.count("\ufffd")))
    return text


def in_words(encoding: str) -> str:
    """The name by which people know a codec."""
    return _IN_WORDS.get(encoding, encoding)


def find_legacy(data: bytes) -> tuple[str, bool]:
    """The encoding of bytes that are no Unicode, and whether nothing else comes close."""
    sample = _lines_with_high_bytes(data)
    words = _REST_OF_WORD.findall(sample)
    share = sum(len(_HIGH.findall(word)) for word in words) / max(sum(map(len, words)), 1)
    # Many in a row, and hardly any letter of ASCII among them: another script.
    other = share > 0.55 and _FOUR_HIGH.search(sample) is not None
    detected = (
        _find_double_byte(sample, ("cp932", "euc_jp"))
        or (other and _find_script(sample))
        or _find_double_byte(sample, ("cp949", "gb18030", "big5"))
        or (other and _detect(sample))
    )
    return (detected, True) if detected else _find_latin(sample)


def _find_double_byte(sample: bytes, names: Sequence[str]) -> str | None:
    """The encoding of two bytes a character in which nearly all is common in its script, and in runs, as words are.

    Of two that fit as well, the first.
    """
    # A sample may end within a character.
    sample = sample[: max(sample.rfind(b"\n"), sample.rfind(b" ")) + 1] if len(sample) >= _SAMPLE else sample
    shares = {}
    for name in names:
        common = _COMMONEST[name]
        try:
            text = sample.decode(name)
        except UnicodeDecodeError:
            continue
        others = [letter for letter in _NOT_ASCII.findall(text) if letter.isalpha()]
        if common is _is_japanese and sum(map(_is_kana, others)) < 0.15 * len(others):
            continue
        runs = sum(map(len, _RUN.findall(text)))
        if len(others) >= _FEWEST and runs >= 0.8 * len(others):
            shares[name] = sum(common(letter) for letter in others) / len(others)
    best = max(shares, key=shares.__getitem__, default=None)
    return best if best is not None and shares[best] >= 0.9 else None


def _first_level(encoding: str, first: int, last: int) -> Callable[[str], bool]:
    """Whether a character is among the commonest, which a script's standard puts first: by its first byte."""

    def common(letter: str) -> bool:
        try:
            data = letter.encode(encoding)
        except UnicodeEncodeError:
            return False
        return len(data) == 2 and first <= data[0] <= last

    return common


_KANJI = _first_level("euc_jp", 0xB0, 0xCF)


def _is_kana(letter: str) -> bool:
    return "\u3041" <= letter <= "\u30fc"


def _is_japanese(letter: str) -> bool:
    return _is_kana(letter) or _KANJI(letter)


_COMMONEST: dict[str, Callable[[str], bool]] = {
    "cp932": _is_japanese,
    "euc_jp": _is_japanese,
    "gb18030": _first_level("gb2312", 0xB0, 0xD7),
    "big5": _first_level("big5", 0xA4, 0xC6),
    "cp949": _first_level("euc_kr", 0xB0, 0xC8),
}


def _find_latin(sample: bytes) -> tuple[str, bool]:
    """Windows-1252, unless its reading is in no language and another one's is in one."""
    letters, western = _spelling(sample, WESTERN, _WESTERN_ALPHABETS)
    if western >= 0.95:
        return WESTERN, True
    shares = {name: _spelling(sample, name, _OTHER_ALPHABETS[name])[1] for name in _LATIN}
    best = max(_LATIN, key=shares.__getitem__)
    # A single name from abroad makes no Czech text; the more letters, the less can be by chance.
    if shares[best] >= 0.97 and (western <= 0.8 or letters >= 8):
        return best, letters >= 20
    return WESTERN, False


def _spelling(sample: bytes, encoding: str, alphabets: Sequence[str]) -> tuple[int, float]:
    """How many letters outside ASCII this reading has, and the share that the alphabet holds that fits best.

    What stands within a word and is no letter counts as one that no alphabet holds.
    """
    text = f" {sample.decode(encoding, 'replace')} "
    counts: Counter[str] = Counter()
    for found in _NOT_ASCII.finditer(text):
        letter = found.group()
        if letter.isalpha() and letter not in "ªºµƒ":
            # Turkish has a capital i with a dot, which becomes two characters in small letters.
            odd = letter.isupper() and text[found.start() - 1].islower()
            counts["" if odd else letter.lower()[0]] += 1
        elif letter < "\xa0" or letter == "\ufffd" or (letter not in _WITHIN_WORDS and _within_word(text, found)):
            counts[""] += 1
    total = sum(counts.values())
    if not total:
        return 0, 1.0
    return total, max(sum(counts[letter] for letter in alphabet) for alphabet in alphabets) / total


def _within_word(text: str, found: re.Match[str]) -> bool:
    return text[found.start() - 1].isalpha() and text[found.end()].isalpha()


def _find_script(sample: bytes) -> str | None:
    """The encoding of a script of one byte a letter, in whose reading the letters are as frequent as they should be."""
    shares = {}
    for name, frequent in _FREQUENT.items():
        # A word may begin with a capital, and the reading of another encoding mixes them.
        others = _NOT_ASCII.findall(_INITIAL.sub(lambda letter: letter[0].lower(), sample.decode(name, "replace")))
        counts = Counter(others)
        shares[name] = sum(counts[letter] for letter in frequent) / max(len(others), 1)
    best, second = sorted(shares, key=shares.__getitem__, reverse=True)[:2]
    return best if shares[best] >= 0.6 and shares[best] - shares[second] >= 0.15 else None


def _detect(sample: bytes) -> str | None:
    """What the detector says of text without Latin letters; None where two answers are as likely."""
    from charset_normalizer import from_bytes

    ranked: list[tuple[float, float, float, str]] = []
    for match in from_bytes(sample):
        text = str(match)
        # It also offers encodings that nobody uses, which often fit as well.
        name = next((known for known in _KNOWN if _reads_as(sample, known, text)), None)
        if name is not None:
            ranked.append((match.chaos, -match.coherence, round(_oddity(text, name), 4), name))
    ranked.sort()
    if not ranked or (len(ranked) > 1 and ranked[0][:3] == ranked[1][:3]):
        return None
    return ranked[0][3]


def _reads_as(sample: bytes, encoding: str, text: str) -> bool:
    try:
        return sample.decode(encoding) == text
    except UnicodeDecodeError:
        return False


def _lines_with_high_bytes(data: bytes) -> bytes:
    """Lines that are not ASCII, as many as make a sample; of a line that is longer, what stands around such a byte."""
    lines: list[bytes] = []
    size = position = 0
    while size < _SAMPLE and (found := _HIGH.search(data, position)):
        start = max(data.rfind(b"\n", 0, found.start()) + 1, found.start() - 200, position)
        end = data.find(b"\n", found.start())
        end = min(len(data) if end < 0 else end + 1, start + _SAMPLE)
        lines.append(data[start:end])
        size += end - start
        position = end
    return b"".join(lines)


def _oddity(text: str, encoding: str) -> float:
    """The share of characters that text without Latin letters has few of: capitals, and what is rare in a script."""
    others = _NOT_ASCII.findall(text)
    core = _COMMON.get(encoding)
    odd = 0
    for letter in others:
        if core is None:
            odd += letter.isupper() or "\uff61" <= letter <= "\uff9f"
        else:
            # Characters outside the first standard of a script, kana in Chinese, and single strokes of Korean.
            # (What the first Korean standard lacks, its codec spells out in eight bytes.)
            odd += (
                len(letter.encode(core, "ignore")) not in (1, 2)
                or "\u3041" <= letter <= "\u30ff"
                or "\u3131" <= letter <= "\u318e"
            )
    return odd / max(len(others), 1)
