"""The help centres, and the collections their articles stand in.

Fields as in Intercom's API description of `help_center` and `collection`, versions 2.11 to 2.16.
"""

from intercom_pipeline.sync.tables.columns import boolean, identifier, integer, json, text, time
from intercom_pipeline.warehouse.table import Table

HELP_CENTERS_TABLE = Table(
    name="help_centers",
    description="The help centres of the workspace.",
    grain="one help centre",
    columns=(
        identifier("id", "The help centre's id, given by Intercom."),
        identifier("workspace_id", "The id of the workspace the help centre belongs to."),
        text("identifier", "The part of its address that names it."),
        text("display_name", "Its name as teammates read it."),
        text("url", "Where it is read."),
        text("custom_domain", "Your own domain it is read under; NULL if none."),
        boolean("website_turned_on", "Whether people can read it."),
        boolean(
            "is_default",
            "Whether it is the workspace's default; sent from API version 2.16 on.",
            field="default",
        ),
        time("created_at", "When the help centre was created (UTC)."),
        time("updated_at", "When the help centre last changed (UTC)."),
        json("locales", "The languages it is written in, as a list; sent from API version 2.16 on."),
    ),
    ignored=frozenset({"type"}),
)

COLLECTIONS_TABLE = Table(
    name="collections",
    description="The collections that articles stand in, and the sections inside them.",
    grain="one collection",
    columns=(
        identifier("id", "The collection's id, given by Intercom."),
        identifier("workspace_id", "The id of the workspace the collection belongs to."),
        identifier("help_center_id", "The id of its help centre, as in help_centers; NULL if it has none."),
        identifier("parent_id", "The id of the collection it stands in; NULL if it stands alone."),
        text("name", "The collection's name, in the default language."),
        text("description", "The collection's summary, in the default language; NULL if it has none."),
        text("url", "Where the collection is read; NULL if nowhere."),
        text("icon", "The name of the collection's icon; NULL if it has none."),
        integer("position", "The collection's place among the others, from 0.", field="order"),
        text("default_locale", "The help centre's default language; NULL if it has one language only."),
        time("created_at", "When the collection was created (UTC)."),
        time("updated_at", "When the collection last changed (UTC)."),
        json("translated_content", "Name and description of each translation, by language; NULL if none."),
    ),
    ignored=frozenset({"type"}),
)
