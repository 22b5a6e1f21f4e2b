"""Web pages: what a browser shows, in its lines and cells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from itner.files.items import DEFAULTS, Upload
from itner.files.readers import read_uploads
from itner.files.web import read_html, read_page, strip_html


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("text<div>more</div>tail", "text\nmore\ntail"),
        ("<p>One<br>two</p>\n  <p>three", "One\ntwo\nthree"),
        ("a<br><br>b", "a\n\nb"),
        ("x\n\n  y\t z", "x y z"),
        ("Out<b>look</b> <i>2021</i>", "Outlook 2021"),
        ("<pre>a\n  b\tc</pre>d", "a\n  b\tc\nd"),
        ("<ul><li>a<li>b <ol><li>c</ol></ul>d", "a\nb\nc\nd"),
        ("<table><tr><td>OS<td>Windows 11<tr><th>App<td>Outlook</table>", "OS\tWindows 11\nApp\tOutlook"),
        ("<table>\n<tr>\n <td>a</td>\n <td><p>b</p><p>c</p></td>\n</tr></table>x", "a\tb\nc\nx"),
        ("<table><tr><td><table><tr><td>in<td>n</table><td>out</table>", "in\tn\tout"),
        ("&Auml;pfel &amp; Birnen &#8211; &lt;b&gt; T&shy;eams", "Äpfel & Birnen – <b> T\xadeams"),
        ("<a href=x>link</a>, <wbr>w<img alt=no>", "link, w"),
        ("<select><option>a<option>b</select><textarea>x\n y</textarea>", "a\nb\nx\n y"),
        ("<h1>T</h1><svg><title>no</title><text>drawn</text></svg>", "T\ndrawn"),
        ("<script>if (a<b) '</p>'</script><style>p{}</style><template>t</template><noscript>n</noscript>x", "x"),
        ("<!--[if mso]>no<![endif]--><![if !mso]>yes<![endif]>", "yes"),
        ("<dl><dt>OS<dd>Linux</dl><blockquote>q</blockquote>", "OS\nLinux\nq"),
        ("<p>x</p\n><br/><p>y", "x\n\ny"),
    ],
)
def test_a_page_is_read_as_it_is_shown(page: str, text: str) -> None:
    assert strip_html(page) == text


@pytest.mark.parametrize(
    "hidden",
    [
        "<p hidden>{}</p>",
        '<div style="display: none">{}</div>',
        '<span style="color:red;DISPLAY:none!important">{}</span>',
        '<td style="visibility:hidden"><b>{}</b></td>',
        '<div style="mso-hide:all">{}<p>more</div>',
    ],
)
def test_hidden_passages_are_left_out_and_counted(hidden: str) -> None:
    page = read_page(f"a {hidden.format('secret')}{hidden.format(' ')} b")
    assert "secret" not in page.text
    assert page.text.split() == ["a", "b"]
    assert page.hidden == 1 + ("more" in hidden)
    assert "1 hidden passage" in str(read_html(b"x<p hidden>y", DEFAULTS).notes)


def test_the_title_is_a_part() -> None:
    data = b"<html><head><title>Outlook\n hangs</title></head><body><p>On Windows 11"
    found = read_uploads([Upload("a.html", data), Upload("b.HTM", b"<p>x")])
    assert [(item.part, item.text) for item in found.items] == [
        ("title", "Outlook hangs"),
        ("", "On Windows 11"),
        ("", "x"),
    ]


@pytest.mark.parametrize(
    ("declaration", "charset"),
    [
        ('<meta charset="windows-1252">', "cp1252"),
        ("<meta charset=iso-8859-1>", "cp1252"),
        ('<META http-equiv="Content-Type" content="text/html; charset=ISO-8859-2">', "iso8859-2"),
        ('<?xml version="1.0" encoding="utf-8"?>', "utf-8"),
        # A declaration that can be read as ASCII is not true.
        ("<meta charset=utf-16>", "utf-8"),
        ("", "utf-8"),
        ("", "utf-16"),
        ("<meta charset=iso-8859-1>", "utf-8-sig"),
    ],
)
def test_the_encoding_is_the_one_of_the_page(declaration: str, charset: str) -> None:
    found = read_html(f"{declaration}<p>Größe".encode(charset), DEFAULTS)
    assert [part.text for part in found.parts] == ["Größe"]
    assert found.notes == []


@pytest.mark.parametrize("charset", ["utf-9", "utf-8"])
def test_a_wrong_declaration_is_said(charset: str) -> None:
    text = "Der Drucker im Büro läuft nicht, die Anwender möchten größere Schrift. " * 5
    data = f"<meta charset={charset}><p>{text}".encode("utf-8" if charset == "utf-9" else "cp1252")
    found = read_html(data, DEFAULTS)
    assert found.parts[0].text == text.strip()
    assert found.notes[0] == "not in the encoding that the page names"


@pytest.mark.parametrize("unit", ["<div>", "<table><tr><td>", "<b><i>", "<blockquote><p>"])
def test_depth_loses_nothing_and_costs_no_stack(unit: str) -> None:
    assert strip_html(unit * 20_000 + "deep") == "deep"


words = st.text("abcäß€", min_size=1, max_size=5)


@given(
    st.recursive(
        words, lambda inner: st.tuples(st.sampled_from(["p", "div", "td", "b", "li", "tr", "pre"]), st.lists(inner))
    )
)
def test_no_word_is_lost_or_added(tree: object) -> None:
    found: list[str] = []

    def write(node: object) -> str:
        if isinstance(node, str):
            found.append(node)
            return f" {node} "
        tag, inner = node  # type: ignore[misc]
        return f"<{tag}>{''.join(write(child) for child in inner)}</{tag}>"

    assert strip_html(write(tree)).split() == found
