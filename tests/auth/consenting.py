"""A person with a browser, in front of the sandbox's consent screen."""

import re
import socket
from html import unescape
from urllib.parse import urlsplit

import httpx
import pytest

from intercom_pipeline.intercom.connection import Secret
from intercom_pipeline.intercom.oauth import App
from intercom_pipeline.sandbox import Sandbox


def app_of(sandbox: Sandbox, secret: str) -> App:
    return App(client_id="sandbox-client", client_secret=Secret(secret), base_url=sandbox.url)


def answered(url: str, decision: str = "authorize") -> str:
    """The address that the browser is led to once a button of the screen is pressed."""
    with httpx.Client(trust_env=False) as browser:
        page = browser.get(url)
        assert page.status_code == 200, page.text
        fields = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text)
        form = {name: unescape(value) for name, value in fields} | {"decision": decision}
        place = urlsplit(url)
        told = browser.post(f"{place.scheme}://{place.netloc}/oauth", data=form)
    assert told.status_code == 303, told.text
    return told.headers["Location"]


def visited(url: str, **headers: str) -> httpx.Response:
    """What the browser is shown there; `localhost` is this machine's IPv4 address."""
    with httpx.Client(trust_env=False) as browser:
        place = urlsplit(url)
        return browser.get(
            url.replace("//localhost:", "//127.0.0.1:"), headers={"Host": place.netloc, **headers}
        )


def ipv6_server() -> socket.socket:
    """Another program on some port of this machine's IPv6 address."""
    try:
        return socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError as error:
        pytest.skip(f"this machine has no IPv6: {error}")


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
