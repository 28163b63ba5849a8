"""A workspace in which everything that somebody could have written is written to deceive."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import msgspec

from intercom_pipeline.sandbox import Sandbox

BRACKETS = "[/x] [bold] [link=http://e] :beer:"
FORGED = "Stopped by me"
EVIL = (
    "\x1b]8;;http://e\x07\x1b]52;c;aGk=\x07\x1b[2J\x9b2J\x7f\r\u202e\u200e\u061c\U000e0041\u2028 "
    f"{BRACKETS}\n{FORGED}"
)
"""A link, a write to the clipboard, an erased screen, turned directions, invisible tags, markup, a line."""
_WRITTEN = frozenset(
    {
        *("name", "title", "body", "subject", "description", "label", "full_name", "job_title", "value"),
        *("display_as", "phone", "state", "message", "code", "field", "request_id"),
    }
)


@contextmanager
def hostile(sandbox: Sandbox) -> Iterator[str]:
    """Serve a sandbox's answers with evil in every text that somebody wrote; gives the address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _forward(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            passed = ("authorization", "intercom-version", "content-type", "accept")
            answer = httpx.request(
                self.command,
                sandbox.url + self.path,
                headers={name: self.headers[name] for name in passed if self.headers[name]},
                content=self.rfile.read(length),
            )
            body = msgspec.json.encode(_spoiled(answer.json()))
            self.send_response(answer.status_code)
            kept = ("content-type", "date", "intercom-version", "x-ratelimit-limit", "x-ratelimit-remaining")
            for name in kept:
                if name in answer.headers:
                    self.send_header(name, answer.headers[name])
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = _forward  # noqa: N815 - the names that http.server asks for

        def log_message(self, *_: object) -> None:
            """Nothing: the tests look at what the command prints."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def _spoiled(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        attributes = name == "custom_attributes"
        if value.get("type") == "contact" and "role" in value:
            value = value | {f"made up{EVIL}": 1}
        return {(key + EVIL if attributes else key): _spoiled(each, key) for key, each in value.items()}
    if isinstance(value, list):
        return [_spoiled(each) for each in value]
    return value + EVIL if isinstance(value, str) and name in _WRITTEN else value
