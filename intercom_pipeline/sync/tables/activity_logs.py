"""What admins did in the workspace.

Fields as in Intercom's API description of `activity_log`, versions 2.11 to 2.16.
"""

from intercom_pipeline.sync.tables.columns import identifier, inside, json, text, time
from intercom_pipeline.warehouse.table import Person, Table

ACTIVITY_LOGS_TABLE = Table(
    name="activity_logs",
    description="What admins did in the workspace's settings and content, and when they signed in.",
    grain="one activity of one admin",
    columns=(
        identifier("id", "The activity's id, given by Intercom."),
        time("created_at", "When it happened (UTC)."),
        text("activity_type", "What happened, such as admin_login_success or app_name_change."),
        text("activity_description", "What happened, as a sentence.", person=Person.DETAIL),
        text("performed_by_type", "Who did it, mostly admin.", expression=inside("performed_by", "type")),
        identifier("performed_by_id", "The id of who did it.", expression=inside("performed_by", "id")),
        text(
            "performed_by_email",
            "The e-mail address of who did it.",
            expression=inside("performed_by", "email"),
            person=Person.EMAIL,
        ),
        text(
            "performed_by_ip",
            "The IP address it was done from.",
            expression=inside("performed_by", "ip"),
            person=Person.NETWORK,
        ),
        json(
            "performed_by",
            "Who did it, with type, id, email and ip.",
            person=Person.DETAIL,
            holds={"email": Person.EMAIL, "ip": Person.NETWORK},
        ),
        json("metadata", "What was changed, by activity_type.", person=Person.DETAIL),
    ),
    cursor="created_at",
)
