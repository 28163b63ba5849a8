"""Every column says what it tells about people, and the settings say what becomes of it."""

import re
from pathlib import Path

import pytest

from intercom_pipeline.settings import SettingRefused, load_settings
from intercom_pipeline.sync.catalog import every_table
from intercom_pipeline.sync.privacy import ORIGINALS, origins, personal_places, policies
from intercom_pipeline.warehouse.people.burying import owner_of
from intercom_pipeline.warehouse.people.policies import BY_PRESET, DROP, HASH, MASK, Policies, Preset
from intercom_pipeline.warehouse.people.rules import Branch, rules_of
from intercom_pipeline.warehouse.table import Column, Kind, Table

DOCUMENT = (Path(__file__).parents[2] / "docs" / "privacy.md").read_text(encoding="utf-8")
TABLES = {table.name: table for table in every_table()}

HARMLESS = {
    "contacts": (
        "type role opted_in_subscription_types opted_out_subscription_types language_override "
        "browser browser_version browser_language os android_app_name android_app_version "
        "android_device android_os_version android_sdk_version ios_app_name ios_app_version "
        "ios_device ios_os_version ios_sdk_version utm_source utm_medium utm_campaign utm_term "
        "utm_content tags companies"
    ),
    "contact_subscriptions": "list status",
    "companies": "name website industry plan_name plan tags segments",
    "company_tags": "tag_name",
    "company_segments": "segment_name person_type",
    "conversations": (
        "type state priority source_type source_delivered_as source_author_type sla_name "
        "sla_status statistics sla_applied tags topics channel"
    ),
    "conversation_parts": "type part_type author_type assigned_to_type state app_package_code",
    "conversation_part_attachments": "content_type type",
    "conversation_tags": "tag_name",
    "conversation_attributes": "name",
    "calls": (
        "call_type direction state ended_reason recording_url transcription_url "
        "fin_recording_url fin_transcription_url"
    ),
    "tickets": (
        "category ticket_type_name state state_label state_external_label "
        "ticket_state_internal_label ticket_state_external_label ticket_state ticket_type"
    ),
    "ticket_parts": (
        "part_type author_type assigned_to_type ticket_state previous_ticket_state app_package_code"
    ),
    "ticket_part_attachments": "content_type type",
    "ticket_types": "category name description icon ticket_type_attributes ticket_states",
    "ticket_type_attributes": "name description data_type input_options",
    "ticket_states": "category internal_label external_label ticket_types",
    "articles": (
        "type title description body_text body body_markdown state url default_locale "
        "parent_type parent_ids help_center_audience audience_ids statistics tags "
        "translated_content"
    ),
    "article_translations": "locale title description body_text body body_markdown state url audience_ids",
    "collections": "name description url icon default_locale translated_content",
    "help_centers": "identifier display_name url custom_domain locales",
    "internal_articles": "title body_text body body_markdown locale audience_ids",
    "content_snippets": "title body_markdown locale json_blocks audience_ids",
    "external_pages": "title html_text html url locale",
    "content_import_sources": "url status sync_behavior audience_ids",
    "audiences": "name role_predicates",
    "news_items": "title body_text body state cover_image_url labels reactions newsfeed_assignments",
    "newsfeeds": "name",
    "admins": "type role team_ids team_priority_level",
    "teams": "type name distribution_method admin_ids admin_priority_level",
    "tags": "type name",
    "segments": "type name person_type",
    "data_attributes": (
        "model full_name name label description data_type options visible_to_team_ids reference"
    ),
    "activity_logs": "activity_type performed_by_type",
    "subscription_types": "name state consent_type content_types default_translation translations",
    "away_status_reasons": "label emoji",
    "office_hours": "name time_zone_name time_intervals",
    "office_hours_exceptions": "name exception_date exception_type time_intervals",
    "brands": "name",
    "emails": "domain",
    "macros": "name body_text body visible_to visible_to_team_ids available_on",
    "reporting_datasets": "name description attributes",
}
"""The texts and JSON columns that tell nothing about a person, by table: whoever adds one has decided."""


def columns() -> list[tuple[Table, Column]]:
    return [(table, column) for table in TABLES.values() for column in table.columns]


def test_every_text_is_personal_or_harmless() -> None:
    """A new column is declared one or the other: `person=` in its declaration, or in the list above."""
    texts = [(table, column) for table, column in columns() if column.kind in {Kind.TEXT, Kind.JSON}]
    harmless = {name: set(words.split()) for name, words in HARMLESS.items()}
    found: dict[str, set[str]] = {}
    for table, column in texts:
        if column.person is None:
            found.setdefault(table.name, set()).add(column.name)
    assert found == harmless


def test_ids_in_other_systems_are_personal() -> None:
    """They may be anything, an e-mail address too."""
    theirs = [
        column
        for table, column in columns()
        if column.name == "external_id" and table.name != "external_pages"
    ]
    assert theirs
    assert all(column.person for column in theirs)


def test_what_is_derived_tells_what_its_origin_tells() -> None:
    """So that a policy for the one is one for the other."""
    rules = rules_of(TABLES.values(), Policies(preset=Preset.NOTHING))
    for table, column in columns():
        for path in origins(column):
            rule = rules[table.name]
            for name in path:
                key = next((each.key for each in table.columns if each.name == name), name)
                rule = rule.fields.get(key, rule.others) if isinstance(rule, Branch) else rule
            told = None if isinstance(rule, Branch) else rule.person
            assert column.person == told, f"{table.name}.{column.name}"


def test_every_derived_column_has_an_origin() -> None:
    """But for what a sync finds out itself."""
    without = {column.name for _, column in columns() if column.expression and not origins(column)}
    assert without == {"_merged_into", "_parts_truncated", "_parts_missing", "status"}


def test_every_column_that_names_a_contact_leads_a_purge_to_its_row() -> None:
    """The tables whose rows are about one contact."""
    assert {name for name, table in TABLES.items() if owner_of(table)} == {
        "contacts",
        "contact_tags",
        "contact_companies",
        "contact_subscriptions",
        "contact_notes",
        "contact_segments",
        "conversation_contacts",
        "ticket_contacts",
        "calls",
    }


def test_the_documentation_lists_every_place() -> None:
    """With what it tells, and what each preset does about it."""
    pseudonymous, minimal = BY_PRESET[Preset.PSEUDONYMOUS], BY_PRESET[Preset.MINIMAL]
    lines = [
        f"| `{place}` | {person.value} | {pseudonymous[person]} | {minimal[person]} |"
        for place, person in personal_places()
    ]
    assert re.findall(r"^\| `\w+\..*\|$", DOCUMENT, re.MULTILINE) == lines


@pytest.mark.parametrize(
    ("setting", "what", "why"),
    [
        ("contact.email=hash", "'contact'", "contacts"),
        ("contacts.emial=hash", "'emial'", "email"),
        ("contacts.email=hsh", "'hsh'", "hash"),
        ("contacts.email", "''", "truncate:100"),
        ("contacts=drop", "contacts", ""),
        ("contacts.id=hash", "contacts.id", "Ids"),
        ("contacts.updated_at=drop", "contacts.updated_at", "times"),
        ("conversation_parts.conversation_id=drop", "conversation_id", "Ids"),
        ("conversation_parts.author_id=drop", "author_id", "Ids"),
        ("conversations.source.author.id=drop", "source.author.id", "Ids"),
        ("contacts.last_seen_at=hash", "last_seen_at", "no text"),
        ("contacts.email.domain=drop", "contacts.email", "no JSON"),
        ("contacts.notes=drop", "contacts.notes", "what to ask for next"),
        ("conversations.statistics=drop", "conversations.statistics", "what to ask for next"),
        ("conversations.contacts=drop", "conversations.contacts", "conversation_contacts"),
        ("conversation_part_attachments.name=drop", "name", "hash"),
        ("contacts._extra=drop", "_extra", "sync itself"),
        ("tickets.state_label=drop", "state_label", "name those"),
    ],
)
def test_a_policy_that_cannot_be_is_refused(tmp_path: Path, setting: str, what: str, why: str) -> None:
    """Before anything starts, naming what is nearest or what stands against it."""
    settings = load_settings({"INTERCOM_COLUMN_POLICIES": setting}, tmp_path / ".env")
    with pytest.raises(SettingRefused) as refused:
        settings.options("run")
    assert what in refused.value.what
    assert why in refused.value.why


def test_a_preset_that_is_none_is_refused(tmp_path: Path) -> None:
    """What is left of people who were purged is none that can be set."""
    for preset in ("secret", "nothing"):
        with pytest.raises(SettingRefused, match="INTERCOM_PRIVACY"):
            load_settings({"INTERCOM_PRIVACY": preset}, tmp_path / ".env").options("run")


def test_what_is_said_of_a_column_holds_for_its_copies() -> None:
    """The strictest counts, and what is said of a copy itself goes before."""
    said = dict(
        policies(
            "open",
            [
                "contacts.email=mask",
                "admins.email=hash",
                "ticket_parts.author_email=drop",
                "companies.custom_attributes.x=drop",
            ],
        ).columns
    )
    assert said["conversation_parts.author.email"] == said["conversations.source.author.email"] == HASH
    assert said["ticket_parts.author.email"] == said["conversations.company.custom_attributes.x"] == DROP
    assert (said["contacts.email"], said["admins.email"]) == (MASK, HASH)
    assert "contacts.email_domain" not in said  # masked, an address shows its domain


def test_a_copy_is_never_kept_where_the_preset_would_not() -> None:
    """Whoever wants to read the names of contacts has not asked for those of teammates in each part."""
    said = dict(policies("pseudonymous", ["contacts.name=keep"]).columns)
    assert said["conversation_parts.author.name"] == HASH


def test_a_derived_column_names_its_origin() -> None:
    """Both say the same."""
    assert policies("open", ["conversation_parts.body_text=drop"]) == policies(
        "open", ["conversation_parts.body=drop"]
    )
    assert policies("open", ["conversations.source_body_text=hash"]) == policies(
        "open", ["conversations.source.body=hash"]
    )


def test_every_original_is_there() -> None:
    """The places that have copies are places."""
    places = {place for place, _ in personal_places()}
    assert {place for each in ORIGINALS.values() for place in each} <= places
