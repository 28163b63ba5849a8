"""Help centres and their collections."""

from intercom_pipeline.sandbox.endpoint import Endpoint
from intercom_pipeline.sandbox.routes.lists import Respond, numbered, one, whole

_COLLECTIONS, _HELP_CENTERS = "/help_center/collections", "/help_center/help_centers"
_COLLECTIONS_A_PAGE = 20


def _get(route: str, answer: Respond) -> Endpoint:
    return Endpoint(method="GET", route=route, family="articles", answer=answer)


ENDPOINTS = (
    _get(_COLLECTIONS, numbered("collections", _COLLECTIONS, default=_COLLECTIONS_A_PAGE)),
    _get(f"{_COLLECTIONS}/{{id}}", one("collections")),
    _get(_HELP_CENTERS, whole("help_centers")),
    _get(f"{_HELP_CENTERS}/{{id}}", one("help_centers")),
)
