"""Example texts for the Live page, written for it."""

from __future__ import annotations

EXAMPLES = {
    "Ticket": (
        "Mrs Ingrid Halvorsen (born 14 March 1971) cannot reset her password. Call her on +47 22 55 01 43 or write to "
        "ingrid.halvorsen@fjordbank.example. Order 4471-2290-18 and version 12.4.2024 have nothing to do with it."
    ),
    "Phone note, as recognised": (
        "hi this is um tobias brandt my email is tobias dot brandt at nordlicht dot de and the card is four two "
        "four two four two four two four two four two four two four two it "
        "expires on the first of may twenty twenty seven"
    ),
    "Table": (
        "| customer | phone | card | since |\n|---|---|---|---|\n"
        "| Okafor, Ngozi | (312) 555-0187 ext. 4 | **** **** **** 9921 | 2019-08-30 |\n"
        "| Lindqvist, Bo | 08-555 012 34 | 4000 0566 5566 5556 | 2022-01-07 |"
    ),
    "Log": (
        "2024-05-03 10:22:31 mail-paris-02 postfix: to=<m.duarte@lusotel.example>, relay=10.4.0.12, status=sent\n"
        "2024-05-03 10:22:35 crm-01 app: user mduarte opened ticket INC0042913 for Marta Duarte, Porto"
    ),
}
