"""What is the same for all figures, and what the server is told for the pages' sake."""

from __future__ import annotations

import tomllib

import plotly.graph_objects as go
import pytest
from shipped import REPOSITORY
from streamlit import config

from itner.core.types import Mention
from itner.dashboard.figures import INK, arrange
from itner.dashboard.tag_files import top_bars
from itner.files.items import TextItem
from itner.files.summary import top_mentions
from itner.files.tagging import TaggedItem


def test_a_telephone_number_is_a_name_and_no_number() -> None:
    numbers = ("4111111111111111", "004722550143", "2024-03-14", "12")
    found = [TaggedItem(TextItem("a", "", text), (Mention(0, len(text), "PHONE"),)) for text in numbers]
    figure = arrange(top_bars(top_mentions(found)))
    assert figure.layout.yaxis.type == "category"
    assert set(figure.data[0].y) == set(numbers)


@pytest.mark.parametrize(
    ("trace", "axes"),
    [
        (go.Bar(x=["2024"], y=[1]), ("category", None)),
        (go.Bar(x=[1], y=["2024"], orientation="h"), (None, "category")),
        (go.Heatmap(x=["1", "2"], y=["3"], z=[[1, 2]]), ("category", "category")),
        (go.Scatter(x=[1], y=[2]), (None, None)),
    ],
)
def test_names_stand_on_axes_of_names(trace: object, axes: tuple[str | None, str | None]) -> None:
    layout = arrange(go.Figure(trace)).layout
    assert (layout.xaxis.type, layout.yaxis.type) == axes


def test_a_legend_grows_upwards_and_takes_little_of_the_plot() -> None:
    def draw(entries: int) -> go.Figure:
        lines = [go.Scatter(x=[1, 2], y=[1, 2], name=f"run {number}") for number in range(entries)]
        return arrange(go.Figure(lines, {"height": 400, "legend": {"itemsizing": "constant"}}))

    legend = draw(2).layout.legend
    assert (legend.orientation, legend.yanchor, legend.itemsizing) == ("h", "bottom", "constant")
    assert legend.y >= 1
    assert draw(2).layout.height == 400
    assert draw(9).layout.height > draw(5).layout.height > 400


def test_long_titles_of_axes_are_broken_into_lines() -> None:
    title = "times as fast as minilm_full_kd · FP32 (128 pieces or tokens, median, log scale)"
    figure = arrange(go.Figure(go.Scatter(x=[1], y=[1]), {"xaxis": {"title": title}, "yaxis": {"title": title}}))
    for axis, most in ((figure.layout.xaxis, 42), (figure.layout.yaxis, 30)):
        lines = axis.title.text.split("<br>")
        assert max(map(len, lines)) <= most
        assert " ".join(lines) == title


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_what_a_figure_draws_itself_is_seen_in_both_themes() -> None:
    figure = go.Figure(go.Bar(x=["a"], y=[1], error_y={"array": [1]}))
    figure.add_annotation(x="a", y=1, text="here", showarrow=True)
    figure.add_vline(x=0)
    figure.add_hline(y=1, line={"color": "#123456"})
    arrange(figure)
    assert figure.data[0].error_y.color == figure.layout.annotations[0].arrowcolor == INK
    assert [shape.line.color for shape in figure.layout.shapes] == [INK, "#123456"]
    with (REPOSITORY / ".streamlit" / "config.toml").open("rb") as file:
        themes = tomllib.load(file)["theme"]
    for theme in ("light", "dark"):
        one, other = sorted((luminance(INK), luminance(themes[theme]["backgroundColor"])))
        assert (other + 0.05) / (one + 0.05) > 3


def test_streamlit_knows_every_setting_of_ours() -> None:
    with (REPOSITORY / ".streamlit" / "config.toml").open("rb") as file:
        settings = tomllib.load(file)
    for section in ("server", "runner", "client", "browser"):
        for name, value in settings[section].items():
            # One that a later Streamlit no longer has raises, where the server itself would only log it.
            assert config.get_option(f"{section}.{name}") == value
