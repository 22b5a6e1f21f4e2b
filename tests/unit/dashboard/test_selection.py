from __future__ import annotations

from streamlit.testing.v1 import AppTest


def one() -> None:
    import streamlit as st

    from itner.dashboard import selection

    selection.begin()
    public = ["hello", "ours"]
    st.write(selection.choose_one("One", ["a", "b", "c"], "one", default="b"))
    st.write(" ".join(selection.choose_many("Many", ["x", "y", "z"], "many", ["x", "y"], most=2)))
    st.write(selection.choose_number("Number", 0.0, 10.0, 0.5, "number", 4.0, "%.1f"))
    st.write(selection.choose_text("text", "hello", 8, lambda: st.text_input("Text", key="text"), public))
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


def test_a_choice_of_nothing_leaves_the_others_to_the_user() -> None:
    app = open_with(one="c")
    app.multiselect(key="many").set_value([]).run()
    app.selectbox(key="one").set_value("a").run()
    assert shown(app)[:2] == ["a", ""]
    assert app.query_params["one"] == "a"


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


def test_what_the_user_types_stays_out_of_the_address() -> None:
    app = open_with()
    app.text_input(key="text").set_value("ours").run()
    assert app.query_params["text"] == "ours"
    app.text_input(key="text").set_value("mine").run()
    assert shown(app)[3] == "mine"
    assert "text" not in app.query_params
    app.selectbox(key="one").set_value("a").run()
    assert shown(app)[3] == "mine"
    assert "text" not in app.query_params


def test_a_text_that_a_link_brought_stays_in_the_address_until_it_is_changed() -> None:
    app = open_with(text="theirs")
    app.selectbox(key="one").set_value("a").run()
    assert (app.query_params["text"], shown(app)[3]) == ("theirs", "theirs")
    app.text_input(key="text").set_value("mine").run()
    assert "text" not in app.query_params
    app.run()
    assert shown(app)[3] == "mine"


def linked() -> None:
    import streamlit as st

    from itner.dashboard import selection

    selection.begin()
    st.write(selection.wanted("one"))
    selection.choose_one("One", ["a", "b"], "one")
    selection.write_link()
    st.text(selection.permalink(text="Straße & <b>"))


def test_the_link_to_a_view_holds_the_text_that_the_address_does_not() -> None:
    app = AppTest.from_function(linked)
    app.query_params["one"] = "b"
    app.run()
    assert app.text[0].value.endswith("?one=b&text=Stra%C3%9Fe+%26+%3Cb%3E")
    assert dict(app.query_params) == {"one": "b"}


def test_what_is_not_to_be_had_is_known_to_be_wanted() -> None:
    app = AppTest.from_function(linked)
    app.query_params["one"] = "zzz"
    app.run()
    assert (app.markdown[0].value, app.selectbox(key="one").value) == ("zzz", "a")
