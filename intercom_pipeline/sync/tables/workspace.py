"""What a workspace is made of: admins, teams with their members, tags and segments.

Fields as in Intercom's API description of `admin`, `team`, `tag` and `segment`, versions 2.11 to 2.16.
"""

from intercom_pipeline.sync.tables.columns import boolean, identifier, integer, json, text, time
from intercom_pipeline.sync.tables.persons import REFERENCE
from intercom_pipeline.warehouse.table import PARENT, Person, Table

ADMINS_TABLE = Table(
    name="admins",
    description="The teammates who have access to the workspace.",
    grain="one admin",
    columns=(
        identifier("id", "The admin's id, given by Intercom."),
        text("type", "Always admin."),
        text("name", "The admin's name.", person=Person.NAME),
        text("email", "The admin's e-mail address.", person=Person.EMAIL),
        text("job_title", "The admin's job title; NULL if none is set.", person=Person.DETAIL),
        boolean("has_inbox_seat", "Whether the admin has a paid seat in the inbox."),
        boolean("away_mode_enabled", "Whether the admin is set as away."),
        boolean("away_mode_reassign", "Whether new conversations go to the default inbox while away."),
        identifier("away_status_reason_id", "The id of the reason for being away; NULL if none is set."),
        json("role", "The admin's role with id and name; sent from API version 2.16 on, NULL if none."),
        json("team_ids", "The ids of the admin's teams, as a list; as rows in admin_teams."),
        json("team_priority_level", "The ids of the teams the admin serves first and second."),
        json("avatar", "The admin's picture, as its address or an object with it.", person=Person.PICTURE),
    ),
)

_ADMIN_TEAMS = Table(
    name="admin_teams",
    description="Which admins are in which teams.",
    grain="one admin in one team",
    primary_key=("admin_id", "team_id"),
    columns=(
        identifier("admin_id", "The admin's id, as in admins.", field="id"),
        identifier("team_id", "The team's id, as in teams.", field=PARENT),
    ),
    path=("admin_ids",),
    scalar="id",
)

TEAMS_TABLE = Table(
    name="teams",
    description="The teams that conversations are assigned to.",
    grain="one team",
    columns=(
        identifier("id", "The team's id, given by Intercom."),
        text("type", "Always team."),
        text("name", "The team's name."),
        text(
            "distribution_method",
            "How its conversations are shared out, such as round_robin; from API 2.14 on.",
        ),
        integer(
            "assignment_limit", "How many conversations a member may hold; NULL unless load is balanced."
        ),
        json("admin_ids", "The ids of its members, as a list; as rows in admin_teams."),
        json("admin_priority_level", "The ids of the members who are served first and second."),
    ),
    children=(_ADMIN_TEAMS,),
)

TAGS_TABLE = Table(
    name="tags",
    description="The tags that contacts, conversations and companies can bear.",
    grain="one tag",
    columns=(
        identifier("id", "The tag's id, given by Intercom."),
        text("type", "Always tag."),
        text("name", "The tag's name."),
        time("applied_at", "NULL here: conversation_tags says when a tag was applied."),
        json(
            "applied_by",
            "NULL here: conversation_tags says who applied a tag.",
            person=Person.DETAIL,
            holds=REFERENCE,
        ),
    ),
)

SEGMENTS_TABLE = Table(
    name="segments",
    description="The groups of contacts that your workspace defined by rules.",
    grain="one segment",
    columns=(
        identifier("id", "The segment's id, given by Intercom."),
        text("type", "Always segment."),
        text("name", "The segment's name."),
        text("person_type", "Whether it holds users or leads, which are called contact here."),
        time("created_at", "When the segment was created (UTC)."),
        time("updated_at", "When the segment last changed (UTC)."),
        integer("count", "How many contacts are in it now; NULL if Intercom did not count."),
    ),
)
