"""Internal articles, content snippets, and the pages given to Intercom's AI."""

from intercom_pipeline.sandbox.endpoint import Endpoint
from intercom_pipeline.sandbox.routes.lists import Respond, counted, numbered, one

_INTERNAL, _PAGES, _SOURCES = "/internal_articles", "/ai/external_pages", "/ai/content_import_sources"
_INTERNAL_A_PAGE, _PAGES_A_PAGE = 25, 50


def _get(route: str, answer: Respond, since: str, family: str = "ai_content") -> Endpoint:
    return Endpoint(method="GET", route=route, family=family, answer=answer, since=since)


ENDPOINTS = (
    _get(_INTERNAL, numbered("internal_articles", _INTERNAL, default=_INTERNAL_A_PAGE), "2.13", "articles"),
    _get(f"{_INTERNAL}/{{id}}", one("internal_articles"), "2.13", "articles"),
    _get("/content_snippets", counted("content_snippets"), "2.16"),
    _get("/content_snippets/{id}", one("content_snippets"), "2.16"),
    _get(_PAGES, numbered("external_pages", _PAGES, default=_PAGES_A_PAGE), "2.12"),
    _get(f"{_PAGES}/{{id}}", one("external_pages"), "2.12"),
    _get(_SOURCES, numbered("content_import_sources", _SOURCES, default=_PAGES_A_PAGE), "2.12"),
    _get(f"{_SOURCES}/{{id}}", one("content_import_sources"), "2.12"),
)
