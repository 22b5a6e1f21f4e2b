"""A small file of every format, with the same text in each."""

from __future__ import annotations

from documents import (
    make_compound,
    make_docx,
    make_odt,
    make_pdf,
    make_xlsx,
    make_zip,
    msg_tree,
    paragraph,
    pdf_lines,
    row,
)

TEXT = "Outlook hangs"
FILES: dict[str, bytes] = {
    ".txt": TEXT.encode(),
    ".log": TEXT.encode(),
    ".md": TEXT.encode(),
    ".csv": f"id,text\n1,{TEXT}\n".encode(),
    ".tsv": f"id\ttext\n1\t{TEXT}\n".encode(),
    ".json": f'[{{"text": "{TEXT}"}}]'.encode(),
    ".jsonl": f'{{"text": "{TEXT}"}}\n'.encode(),
    ".ndjson": f'{{"text": "{TEXT}"}}\n'.encode(),
    ".xlsx": make_xlsx({"S": row(1, "id", "text") + row(2, 1, TEXT)}),
    ".docx": make_docx(paragraph(TEXT)),
    ".odt": make_odt(f"<text:p>{TEXT}</text:p>"),
    ".rtf": rb"{\rtf1 %s}" % TEXT.encode(),
    ".pdf": make_pdf([pdf_lines(TEXT)]),
    ".html": f"<p>{TEXT}".encode(),
    ".htm": f"<p>{TEXT}".encode(),
    ".eml": f"Subject: x\n\n{TEXT}".encode(),
    ".msg": make_compound(msg_tree({"1000": TEXT})),
    ".mbox": f"From a@x Mon Jan  1 10:00:00 2024\nSubject: x\n\n{TEXT}".encode(),
}
FILES[".zip"] = make_zip({f"in{kind}": data for kind, data in FILES.items()})
