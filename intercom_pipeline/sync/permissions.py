"""What a token may read: each stream is asked for once, as little as Intercom gives. Nothing is written."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from intercom_pipeline.intercom.client import Client
from intercom_pipeline.intercom.errors import AuthenticationFailed, IntercomError, NotFound, PermissionMissing
from intercom_pipeline.intercom.permissions import REPLY
from intercom_pipeline.intercom.search import Filter, Search
from intercom_pipeline.sync.access import asking_version, refused_by_version
from intercom_pipeline.sync.catalog import stream_named
from intercom_pipeline.sync.stream import Paging, Stream


@dataclass(frozen=True, kw_only=True, slots=True)
class StreamPermission:
    """Whether a token may read a stream.

    Attributes:
        stream: The stream; empty for what belongs to none.
        permission: The permission it needs, in the words of Intercom's Developer Hub.
        answers: Whether Intercom gives it; None where that is not known.
        reason: Why it is not given, or not known; empty where Intercom gives it.
    """

    stream: str
    permission: str
    answers: bool | None
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Question:
    """A small request that tells whether a stream may be read; a POST where it has a body (JSON)."""

    path: str
    version: str
    params: tuple[tuple[str, str | int], ...]
    body: bytes | None = None


_Verdict = tuple[bool | None, str]
"""Whether Intercom answered, and why not."""


async def permissions(client: Client, streams: Sequence[Stream]) -> list[StreamPermission]:
    """Which of these streams a token may read: each distinct question is asked once, all at the same time.

    A stream that is asked for record by record goes by the stream of those records, which needs the same
    permission. What a setting would have to name, or only a write could tell, is not tried.

    Raises:
        AuthenticationFailed: Intercom does not accept the token.
    """
    version, now = client.connection.version, int(time.time())
    untold = {stream.name: _untold(stream, version) for stream in streams}
    asked = {each.name: _question(each, version, now) for each in streams if not untold[each.name]}
    questions = list(dict.fromkeys(asked.values()))
    tasks = [asyncio.create_task(_verdict(client, question)) for question in questions]
    try:
        verdicts = dict(zip(questions, await asyncio.gather(*tasks), strict=True))
    finally:
        for task in tasks:
            task.cancel()
    told = {name: verdicts[question] for name, question in asked.items()}
    return [_permission(stream, *told.get(stream.name, (None, untold[stream.name]))) for stream in streams]


def reply_permission() -> StreamPermission:
    """What there is to say of the permission to reply, which only a reply could tell."""
    reason = "not tried: only a reply to a customer could tell"
    return StreamPermission(stream="", permission=REPLY, answers=None, reason=reason)


def _permission(stream: Stream, answers: bool | None, reason: str) -> StreamPermission:  # noqa: FBT001 - a verdict
    return StreamPermission(stream=stream.name, permission=stream.permission, answers=answers, reason=reason)


def _untold(stream: Stream, version: str) -> str:
    """Why nothing can be asked about a stream; empty where something can."""
    refused = refused_by_version(stream, version)
    if refused:
        return f"from API version {refused.version} on; {version} is set"
    if stream.parent and stream.parent.setting:
        return f"not tried: INTERCOM_{stream.parent.setting.upper()} names what is asked for"
    return ""


def _question(stream: Stream, version: str, now: int) -> _Question:
    """The least that tells whether a stream may be read."""
    if stream.parent and "{id}" in stream.path:
        return _question(stream_named(stream.parent.table), version, now)
    path, body = stream.path, None
    params: dict[str, str | int] = dict(stream.params)
    match stream.paging:
        case Paging.SEARCH:
            # What changed from now on: next to nothing, which costs Intercom next to nothing to find.
            search = Search(query=Filter("updated_at", ">", now))
            body = msgspec.json.encode(search.to_json() | {"pagination": {"per_page": 1}})
        case Paging.SCROLL:
            # A scroll would keep all other readers out for a minute; the list needs the same permission.
            path, body, params = stream.besides[0].path, b"{}", {"page": 1, "per_page": 1}
        case Paging.LOG:
            params |= {"created_at_after": now, "page": 1, "per_page": 1}
        case Paging.PAGE_NUMBER:
            params |= {"page": 1, "per_page": 1}
        case Paging.CURSOR:
            params |= {"per_page": 1}
    given = tuple(params.items())
    return _Question(path=path, version=asking_version(stream, version), params=given, body=body)


async def _verdict(client: Client, question: _Question) -> _Verdict:
    path, version, params = question.path, question.version, dict(question.params)
    try:
        if question.body is None:
            await client.get(path, params=params, version=version)
        else:
            await client.post(path, params=params, version=version, json=msgspec.Raw(question.body))
    except AuthenticationFailed:
        raise
    except PermissionMissing as error:
        return False, error.why
    except NotFound as error:
        return None, f"this workspace does not have it: {error.why}"
    except IntercomError as error:
        return None, f"{error.what}: {error.why}"
    return True, ""
