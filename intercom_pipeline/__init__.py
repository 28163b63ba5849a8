"""Your Intercom workspace in DuckDB, and the everyday operations on it.

    from intercom_pipeline import Intercom

    with Intercom() as intercom:
        for conversation in intercom.list_conversations(limit=20):
            print(conversation["id"], conversation["state"])

What is named here is imported when it is first used, so that the command stays quick.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from intercom_pipeline.api import AsyncIntercom, Intercom, connection_for
    from intercom_pipeline.errors import PipelineError

__all__ = ["AsyncIntercom", "Intercom", "PipelineError", "connection_for"]


def __getattr__(name: str) -> Any:
    if name == "PipelineError":
        from intercom_pipeline.errors import PipelineError  # noqa: PLC0415 - late

        return PipelineError
    if name in __all__:
        from intercom_pipeline import api  # noqa: PLC0415 - late

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
