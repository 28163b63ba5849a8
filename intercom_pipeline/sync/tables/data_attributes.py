"""The fields that contacts, companies and conversations have: Intercom's own and your workspace's.

Fields as in Intercom's API description of `data_attribute`, versions 2.11 to 2.16, and of
`conversation_attribute`, which 2.16 brought.
"""

from intercom_pipeline.sync.tables.columns import boolean, identifier, json, text, time
from intercom_pipeline.warehouse.table import Table

DATA_ATTRIBUTES_TABLE = Table(
    name="data_attributes",
    description="The fields of contacts, companies and conversations, Intercom's own and your workspace's.",
    grain="one attribute of one model",
    # Names alone are not unique: a company has its own name and its plan's. Only custom ones have an id.
    primary_key=("model", "full_name"),
    columns=(
        text("model", "What has the attribute: contact, company or conversation."),
        text("full_name", "The attribute's name with the way to it, such as custom_attributes.plan."),
        identifier("id", "The attribute's id; NULL for Intercom's own."),
        text("name", "The attribute's name."),
        text("label", "The attribute's name as people see it in Intercom."),
        text("description", "What the attribute is for."),
        text("data_type", "What it holds, such as string, integer, float, boolean, date or list."),
        boolean("custom", "Whether it is your workspace's rather than Intercom's own."),
        boolean("archived", "Whether it was archived."),
        boolean("api_writable", "Whether the API can change its values."),
        boolean("ui_writable", "Whether teammates can change its values."),
        boolean("messenger_writable", "Whether the Messenger can change its values."),
        boolean("required", "Whether a conversation must have it; from API version 2.16 on."),
        boolean("multiline", "Whether its text may have several lines; from API version 2.16 on."),
        identifier("admin_id", "The id of the admin who created it; NULL for Intercom's own."),
        time("created_at", "When the attribute was created (UTC); NULL for Intercom's own."),
        time("updated_at", "When the attribute last changed (UTC); NULL for Intercom's own."),
        json("options", "The values to choose from, as a list; NULL if any will do."),
        json("visible_to_team_ids", "The teams that see it, all if empty; from API version 2.16 on."),
        json("reference", "The kind of object it refers to; from API version 2.16 on, NULL if none."),
    ),
    ignored=frozenset({"type"}),
)
