"""The service's addresses: tag, redact, goback, health, and the page that describes them (/docs).

Texts are neither stored nor logged; an error tells its kind and never what was sent.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from anyio import to_thread
from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from itner._version import __version__
from itner.core.errors import InputError
from itner.core.provenance import usable_cores
from itner.core.types import Mention, Tagger
from itner.domains.registry import Domain, Rulebook, default_domain, domain_names, get_domain, list_domains
from itner.files.items import TextItem
from itner.files.redaction import STILL, redact_texts
from itner.files.redactor import Method
from itner.files.tagging import find_mentions
from itner.records.store import RunStore
from itner.records.workspace import Workspace
from itner.service.guard import add_guard
from itner.service.page import make_page
from itner.service.problems import FAILED, REFUSED, Invalid, Wrong, refuse
from itner.service.settings import ServiceSettings
from itner.taggers.registry import VARIANT_NAMES, kind_of
from itner.taggers.rules.tagger import RulesTagger
from itner.workflows.goback import describe, go_back, judging_domain
from itner.workflows.open import open_tagger
from itner.workflows.redact import make_plan
from itner.workflows.tag import Chosen

_LOG = logging.getLogger("itner.service")
_MOST_CHARACTERS = 100_000


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Texts(_Strict):
    """Texts, and the domain whose tagger reads them."""

    texts: Annotated[list[Annotated[str, Field(max_length=_MOST_CHARACTERS)]], Field(min_length=1)]
    domain: str | None = Field(
        None, description=f"one of {', '.join(domain_names())}; the first that can do it where none is named"
    )
    threshold: Annotated[float, Field(ge=0, le=1, description="mentions less certain are left out")] = 0.0


class RedactTexts(Texts):
    """Texts to redact, and how."""

    method: Method = "mask"
    types: list[str] | None = Field(None, description="those that point at a person where none is named")


class FoundMention(_Strict):
    """A mention: code points, end exclusive."""

    start: int
    end: int
    type: str
    score: float | None
    text: str
    pii: bool | None = Field(None, description="whether the type points at a person, where the domain tells")


class Tagged(_Strict):
    """Mentions of each text, and what found them."""

    found_by: str
    results: list[list[FoundMention]]


class RedactedTexts(_Strict):
    """Texts without what was found, and how many of each type that was."""

    found_by: str
    texts: list[str | None] = Field(description="null where a text is left out")
    counts: dict[str, int]
    left_out: dict[int, str] = Field(description="why, by the place among the texts")


class VerdictOut(_Strict):
    """What follows from a text."""

    verdict: Literal["violation", "compliant", "review"]
    confidence: float
    rules: list[str]
    why: str
    evidence: list[dict[str, Any]]
    mentions: list[dict[str, Any]]


class Verdicts(_Strict):
    """What follows from each text, and what found its things."""

    found_by: str
    results: list[VerdictOut]


class Health(_Strict):
    """Whether the service works, and what tags in each domain."""

    status: Literal["ok"]
    version: str
    taggers: dict[str, str]


@dataclass(frozen=True)
class _Served:
    domain: Domain
    tagger: Tagger
    what: str
    rulebook: Rulebook | None

    def find(self, texts: Sequence[str], threshold: float) -> list[tuple[Mention, ...]]:
        return find_mentions(texts, self.tagger, threshold)


def create_app(settings: ServiceSettings) -> FastAPI:
    """The service, with its taggers loaded."""
    served = _load(settings)
    app = FastAPI(
        title="itner",
        version=__version__,
        description=(__doc__ or "").strip(),
        lifespan=_bound_work,
        # The pages that come with FastAPI load their scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
    )
    add_guard(app, settings)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        # Without the input, which pydantic would quote.
        told = [Wrong(where=_known_part(each["loc"]), what=each["msg"]) for each in error.errors()]
        return JSONResponse(Invalid(detail=told).model_dump(), 422)

    @app.exception_handler(InputError)
    async def refused(request: Request, error: InputError) -> JSONResponse:
        if error.path is None:
            return refuse(400, error.problem)
        # A file is the service's own, so that nothing the client sent is wrong.
        _LOG.error("%s failed: %s", request.url.path, error)
        return refuse(500, f"failed ({type(error).__name__})")

    def choose(asked: Texts, able: Callable[[Domain], bool], what: str) -> _Served:
        if len(asked.texts) > settings.max_texts:
            raise HTTPException(413, f"more than {settings.max_texts:,} texts; send fewer")
        if sum(map(len, asked.texts)) > settings.max_characters:
            raise HTTPException(
                413, f"more than {settings.max_characters:,} characters in all texts; send fewer at once"
            )
        names = [name for name, each in served.items() if able(each.domain)]
        if asked.domain is None and names:
            # What a run was named for is meant before what only rules tag.
            return served[min(names, key=lambda name: (name not in settings.runs, name != default_domain()))]
        if asked.domain not in names:
            raise HTTPException(404, f"no domain of that name that {what}; there is {', '.join(names) or 'none'}")
        return served[asked.domain]

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(make_page(app.openapi()))

    # No work, so that it is answered while all who work are busy.
    @app.get("/health", responses=FAILED)
    async def health() -> Health:
        """Whether the service works, and what tags."""
        return Health(status="ok", version=__version__, taggers={name: each.what for name, each in served.items()})

    @app.post("/tag", responses=REFUSED)
    def tag(asked: Texts) -> Tagged:
        """The mentions of each text."""
        chosen = choose(asked, lambda domain: True, "tags")
        found = chosen.find(asked.texts, asked.threshold)
        personal = chosen.domain.personal
        results = [
            [
                FoundMention(
                    start=m.start,
                    end=m.end,
                    type=m.type,
                    score=m.score,
                    text=text[m.start : m.end],
                    pii=m.type in personal if personal else None,
                )
                for m in mentions
            ]
            for text, mentions in zip(asked.texts, found, strict=True)
        ]
        return Tagged(found_by=chosen.what, results=results)

    @app.post("/redact", responses=REFUSED)
    def redact(asked: RedactTexts) -> RedactedTexts:
        """Each text without what was found in any of them; one in which it would still stand, encoded, is left out."""
        chosen = choose(asked, lambda domain: bool(domain.personal), "redacts")
        known = chosen.domain.scheme.types
        if not set(asked.types or ()) <= set(known):
            raise HTTPException(400, f"types are among {', '.join(known)}")
        plan = make_plan(chosen.domain, asked.method, asked.types, key=settings.key)
        texts, counts = redact_texts(asked.texts, plan, lambda texts: chosen.find(texts, asked.threshold))
        left_out = {place: STILL for place, text in enumerate(texts) if text is None}
        return RedactedTexts(found_by=chosen.what, texts=texts, counts=counts, left_out=left_out)

    @app.post("/goback", responses=REFUSED)
    def goback(asked: Texts) -> Verdicts:
        """What follows from each text by the domain's rules."""
        chosen = choose(asked, lambda domain: domain.judging is not None, "judges")
        items = [TextItem("", "", text) for text in asked.texts]
        tagger = Chosen(chosen.tagger, chosen.what)
        judged = go_back(items, chosen.domain, tagger, asked.threshold, settings.confidence, rulebook=chosen.rulebook)
        keys = VerdictOut.model_fields
        results = [VerdictOut(**{k: v for k, v in describe(each).items() if k in keys}) for each in judged]
        return Verdicts(found_by=chosen.what, results=results)

    return app


def _known_part(place: Sequence[int | str]) -> list[int | str]:
    """Where in a request something is wrong, without names that it does not have: these may be text."""
    known = {"body", *RedactTexts.model_fields}
    return [part if isinstance(part, int) or part in known else "?" for part in place]


@asynccontextmanager
async def _bound_work(app: FastAPI) -> AsyncIterator[None]:
    """While the service runs, no more requests are worked on at once than there are cores; others wait."""
    to_thread.current_default_thread_limiter().total_tokens = max(2, usable_cores())
    yield


def _load(settings: ServiceSettings) -> dict[str, _Served]:
    """What tags and judges in each domain, tried once: what is missing or broken is found before anybody asks."""
    served = {}
    for domain in list_domains():
        folder = settings.runs.get(domain.name)
        tagger: Tagger
        if folder is not None:
            run = RunStore(folder.parent).load(folder.name)
            variant = settings.variant or kind_of(run).live[0]
            tagger = open_tagger(folder.name, variant, Workspace(folder.parent, folder.parent))
            what = f"run {folder.name}, {VARIANT_NAMES[variant]}"
        elif domain.functions:
            tagger, what = RulesTagger(get_domain(domain.name)), f"the rules of {domain.name}"
        else:
            continue
        rulebook = None
        if domain.judging is not None:
            own = settings.rules if domain is judging_domain() else None
            rulebook = domain.judging.read(own)
            rulebook.judge(domain.judging.reports[0], ())
        tagger.tag([domain.sample])
        served[domain.name] = _Served(domain, tagger, what, rulebook)
    return served
