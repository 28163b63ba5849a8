"""What happens to calls."""

from collections.abc import Sequence
from typing import Any

from intercom_pipeline.sandbox import content
from intercom_pipeline.sandbox.collection import Record
from intercom_pipeline.sandbox.state import State

_SECONDS_A_LINE = 7


class CallChanges(State):
    """A workspace's calls, changing. Times are unix seconds, whatever form an answer gives them."""

    def create_call(self, *, conversation_id: str | None = None, **fields: Any) -> Record:
        """Let a phone call come in, with a contact and an admin of the conversation where one is named."""
        with self.lock:
            identity = self._new_id("calls")
            record = content.blank_call(identity, self.clock.seconds())
            if conversation_id is not None:
                conversation = self.collections["conversations"].get(conversation_id)
                contacts = conversation["contacts"]["contacts"]
                record |= {"conversation_id": conversation_id, "contact_id": contacts[0]["id"]}
            return self.create("calls", **(record | {"phone": "+15551234567"} | fields))

    def end_call(self, call_id: str, *, said: Sequence[str] = ()) -> Record:
        """End a call; what was said, by the user and a teammate in turn, becomes its transcript."""
        with self.lock:
            now, record = self.clock.seconds(), self.collections["calls"].get(call_id)
            times = {"answered_at": record.get("answered_at", record["initiated_at"]), "ended_at": now}
            lines = [
                {"speaker": ("User", "Teammate 1")[at % 2], "at_seconds": _SECONDS_A_LINE * at, "text": text}
                for at, text in enumerate(said)
            ]
            told = content.transcribed(call_id, lines or None)
            return self.update("calls", call_id, **times, **told, state="completed", ended_reason="completed")
