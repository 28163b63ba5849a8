"""What the consent page sends back: a code and the state, or why there is no code."""

import re
import secrets
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from intercom_pipeline.errors import PipelineError
from intercom_pipeline.intercom.oauth import REDIRECT_PATH, ConsentDenied

_LOOPBACK = ("localhost", "127.0.0.1")
_CODE = re.compile(r"[\x21-\x7e]{1,1024}")
_REASON = re.compile(r"[a-z_]{1,40}")
_MOST_FIELDS = 20


class AnswerRefused(PipelineError):
    """An answer that is not the one to this login; the login goes on waiting."""


class RedirectRefused(PipelineError):
    """An address to which no code can be sent back safely."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Redirect:
    """Where the browser is led after the consent page.

    Attributes:
        url: The redirect URL, as it has to stand in the Developer Hub.
        port: The port on this machine that it leads to; None where it leads elsewhere, and the URL that the
            browser arrives at has to be pasted.
    """

    url: str
    port: int | None


def redirect_to_port(port: int) -> Redirect:
    """The redirect URL that leads to a port of this machine."""
    return Redirect(url=f"http://localhost:{port}{REDIRECT_PATH}", port=port)


def redirect_to(url: str) -> Redirect:
    """A redirect URL of one's own.

    Raises:
        RedirectRefused: It is neither https nor this machine's, or ends otherwise than the app's has to.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise _redirect_refused(url, "Its port is no number from 1 to 65535.") from None
    if not parts.path.endswith(REDIRECT_PATH) or parts.query or parts.fragment:
        raise _redirect_refused(url, f"It has to end in {REDIRECT_PATH}.")
    if parts.scheme == "https" and parts.hostname and "@" not in parts.netloc:
        return Redirect(url=url, port=None)
    if url.startswith(tuple(f"http://{host}:{port}/" for host in _LOOPBACK)) and parts.path == REDIRECT_PATH:
        return Redirect(url=url, port=port)
    raise _redirect_refused(url, "It has to begin with https://, or http://localhost: and a port.")


def new_state() -> str:
    """A value that only the consent page's answer to this login can know: 256 bits, for one use."""
    return secrets.token_urlsafe(32)


def code_in(query: str, state: str) -> str:
    """The code in the query of an address that the consent page led to.

    Raises:
        AnswerRefused: It does not belong to this login, or holds no code.
        ConsentDenied: It belongs to this login, and says that nobody consented.
    """
    fields = _fields(query)
    # Compared in constant time, so that how long it takes says nothing about the state.
    if not secrets.compare_digest(fields.get("state", "").encode(), state.encode()):
        raise _refused("Its state is missing, or is that of another login.")
    if "error" in fields:
        raise _denied(fields["error"])
    if not _CODE.fullmatch(fields.get("code", "")):
        raise _refused("It holds no code.")
    return fields["code"]


def _fields(query: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise _refused("It holds too much.") from None
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise _refused("It names something twice.")
    return fields


def _refused(why: str) -> AnswerRefused:
    return AnswerRefused(
        "This is not the answer to the login that is waiting.",
        why=why,
        fix="Open the address shown above and consent there.",
    )


def _denied(reason: str) -> ConsentDenied:
    known = reason if _REASON.fullmatch(reason) else "an error"
    return ConsentDenied(
        "Nobody consented, so there is no token.",
        why=f"Intercom's page answered {known}.",
        fix="Log in again, as somebody who may install apps in the workspace.",
    )


def _redirect_refused(url: str, why: str) -> RedirectRefused:
    return RedirectRefused(
        f"{url} cannot be the redirect URL.",
        why=why,
        fix=f"Give the one that stands in the Developer Hub, such as {redirect_to_port(8976).url}.",
    )
