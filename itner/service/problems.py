"""What the service answers where it does not do what was asked: one shape, as the description of each address tells."""

from __future__ import annotations

from typing import Any

from fastapi.responses import JSONResponse
from pydantic import BaseModel


class Problem(BaseModel):
    """Why a request was not done, in words."""

    detail: str


class Wrong(BaseModel):
    """A part of a request, by its keys and places, and what is wrong with it."""

    where: list[int | str]
    what: str


class Invalid(BaseModel):
    """What is wrong with a request."""

    detail: list[Wrong]


_WAIT = {"Retry-After": {"description": "after how many seconds to ask again", "schema": {"type": "integer"}}}
FAILED: dict[int | str, dict[str, Any]] = {500: {"model": Problem, "description": "It failed; the log names the kind."}}
# Of an address that is sent something.
REFUSED: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "It cannot be read, or asks for something that there is not."},
    404: {"model": Problem, "description": "There is no such domain here."},
    408: {"model": Problem, "description": "It took too long to arrive."},
    413: {"model": Problem, "description": "It is too large; send less."},
    415: {"model": Problem, "description": "It is no JSON, or does not say so."},
    422: {"model": Invalid, "description": "A part of it is wrong."},
    429: {"model": Problem, "description": "The client asks too often.", "headers": _WAIT},
    503: {"model": Problem, "description": "The service has enough to do.", "headers": _WAIT},
    **FAILED,
}


def refuse(status: int, detail: str, wait_s: float | None = None) -> JSONResponse:
    """An answer that says why.

    Args:
        wait_s: after how many seconds the client may ask again.
    """
    headers = {"Retry-After": str(int(wait_s) + 1)} if wait_s is not None else None
    return JSONResponse(Problem(detail=detail).model_dump(), status, headers=headers)
