from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from streamlit.testing.v1 import AppTest


def one() -> None:
    import streamlit as st

    from itner.dashboard import selection

    selection.begin("page")
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

    selection.begin("page")
    st.write(selection.wanted("one"))
    selection.choose_one("One", ["a", "b"], "one")
    selection.write_link()


def sharing() -> None:
    import streamlit as st

    from itner.dashboard import selection, shared_texts

    selection.begin("page")
    selection.choose_one("One", ["a", "b"], "one")
    st.write(selection.choose_text("text", "hello", 90, lambda: st.text_input("Text", key="text"), ["hello"]))
    selection.write_link()
    if st.button("Share"):
        st.text(selection.share("text", st.session_state.text, {"one": ["a"]}))
    if st.button("Restart"):
        shared_texts.shared_texts.cache_clear()


def test_the_text_is_in_no_link_and_comes_with_it() -> None:
    app = AppTest.from_function(sharing).run()
    app.text_input(key="text").set_value("Straße & <b>").run()
    assert not app.text
    assert dict(app.query_params) == {}
    app.button[0].click().run()
    assert dict(app.query_params) == {}
    query = parse_qs(urlsplit(app.text[0].value).query)
    assert query.keys() == {"one", "text_link"}
    assert query["one"] == ["a"]
    assert len(query["text_link"][0]) > 20

    theirs = AppTest.from_function(sharing)
    theirs.query_params["text_link"] = query["text_link"]
    theirs.run()
    assert shown(theirs) == ["Straße & <b>"]
    # It can be read again while it is what the link brought, and the address has nothing of it once it is edited.
    assert theirs.query_params["text_link"] == query["text_link"][0]
    theirs.text_input(key="text").set_value("mine").run()
    assert (shown(theirs), dict(theirs.query_params)) == (["mine"], {})
    assert not theirs.warning

    app.button[1].click().run()
    late = AppTest.from_function(sharing)
    late.query_params["text_link"] = query["text_link"]
    late.run()
    assert shown(late) == ["hello"]
    assert "not kept any more: it is kept 7 days at most, until the server restarts" in late.warning[0].value
    assert dict(late.query_params) == {}


def test_one_and_many_of_a_key_take_over_what_the_other_chose() -> None:
    app = AppTest.from_function(both).run()
    assert app.multiselect(key="key").value == ["a", "b"]
    app.toggle[0].set_value(True).run()
    # The default, where it is among them.
    assert app.selectbox(key="key").value == "b"
    app.selectbox(key="key").set_value("c").run()
    app.toggle[0].set_value(False).run()
    assert app.multiselect(key="key").value == ["c"]


def both() -> None:
    import streamlit as st

    from itner.dashboard import selection

    selection.begin("page")
    if st.toggle("One"):
        selection.choose_one("Key", ["a", "b", "c"], "key", "b")
    else:
        selection.choose_many("Key", ["a", "b", "c"], "key", ["a", "b"])
    selection.write_link()


def test_what_is_not_to_be_had_is_known_to_be_wanted() -> None:
    app = AppTest.from_function(linked)
    app.query_params["one"] = "zzz"
    app.run()
    assert (app.markdown[0].value, app.selectbox(key="one").value) == ("zzz", "a")
