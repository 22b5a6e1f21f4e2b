"""The recipe for a kind of tagger, followed in a copy of the repository: all pages, and the verbs for runs, take it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from shipped import REPOSITORY

TAGGER = r'''
"""Marks capital letters."""
import re
from itner.core.types import Mention


class EchoTagger:
    def __init__(self, types):
        self.types = types

    def tag(self, texts, guideline=None):
        capitals = r"\b[A-Z]\w+"
        return [[Mention(m.start(), m.end(), self.types[0]) for m in re.finditer(capitals, t)] for t in texts]

    def tag_documents(self, documents, on_share=None):
        return [tuple(found) for found in self.tag([document.text for document in documents])]
'''
KIND = '''
"""Echo as a kind."""
from itner.taggers.base import CardText, Kind, Probe, Remake
from itner.taggers.echo.tagger import EchoTagger


def _open(run, variant, threads):
    return EchoTagger(run.info.types)


def _probe(run, variant, threads):
    tagger = _open(run, variant, threads)
    return Probe(tagger, "tokens", lambda length, documents: lambda: tagger.tag_documents(documents[:1]))


ECHO = Kind(
    name="echo", variants={"loud": "Loud", "fp32": "FP32"}, reference=None, exact=(), live=("loud", "fp32"),
    lack=lambda run: None, open=_open, probe=_probe, warm=lambda variant: None,
    deployed_bytes=lambda run, variant: 7, recipe=lambda variant: None,
    facts=lambda run: {"echo SHA-256": run.info.echo_sha256},
    remake=lambda run, name: Remake(("rules", run.info.domain, "--run", name), lost=("loudness",)),
    card=lambda run: CardText("It echoes.", "Nothing.", ("It shouts.",), "None.", {"library_name": "itner"}),
)
'''
RECORD = '''
@dataclass(frozen=True, config=STRICT, kw_only=True)
class EchoRun(_Untrained):
    """An echo."""

    kind: Literal["echo"] = "echo"
    echo_sha256: Sha256
    schema_version: Literal[1] = 1
    family: str = "echo"

    @property
    def model_sha256(self) -> str:
        return self.echo_sha256


RunRecord = Annotated[
    EncoderRun | RulesRun | CompactRun | UnionRun | PromptedRun | GenerativeRun | EchoRun'''
CONFIG = '''
@dataclass(frozen=True, config=STRICT)
class EchoConfig:
    """Of an echo."""

    kind: Literal["echo"] = "echo"
    schema_version: Literal[1] = 1


RunConfig = Annotated[
    EncoderConfig | RulesConfig | CompactConfig | UnionConfig | PromptedConfig | GenerativeConfig | EchoConfig'''
MAKE = """
import sys
from pathlib import Path
from itner.core.provenance import collect_provenance
from itner.domains.registry import get_domain
from itner.records.config import EchoConfig
from itner.records.run import EchoRun
from itner.records.store import write_config, write_run
scheme = get_domain("it").scheme
folder = Path(sys.argv[1]) / "echo"
folder.mkdir(parents=True)
write_config(folder, EchoConfig())
write_run(folder, EchoRun(name="echo", domain="it", scheme=scheme.name, labels=scheme.labels,
                          provenance=collect_provenance(), echo_sha256="e" * 64))
"""
CALL = """
import contextlib, io, json, sys
from itner.cli.app import main
said = []
for words in json.loads(sys.argv[1]):
    with contextlib.redirect_stdout(io.StringIO()) as out:
        try:
            main(words)
        except SystemExit as ended:
            assert not ended.code, (words, out.getvalue())
    said.append(out.getvalue())
print(json.dumps(said))
"""
OPEN = """
import json, sys
from streamlit.testing.v1 import AppTest
found = {}
for name in ("overview", "quality", "efficiency", "errors", "data", "run", "live", "tag_files"):
    app = AppTest.from_file("streamlit_app.py", default_timeout=60)
    if name != "overview":
        app.switch_page(f"pages/{name}.py")
    if name == "run":
        app.query_params["run_name"] = "echo"
    app.run()
    assert not app.exception, (name, app.exception)
    shown = [table.value.to_csv() for table in app.dataframe]
    shown += [" ".join(box.options) for box in (*app.selectbox, *app.multiselect)]
    for kind in ("info", "warning", "text", "markdown", "metric", "code"):
        shown += [str(block.value) for block in getattr(app, kind)]
    shown += [block.body for block in app.get("html")]
    found[name] = "; ".join(shown)
print(json.dumps(found))
"""


def replace_in(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, (path, old)
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_kind_that_follows_the_recipe_is_on_every_page(tmp_path: Path) -> None:
    root = tmp_path / "copy"
    root.mkdir()
    for name in ("itner", "pages"):
        shutil.copytree(REPOSITORY / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("streamlit_app.py", "pyproject.toml"):
        shutil.copy(REPOSITORY / name, root / name)
    shutil.copytree(REPOSITORY / "data" / "helpdesk", root / "data" / "helpdesk")
    shutil.copy(REPOSITORY / "data" / "processed_meta.json", root / "data")
    # 1 and 2
    folder = root / "itner" / "taggers" / "echo"
    folder.mkdir()
    for name, text in (("__init__", ""), ("tagger", TAGGER), ("kind", KIND)):
        (folder / f"{name}.py").write_text(text.lstrip(), encoding="utf-8")
    # 3
    registry = root / "itner" / "taggers" / "registry.py"
    replace_in(registry, "PROMPTED, GENERATIVE)", "PROMPTED, GENERATIVE, ECHO)")
    replace_in(
        registry,
        "from itner.taggers.encoder.kind",
        "from itner.taggers.echo.kind import ECHO\nfrom itner.taggers.encoder.kind",
    )
    # 4
    records = root / "itner" / "records"
    kinds = ("Encoder", "Rules", "Compact", "Union", "Prompted", "Generative")
    for module, what, new in (("run", "Run", RECORD), ("config", "Config", CONFIG)):
        union = " | ".join(f"{kind}{what}" for kind in kinds)
        name = "RunRecord" if what == "Run" else "RunConfig"
        replace_in(records / f"{module}.py", f"{name} = Annotated[\n    {union}", new.lstrip())

    environment = {name: value for name, value in os.environ.items() if not name.startswith("ITNER_")}
    environment |= {"PYTHONPATH": str(root)}

    def python(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, *words], capture_output=True, text=True, cwd=root, env=environment, timeout=200
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    # 5
    python("-c", MAKE, str(root / "models"))
    (root / "mail.txt").write_text("Outlook hangs", encoding="utf-8")
    expected = {
        ("rules", "it"): "it_rules",
        ("evaluate", "echo", "--dataset", "helpdesk"): "helpdesk test",
        ("evaluate", "it_rules", "--dataset", "helpdesk"): "helpdesk test",
        ("score", "echo", "it_rules"): "helpdesk test",
        ("benchmark", "echo", "--dataset", "helpdesk", "--rounds", "1", "--variant", "loud"): "128 tokens p50",
        # Nothing is built for a kind that is opened as it is, whatever its variants are called.
        ("export", "echo"): "echo fp32: 0.00 MB",
        ("tag", "mail.txt", "--run", "echo"): "1 text tagged",
    }
    said = json.loads(python("-c", CALL, json.dumps(list(expected))))
    for (words, wanted), found in zip(expected.items(), said, strict=True):
        assert wanted in found, (words, found)
    card = (root / "models" / "echo" / "README.md").read_text(encoding="utf-8")
    assert "finds ERROR, HARDWARE, OS, SOFTWARE, VERSION. It echoes." in card
    assert "- It shouts." in card

    pages = json.loads(python("-c", OPEN))
    assert "helpdesk" in pages.pop("data")  # it is about texts, whatever tags them
    for name, shown in pages.items():
        assert "echo" in shown, name
    assert "e" * 64 in pages["run"]
    assert "differs from this run in loudness" in pages["run"]
