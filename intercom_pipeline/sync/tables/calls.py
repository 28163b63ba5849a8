"""Calls and what was said in them.

Fields as in Intercom's API description of `call`, versions 2.14 to 2.16; transcripts are plain text.
"""

from intercom_pipeline.sync.tables.columns import identifier, text, time
from intercom_pipeline.warehouse.table import PARENT, Person, Table

CALLS_TABLE = Table(
    name="calls",
    description="The calls with your customers, by telephone or in the Messenger.",
    grain="one call",
    columns=(
        identifier("id", "The call's id, given by Intercom."),
        identifier("conversation_id", "The conversation's id, as in conversations; NULL if none."),
        identifier("admin_id", "The admin's id, as in admins; NULL if none took part."),
        identifier("contact_id", "The contact's id, as in contacts; NULL if unknown."),
        text("call_type", "The type of call, such as phone."),
        text("direction", "Whether the call was inbound or outbound."),
        text("state", "The call's state, such as completed."),
        text("ended_reason", "Why the call ended; NULL if it has not."),
        text("phone", "The contact's phone number in E.164 form; NULL if unknown.", person=Person.PHONE),
        time("initiated_at", "When the call began to ring (UTC)."),
        time("answered_at", "When the call was answered (UTC); NULL if it was not."),
        time("ended_at", "When the call ended (UTC); NULL if it has not."),
        time("created_at", "When the call was created in Intercom (UTC)."),
        time("updated_at", "When the call last changed (UTC)."),
        text("recording_url", "Where the API gives the recording; NULL if there is none."),
        text("transcription_url", "Where the API gives the transcript; NULL if there is none."),
        text("fin_recording_url", "Where the API gives the recording of Fin's part; NULL if there is none."),
        text("fin_transcription_url", "Where the API gives Fin's transcript; NULL if there is none."),
    ),
    ignored=frozenset({"type"}),
)

CALL_TRANSCRIPTS_TABLE = Table(
    name="call_transcripts",
    description="What was said in the calls that have a transcript.",
    grain="one call's transcript",
    primary_key=("call_id",),
    columns=(
        identifier("call_id", "The call's id, as in calls.", field=PARENT),
        text("text", "What was said, a line for each time somebody spoke.", person=Person.TEXT),
    ),
)
