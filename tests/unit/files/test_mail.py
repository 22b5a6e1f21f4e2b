"""Mails as people have them: blank parts, missing and wrong charsets, tables, forwarded messages."""

from __future__ import annotations

import io
import time
import zipfile
from base64 import b64encode, encodebytes

import pytest
from documents import make_docx, paragraph
from hypothesis import given
from hypothesis import strategies as st

from itner.core.characters import is_blank
from itner.core.errors import InputError
from itner.files import mail as mails
from itner.files.formats import PARSERS
from itner.files.items import Part, Upload
from itner.files.mail import read_mail
from itner.files.readers import read_uploads
from itner.files.web import strip_html

ALTERNATIVE = (
    "Subject: FYI\r\nContent-Type: multipart/alternative; boundary=B\r\n\r\n"
    "--B\r\nContent-Type: text/plain\r\n\r\n{plain}\r\n--B\r\nContent-Type: text/html\r\n\r\n{html}\r\n--B--\r\n"
)


def parts(data: str | bytes) -> list[tuple[str, str]]:
    found = read_mail(data.encode() if isinstance(data, str) else data, PARSERS)
    return [(part.name, part.text.strip()) for part in found.parts]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "   ",
        "<!-- generated -->",
        "<html></html>",
        "<!-- a --><!-- b -->",
        "<style>p {}</style>",
        "<!-- a --><p></p><!-- b -->",
    ],
)
def test_a_page_without_text_leaves_the_subject(body: str) -> None:
    assert parts(f"Subject: Outlook hangs\r\nContent-Type: text/html\r\n\r\n{body}\r\n") == [
        ("subject", "Outlook hangs")
    ]


def test_of_alternatives_the_first_that_says_something_is_read() -> None:
    assert parts(ALTERNATIVE.format(plain="as text", html="<p>as page</p>"))[1:] == [("body", "as text")]
    assert parts(ALTERNATIVE.format(plain=" ", html="<p>as page</p>"))[1:] == [("body", "as page")]
    assert parts(ALTERNATIVE.format(plain="", html="<!-- x -->"))[1:] == []


@pytest.mark.parametrize("blank", ["\u00a0", "\u200b\ufeff", "\u2060 \u00ad", "\u3164"])
def test_what_is_not_shown_is_no_text(blank: str) -> None:
    assert is_blank(blank)
    alternative = ALTERNATIVE.replace("text/plain", "text/plain; charset=utf-8")
    assert parts(alternative.format(plain=blank, html="<p>as page</p>"))[1:] == [("body", "as page")]


@pytest.mark.parametrize(
    ("encoding", "subject", "body"),
    [
        ("cp1251", "Ошибка", "На компьютере Windows 11 не запускается Outlook"),
        ("cp932", "障害", "Windows 11でOutlook 2021が起動しません"),
        ("gb18030", "故障", "升级后Windows 11上的Outlook打不开"),
        ("cp1252", "Störung", "Büro-PC: Windows 11 stürzt ab"),
    ],
)
@pytest.mark.parametrize("header", ["", "Content-Type: text/plain; charset=x-none\r\n"])
def test_bare_bytes_of_any_script_are_read(encoding: str, subject: str, body: str, header: str) -> None:
    mail = f"Subject: {subject}\r\n{header}\r\n{body}".encode(encoding)
    assert parts(mail) == [("subject", subject), ("body", body)]


@pytest.mark.parametrize("start", [b"\r\n\r\n", b"\xef\xbb\xbf\n", "utf-16"])
def test_headers_are_found_after_what_stands_before_them(start: bytes | str) -> None:
    mail = "Subject: Störung\r\n\r\nBüro"
    data = mail.encode(start) if isinstance(start, str) else start + mail.encode()
    assert parts(data) == [("subject", "Störung"), ("body", "Büro")]


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("message/global", ["subject", "forwarded 1 subject", "forwarded 1 body"]),
        ("message/news", ["subject", "forwarded 1 subject", "forwarded 1 body"]),
        ("message/partial; id=x; number=1", ["subject", "forwarded 1 subject", "forwarded 1 body"]),
        ("message/disposition-notification", ["subject", "body"]),
        ("message/feedback-report", ["subject", "body"]),
    ],
)
def test_no_message_in_a_mail_loses_its_headers(kind: str, names: list[str]) -> None:
    mail = f"Subject: FW\r\nContent-Type: {kind}\r\n\r\nSubject: Outlook\r\n\r\nWindows 11\r\n"
    found = parts(mail)
    assert [name for name, _ in found] == names
    text = " ".join(text for _, text in found)
    assert "Outlook" in text
    assert "Windows 11" in text


def test_a_page_with_an_xml_declaration_and_a_table() -> None:
    page = '<?xml version="1.0" encoding="UTF-8"?><html><body><table><tr><td>OS</td><td>Windows 11</td></tr>'
    assert strip_html(f"{page}<tr><th>App</th><td>Outlook</td></tr></table></body></html>").split() == [
        "OS", "Windows", "11", "App", "Outlook",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("charset", "body", "read", "note"),
    [
        ("", "Büro".encode(), "Büro", "a part names no charset; read as UTF-8"),
        ("", "Büro".encode("cp1252"), "Büro", "a part names no charset; read as Windows-1252"),
        ("; charset=uft-8", "Büro".encode(), "Büro", "a part names a charset that is unknown; read as UTF-8"),
        (
            "; charset=utf-8",
            "Büro “x”".encode("cp1252"),
            "Büro “x”",
            "not in the charset that it names; read as Windows",
        ),
        ("; charset=us-ascii", "Büro".encode(), "Büro", "not in the charset that it names; read as UTF-8"),
        ("; charset=iso-8859-1", "Büro".encode("latin-1"), "Büro", None),
    ],
)
def test_the_bytes_decide_where_the_charset_does_not(charset: str, body: bytes, read: str, note: str | None) -> None:
    found = read_mail(f"Content-Type: text/plain{charset}\r\n\r\n".encode() + body, PARSERS)
    assert found.parts[1] == Part("body", read)
    assert len(found.notes) == (0 if note is None else 1)
    assert note is None or note in found.notes[0]


def test_a_subject_of_bare_bytes_and_an_encoded_one() -> None:
    for raw in (
        "Störung im Büro".encode(),
        "Störung im Büro".encode("cp1252"),
        b"=?utf-8?q?St=C3=B6rung_im_B=C3=BCro?=",
    ):
        assert parts(b"Subject: " + raw + b"\r\n\r\nx")[0] == ("subject", "Störung im Büro")


def test_what_is_forwarded_and_second_texts_are_part_of_the_mail() -> None:
    data = (
        "Subject: FW\r\nContent-Type: multipart/mixed; boundary=A\r\n\r\n"
        "--A\r\n\r\nSee below.\r\n"
        "--A\r\nContent-Type: message/rfc822\r\n\r\nSubject: help\r\n\r\nThe ThinkPad hangs.\r\n"
        "--A\r\nContent-Type: text/plain\r\n\r\nfooter\r\n"
        "--A\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nno\r\n"
        "--A\r\nContent-Type: image/png\r\n\r\nx\r\n--A--\r\n"
    )
    found = read_mail(data.encode(), PARSERS)
    assert [(part.name, part.text.strip()) for part in found.parts] == [
        ("subject", "FW"),
        ("body", "See below."),
        ("body 2", "footer"),
        ("forwarded 1 subject", "help"),
        ("forwarded 1 body", "The ThinkPad hangs."),
    ]
    assert found.files == [Upload("a.txt", b"no")]
    assert found.notes == ["1 picture in the text not read"]


def test_messages_nested_without_end_are_named_and_the_others_read() -> None:
    def nested(levels: int) -> bytes:
        return b"Content-Type: message/rfc822\r\n\r\n" * levels + b"Subject: x\r\n\r\ny"

    with pytest.raises(InputError, match="nested more than 20 deep"):
        read_mail(nested(30), PARSERS)
    result = read_uploads([Upload("deep.eml", nested(5000)), Upload("a.txt", b"Outlook")])
    assert [item.file for item in result.items] == ["a.txt"]
    assert [problem.file for problem in result.problems] == ["deep.eml"]


@given(st.binary(max_size=300), st.sampled_from([b"", b"Content-Type: text/html\r\n\r\n", ALTERNATIVE.encode()[:90]]))
def test_no_bytes_of_a_mail_stop_the_others(data: bytes, before: bytes) -> None:
    result = read_uploads([Upload("a.eml", before + data), Upload("b.txt", b"Outlook")])
    assert result.items[-1].file == "b.txt"


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("error", [RecursionError, MemoryError, KeyError, AssertionError, UnicodeError])
def test_whatever_a_parser_raises_the_others_are_read(error: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    def parser(*_: object) -> None:
        raise error("what stands in the file")

    monkeypatch.setitem(PARSERS, ".pdf", parser)
    result = read_uploads([Upload("a.pdf", b"x"), Upload("b.txt", b"Outlook")])
    assert [item.file for item in result.items] == ["b.txt"]
    said = {RecursionError: "nested too deeply to be read", MemoryError: "needs more than 1,024 MiB of memory"}
    reason = said.get(error, f"damaged, or not what its name says ({error.__name__})")
    assert [problem.reason[: len(reason)] for problem in result.problems] == [reason]


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_damaged_entry_of_an_archive_leaves_the_others(method: int) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr("a.txt", "Outlook hangs " * 200)
        start = archive.getinfo("a.txt").header_offset + 30 + len("a.txt")
        archive.writestr("b.txt", "Teams")
    data = bytearray(out.getvalue())
    data[start + 9 : start + 25] = b"\xff" * 16
    result = read_uploads([Upload("x.zip", bytes(data)), Upload("c.txt", b"Word")])
    assert [item.file for item in result.items] == ["x.zip/b.txt", "c.txt"]
    assert [problem.file for problem in result.problems] == ["x.zip/a.txt"]


def multipart(*inner: str, kind: str = "mixed") -> str:
    found = "".join(f"--{kind}\n{part}\n" for part in inner)
    return f'Subject: s\nContent-Type: multipart/{kind}; boundary="{kind}"\n\n{found}--{kind}--\n'


def attached(name: str, content: str = "x", kind: str = "application/octet-stream", more: str = "") -> str:
    return f'Content-Type: {kind}\nContent-Disposition: attachment; filename="{name}"\n{more}\n{content}'


def test_attachments_are_read_by_their_own_parsers_or_named() -> None:
    document = b64encode(make_docx(paragraph("Outlook 2021 hangs"))).decode()
    mail = multipart(
        "Content-Type: text/plain\n\nSee the files.",
        attached("report.docx", document, more="Content-Transfer-Encoding: base64\n"),
        attached("tickets.csv", "text,id\nTeams,1"),
        attached("old.csv", "size,id\n20,1"),
        attached("photo.png", kind="image/png"),
        attached("setup.exe"),
        attached("notes", "On Windows 11", kind="text/plain"),
        "Content-Type: application/pdf\n\nno PDF",
        'Content-Type: text/plain; name="inline.txt"\nContent-Disposition: inline\n\ninline file',
        "Content-Type: image/gif\nContent-ID: <logo>\n\nx",
        'Content-Type: image/gif; name="image001.gif"\nContent-ID: <logo2>\n\nx',
        "Content-Type: application/octet-stream\n\nx",
    )
    result = read_uploads([Upload("m.eml", mail.encode())])
    assert [(item.file, item.part, item.text) for item in result.items] == [
        ("m.eml", "subject", "s"),
        ("m.eml", "body", "See the files."),
        ("m.eml/report.docx", "", "Outlook 2021 hangs"),
        ("m.eml/tickets.csv", "row 1", "Teams"),
        ("m.eml/notes.txt", "", "On Windows 11"),
        ("m.eml/inline.txt", "", "inline file"),
    ]
    assert [note.reason for note in result.notes if note.file == "m.eml"] == [
        "attachment photo.png not read",
        "attachment setup.exe not read",
        "2 pictures in the text not read",
        "1 attachment without a name not read",
    ]
    assert [problem.file for problem in result.problems] == ["m.eml/old.csv", "m.eml/attachment.pdf"]


def test_what_hangs_on_an_alternative_that_is_not_read_is_read() -> None:
    page = multipart(
        "Content-Type: text/html\n\n<p>page", attached("log.txt", "Teams"), attached("a.exe"), kind="mixed"
    )
    mail = multipart("Content-Type: text/plain\n\nplain", page, "Content-Type: text/calendar\n\nx", kind="alternative")
    found = read_mail(mail.encode(), PARSERS)
    assert [(part.name, part.text.strip()) for part in found.parts] == [("subject", "s"), ("body", "plain")]
    assert [upload.name for upload in found.files] == ["log.txt"]
    assert found.notes == ["attachment a.exe not read"]


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('filename="../../etc/a.txt"', "a.txt"),
        ('filename="C:\\\\temp\\\\a.txt"', "a.txt"),
        ("filename*=utf-8''B%C3%BCro.txt", "Büro.txt"),
        ('filename="=?utf-8?q?B=C3=BCro=2Etxt?="', "Büro.txt"),
        ("filename*0=lo; filename*1=ng.txt", "long.txt"),
        ('filename="Büro.txt"', "Büro.txt"),
        (f'filename="{"n" * 500}.txt"', "n" * 146 + ".txt"),
        ('filename="a\u0007b.TXT"', "ab.TXT"),
    ],
)
def test_names_of_attachments(header: str, name: str) -> None:
    mail = multipart("Content-Type: text/plain\n\nx", f"Content-Disposition: attachment; {header}\n\ny")
    assert [upload.name for upload in read_mail(mail.encode(), PARSERS).files] == [name]


def test_attachments_of_one_name_stay_apart() -> None:
    mail = multipart(*[attached("a.txt", str(n)) for n in range(3)], *[attached("b.bin") for _ in range(60)])
    found = read_mail(mail.encode(), PARSERS)
    assert [upload.name for upload in found.files] == ["a.txt", "(2) a.txt", "(3) a.txt"]
    assert found.notes[1] == "attachment (2) b.bin not read"
    assert found.notes[-1] == "10 more attachments not read"


@pytest.mark.parametrize(
    ("mail", "text", "note"),
    [
        ("Content-Type: multipart/mixed\n\nbody", "body", "a part that should hold others does not; read as text"),
        ("Content-Type: text/html\n\n<p hidden>secret</p>x", "x", "1 hidden passage not read"),
        ("\ufeffContent-Type: text/plain\n\nx", "x", None),
        ("Content-Type: text/markdown\n\n# Head", "# Head", None),
        (
            multipart("Content-Type: application/pgp-encrypted\n\nVersion: 1", kind="encrypted"),
            None,
            "encrypted, or sealed by a signature; save it without to have its text read",
        ),
        (
            multipart("Content-Type: message/delivery-status\n\nReporting-MTA: dns\n\nStatus: 5.1.1\n", kind="report"),
            "Reporting-MTA: dns\nStatus: 5.1.1",
            None,
        ),
    ],
)
def test_parts_of_other_kinds(mail: str, text: str | None, note: str | None) -> None:
    found = read_mail(mail.encode(), PARSERS)
    assert [part.text for part in found.parts[1:]] == ([] if text is None else [text])
    assert note is None or note in found.notes


@pytest.mark.parametrize(
    ("charset", "data", "text", "guessed"),
    [
        ("iso-8859-1", b"\x84x\x93", "„x“", False),
        ("gb2312", "镕".encode("gb18030"), "镕", False),
        ("shift_jis", "①".encode("cp932"), "①", False),
        ("punycode", b"Bro-hoa", "Bro-hoa", True),
        ("rot13", b"abc", "abc", True),
        ("a\0b", b"abc", "abc", True),
        ("ks_c_5601-1987", "한글".encode("cp949"), "한글", False),
    ],
)
def test_charsets_as_programs_mean_them(charset: str, data: bytes, text: str, guessed: bool) -> None:
    found = read_mail(b'Content-Type: text/plain; charset="%s"\n\n' % charset.encode() + data, PARSERS)
    assert found.parts[1].text == text
    assert bool(found.notes) == guessed


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("=?utf-8?q?St=C3=B6?= =?utf-8?q?rung?=", "Störung"),
        ("=?utf-8?b?U3TDtg==?=\n =?utf-8?b?cnVuZw==?=", "Störung"),
        ("Re: =?iso-8859-1?q?=84x=93?= on PC", "Re: „x“ on PC"),
        ("one\n  two", "one  two"),
        ("=?nope?q?abc?=", "abc"),
        ("=?utf-8?b?!!!?=", "=?utf-8?b?!!!?="),
        ("a =?b", "a =?b"),
    ],
)
def test_subjects(subject: str, text: str) -> None:
    assert parts(f"Subject: {subject}\n\nx")[0] == ("subject", text)


MAILBOX = (
    "From a@x Mon Jan  1 10:00:00 2024\nSubject: one\n\nFirst.\n>From here on\n>>From there\n\n"
    "From Monday on it works.\n\n"
    "From MAILER-DAEMON Tue Jan  2 10:00:00 2024\nSubject: two\n"
    'Content-Disposition: attachment; filename="a.txt"\n\nTeams\n'
)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_mailboxes(end: str) -> None:
    result = read_uploads([Upload("in.mbox", MAILBOX.replace("\n", end).encode())])
    assert [(item.file, item.part, " ".join(item.text.split())) for item in result.items] == [
        ("in.mbox", "mail 1 subject", "one"),
        ("in.mbox", "mail 1 body", "First. From here on >From there From Monday on it works."),
        ("in.mbox", "mail 2 subject", "two"),
        ("in.mbox/mail 2/a.txt", "", "Teams"),
    ]


@pytest.mark.usefixtures("in_process")
def test_mailboxes_name_the_mails_that_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    deep = "From a Mon Jan  1 10:00:00 2024\n" + "Content-Type: message/rfc822\n\n" * 30 + "x\n\n"
    result = read_uploads([Upload("a.mbox", (deep + MAILBOX).encode())])
    assert [item.part for item in result.items][:2] == ["mail 2 subject", "mail 2 body"]
    assert [(found.file, found.reason[:24]) for found in result.problems] == [
        ("a.mbox/mail 1", "messages are nested more")
    ]
    monkeypatch.setattr(mails, "MAX_MAILS", 1)
    result = read_uploads([Upload("a.mbox", MAILBOX.encode())])
    assert [found.reason for found in result.problems] == ["1 mail after it left out; at most 1 are read"]
    result = read_uploads([Upload("a.mbox", b"Subject: x\n\nFrom a Mon Jan  1 10:00:00 2024\n")])
    assert "does not begin with the line" in result.problems[0].reason


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"Subject: " + b"x" * 2_000_000 + b"\n\nb", "a header is longer than 65,536 characters"),
        (b"Content-Type: text/plain" + b"; a=b" * 400_000 + b"\n\nb", "a header is longer than 65,536 characters"),
        (b"Content-Type: multipart/mixed; boundary=B\n\n" + b"--B\n\nx\n" * 100_000, "has more than 1,000 parts"),
        (
            b"".join(b"Content-Type: multipart/mixed; boundary=B%d\n\n--B%d\n" % (n, n) for n in range(1_000)),
            "parts are nested more than 20 deep",
        ),
        (b"Content-Type: message/rfc822\n\n" * 1_000, "parts are nested more than 20 deep"),
    ],
)
def test_mails_made_to_take_time_are_refused_at_once(data: bytes, reason: str) -> None:
    begin = time.process_time()
    result = read_uploads([Upload("a.eml", data)])
    assert [found.reason for found in result.problems] == [reason]
    assert time.process_time() - begin < 5


def test_notes_on_many_mails_are_said_once() -> None:
    one = "From a Mon Jan  1 10:00:00 2024\nContent-Type: text/plain; charset=nope\n\nx\n"
    names = "".join(one.replace("text/plain; charset=nope", f"image/png; name={n}.png") for n in range(300))
    result = read_uploads([Upload("a.mbox", (one * 3 + names).encode())])
    heard = [note.reason for note in result.notes]
    assert heard[:2] == [
        "mail 1 and 2 more: a part names a charset that is unknown; read as UTF-8",
        "mail 4: attachment 0.png not read",
    ]
    assert heard[200:] == ["101 more notes of this kind"]


@pytest.mark.parametrize("encoding", ["base64", "Quoted-Printable", "7bit"])
def test_a_forwarded_message_may_be_encoded(encoding: str) -> None:
    inner = "Subject: help\n\nThe ThinkPad T14 hangs.\n"
    packed = {"base64": encodebytes(inner.encode()).decode(), "Quoted-Printable": inner.replace(":", "=3A")}.get(
        encoding, inner
    )
    outer = multipart(f"Content-Type: message/rfc822\nContent-Transfer-Encoding: {encoding}\n\n{packed}")
    result = read_uploads([Upload("m.eml", outer.encode())])
    assert result.problems == []
    assert [item.text.strip() for item in result.items] == ["s", "help", "The ThinkPad T14 hangs."]
