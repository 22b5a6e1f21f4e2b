from __future__ import annotations

from streamlit.testing.v1 import AppTest


def one() -> None:
    import streamlit as st

    from itner.dashboard import selection

    selection.begin()
    st.write(selection.choose_one("One", ["a", "b", "c"], "one", default="b"))
    st.write(" ".join(selection.choose_many("Many", ["x", "y", "z"], "many", ["x", "y"], most=2)))
    st.write(selection.choose_number("Number", 0.0, 10.0, 0.5, "number", 4.0, "%.1f"))
    st.write(selection.choose_text("text", "hello", 8, 6, lambda: st.text_input("Text", key="text")))
    selection.write_link()


def shown(app: AppTest) -> list[str]:
    assert not app.exception
    return [block.value for block in app.markdown]


def open_with(**query: str | list[str]) -> AppTest:
    app = AppTest.from_function(one)
    for key, value in query.items():
        app.query_params[key] = value
    return app.run()


def test_defaults_leave_the_address_clean() -> None:
    app = open_with()
    assert shown(app) == ["b", "x y", "`4.0`", "hello"]
    assert dict(app.query_params) == {}


def test_a_link_sets_every_choice() -> None:
    app = open_with(one="c", many=["z", "x"], number="7.5", text="world")
    assert shown(app) == ["c", "x z", "`7.5`", "world"]
    app.run()
    assert shown(app) == ["c", "x z", "`7.5`", "world"]


def test_a_choice_of_the_user_wins_over_the_link_that_opened_the_page() -> None:
    app = open_with(one="c")
    app.selectbox(key="one").set_value("a").run()
    assert shown(app)[0] == "a"
    assert app.query_params["one"] == "a"
    app.selectbox(key="one").set_value("b").run()
    assert "one" not in app.query_params


def test_nonsense_in_a_link_falls_back() -> None:
    app = open_with(one="zzz", many=["q"], number="nan", text="far too long a text", other="x")
    assert shown(app) == ["b", "x y", "`4.0`", "far too"]
    assert shown(open_with(number="1e9"))[2] == "`10.0`"
    assert shown(open_with(number="-inf"))[2] == "`0.0`"
    assert shown(open_with(many=["x", "y", "z"]))[1] == "x y"


def test_nothing_chosen_is_a_choice() -> None:
    app = open_with()
    app.multiselect(key="many").set_value([]).run()
    assert shown(app)[1] == ""
    app.run()
    assert shown(app)[1] == ""


def test_a_long_text_stays_out_of_the_address() -> None:
    app = open_with()
    app.text_input(key="text").set_value("short").run()
    assert app.query_params["text"] == "short"
    app.text_input(key="text").set_value("too long").run()
    assert shown(app)[3] == "too long"
    assert "text" not in app.query_params
