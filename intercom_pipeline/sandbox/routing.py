"""Which endpoint a path belongs to, where only the first line of a request is known."""

from functools import cache
from re import Pattern

from starlette.routing import compile_path

from intercom_pipeline.sandbox.routes import ENDPOINTS

ELSEWHERE = "*"
"""The route of a path that is none of the API's."""


def route_of(method: str, path: str) -> str:
    """The endpoint's path with its parameters by name: `/conversations/{id}`."""
    found = (route for one, pattern, route in _patterns() if one == method and pattern.match(path))
    return next(found, ELSEWHERE)


@cache
def _patterns() -> tuple[tuple[str, Pattern[str], str], ...]:
    return tuple((each.method, compile_path(each.route)[0], each.route) for each in ENDPOINTS)
