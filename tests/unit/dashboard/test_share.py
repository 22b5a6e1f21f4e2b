from __future__ import annotations

import json

import pandas as pd

from itner.core.types import Mention
from itner.dashboard.live_share import as_json
from itner.dashboard.widgets import to_csv


def test_the_json_holds_text_model_and_spans() -> None:
    shown = json.loads(as_json("Excel – fine", "m · INT8", [Mention(0, 5, "SOFTWARE", 0.98765)]))
    assert shown == {
        "file": "live",
        "part": "m · INT8",
        "text": "Excel – fine",
        "spans": [{"start": 0, "end": 5, "type": "SOFTWARE", "score": 0.9877, "text": "Excel"}],
    }
    assert "–" in as_json("Excel – fine", "m", [])


def test_a_download_runs_no_formula() -> None:
    frame = pd.DataFrame({"mention": ["=HYPERLINK(1)", "-2+A1", "-2", None], "count": [-1, 2, 3, 4]})
    lines = to_csv(frame).splitlines()
    assert lines == ["\ufeffmention,count", "'=HYPERLINK(1),-1", "'-2+A1,2", "-2,3", ",4"]
