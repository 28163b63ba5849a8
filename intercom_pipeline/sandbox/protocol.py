"""uvicorn's HTTP protocol, letting an answer break its own connection off."""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from intercom_pipeline.sandbox.broken import TRANSPORT


class BreakableProtocol(HttpToolsProtocol):
    """Hands the connection's transport to the application, under the scope's extensions."""

    def on_message_begin(self) -> None:
        """Start a request."""
        super().on_message_begin()
        self.scope["extensions"] = {TRANSPORT: {"live": self.transport}}
