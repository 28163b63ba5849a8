"""Which permission an everyday request needs, in the words of Intercom's Developer Hub.

From https://developers.intercom.com/docs/build-an-integration/learn-more/authentication/oauth-scopes; of a
stream the catalog says it.
"""

from types import MappingProxyType
from typing import Final

REPLY: Final = "Write conversations"
"""To reply to conversations."""

_READ: Final = MappingProxyType(
    {
        "admins": "Read admins",
        "articles": "Read and List articles",
        "contacts": "Read and list users and companies",
        "conversations": "Read conversations",
    }
)
"""By the first word of a path."""


def permission_for(path: str) -> str | None:
    """The permission that a request to a path needs; None where this is not known."""
    match path.strip("/").split("/"):
        case ["conversations", _, "reply"]:
            return REPLY
        case [noun] | [noun, _]:
            return _READ.get(noun)
    return None


def how_to_permit(permission: str) -> str:
    """What a person does to give a permission."""
    return f"Tick “{permission}” on the app in Intercom's Developer Hub, then authorise again."
