"""Contacts (users and leads), with their tags, companies and subscriptions.

Fields as in Intercom's API description of `contact`, versions 2.11 to 2.16, and from 2.17 `email_verified`.
Push messaging, subscription types, referrer and `utm_*` stand in its examples only; the two on text messages
in neither, but in records that others have published.
"""

from intercom_pipeline.sync.tables.columns import boolean, identifier, json, text, time
from intercom_pipeline.sync.tables.persons import MERGES
from intercom_pipeline.warehouse.table import LIST, PARENT, Person, Table

_WHO = (
    identifier("id", "The contact's id, given by Intercom."),
    text("type", "Always contact."),
    identifier("workspace_id", "The id of the workspace the contact belongs to."),
    identifier(
        "external_id", "The contact's id in your own product; NULL if none was given.", person=Person.IDENTITY
    ),
    text("role", "Whether the contact is a user (known to your product) or a lead (not yet)."),
    text("name", "The contact's name; NULL if unknown.", person=Person.NAME),
    text("email", "The contact's e-mail address; NULL if unknown.", person=Person.EMAIL),
    text("email_domain", "The part of the e-mail address after the @.", person=Person.DOMAIN),
    boolean(
        "email_verified", "Whether the contact proved to own the address; sent from API version 2.17 on."
    ),
    text("phone", "The contact's phone number; NULL if unknown.", person=Person.PHONE),
    text(
        "formatted_phone",
        "The phone number in E.164 form; sent by API version 2.11 only.",
        person=Person.PHONE,
    ),
    json("avatar", "The contact's picture, as an object with its image_url.", person=Person.PICTURE),
    identifier("owner_id", "The id of the admin who owns the account; NULL if nobody does."),
)

_WHEN = (
    time("created_at", "When the contact was created (UTC)."),
    time("updated_at", "When the contact last changed (UTC)."),
    time("signed_up_at", "When the contact signed up for your product (UTC); NULL if unknown."),
    time("last_seen_at", "When the contact was last seen in your product (UTC); NULL if never."),
    time("last_replied_at", "When the contact last wrote a message (UTC); NULL if never."),
    time("last_contacted_at", "When the contact was last sent a message (UTC); NULL if never."),
    time("last_email_opened_at", "When the contact last opened an e-mail (UTC); NULL if never."),
    time("last_email_clicked_at", "When the contact last followed a link in an e-mail (UTC); NULL if never."),
)

_CONSENT = (
    boolean("has_hard_bounced", "Whether an e-mail to the contact came back for good."),
    boolean("marked_email_as_spam", "Whether the contact marked an e-mail as spam."),
    boolean("unsubscribed_from_emails", "Whether the contact unsubscribed from e-mails."),
    boolean("unsubscribed_from_sms", "Whether the contact unsubscribed from text messages."),
    boolean("sms_consent", "Whether the contact agreed to receive text messages."),
    boolean("enabled_push_messaging", "Whether the contact allows push messages; NULL if never asked."),
    json(
        "opted_in_subscription_types",
        "The subscription types opted in to, as ids; as rows in contact_subscriptions.",
    ),
    json(
        "opted_out_subscription_types",
        "The subscription types opted out of, as ids; as rows in contact_subscriptions.",
    ),
)

_DEVICES = (
    text("language_override", "The language set for the contact, whatever the browser says; NULL if none."),
    text("browser", "The name of the contact's browser."),
    text("browser_version", "The version of the contact's browser."),
    text("browser_language", "The language of the contact's browser."),
    text("os", "The operating system the contact uses."),
    text("android_app_name", "The name of the Android app the contact uses; NULL if none."),
    text("android_app_version", "The version of the Android app."),
    text("android_device", "The Android device."),
    text("android_os_version", "The version of Android."),
    text("android_sdk_version", "The version of Intercom's SDK in the Android app."),
    time("android_last_seen_at", "When the contact last used the Android app (UTC); NULL if never."),
    text("ios_app_name", "The name of the iOS app the contact uses; NULL if none."),
    text("ios_app_version", "The version of the iOS app."),
    text("ios_device", "The iOS device."),
    text("ios_os_version", "The version of iOS."),
    text("ios_sdk_version", "The version of Intercom's SDK in the iOS app."),
    time("ios_last_seen_at", "When the contact last used the iOS app (UTC); NULL if never."),
)

_ORIGIN = (
    text("referrer", "The page that led the contact to your site; NULL if unknown.", person=Person.LINK),
    text("utm_source", "The utm_source of the contact's first visit; NULL if none."),
    text("utm_medium", "The utm_medium of the contact's first visit; NULL if none."),
    text("utm_campaign", "The utm_campaign of the contact's first visit; NULL if none."),
    text("utm_term", "The utm_term of the contact's first visit; NULL if none."),
    text("utm_content", "The utm_content of the contact's first visit; NULL if none."),
)

_NESTED = (
    json(
        "location",
        "Where the contact is, as an object with country, region and city.",
        person=Person.PLACE,
        holds={"country": None, "country_code": None, "continent_code": None},
    ),
    json(
        "social_profiles", "The contact's profiles on social networks, as a list in data.", person=Person.LINK
    ),
    json("custom_attributes", "Your workspace's own attributes of the contact, by name.", person=Person.TEXT),
    json("tags", "The contact's tags as ids, with total_count; as rows in contact_tags."),
    json("companies", "The contact's companies as ids, with total_count; as rows in contact_companies."),
    json(
        "notes",
        "At most 10 notes as ids, with total_count; as rows in contact_notes.",
        person=Person.DETAIL,
        holds={"url": None, "data.url": None},
    ),
    json(
        "merge_history",
        "The contacts merged into this one; NULL unless asked for, from API 2.16 on.",
        person=Person.DETAIL,
        holds=MERGES,
        kept=True,
    ),
)

_CONTACT_TAGS = Table(
    name="contact_tags",
    description="The tags of each contact.",
    grain="one tag of one contact",
    primary_key=("contact_id", "tag_id"),
    columns=(
        identifier("contact_id", "The contact's id, as in contacts.", field=PARENT),
        identifier("tag_id", "The tag's id, as in tags.", field="id"),
    ),
    ignored=frozenset({"type", "url"}),
    path=("tags", "data"),
)

_CONTACT_COMPANIES = Table(
    name="contact_companies",
    description="The companies of each contact.",
    grain="one company of one contact",
    primary_key=("contact_id", "company_id"),
    columns=(
        identifier("contact_id", "The contact's id, as in contacts.", field=PARENT),
        identifier("company_id", "The company's id, as in companies.", field="id"),
    ),
    ignored=frozenset({"type", "url"}),
    path=("companies", "data"),
)

_CONTACT_SUBSCRIPTIONS = Table(
    name="contact_subscriptions",
    description="The subscription types that each contact chose to receive, or not to.",
    grain="one subscription type a contact decided about",
    primary_key=("contact_id", "subscription_type_id", "list"),
    columns=(
        identifier("contact_id", "The contact's id, as in contacts.", field=PARENT),
        identifier("subscription_type_id", "Its id, as in subscription_types.", field="id"),
        text("list", "The list in the contact that names the subscription type.", field=LIST),
        text(
            "status",
            "What the contact chose: opted_in or opted_out.",
            expression="replace(\"list\", '_subscription_types', '')",
        ),
    ),
    ignored=frozenset({"type", "url"}),
    path=("opted_in_subscription_types", "data"),
    also=(("opted_out_subscription_types", "data"),),
)

_FATE = (
    identifier(
        "_merged_into",
        "The id of the contact it was merged into; NULL unless it was merged.",
        expression="NULL::VARCHAR",
    ),
)

CONTACTS_TABLE = Table(
    name="contacts",
    description="The people who use your product or write to you: users and leads.",
    grain="one contact",
    columns=_WHO + _WHEN + _CONSENT + _DEVICES + _ORIGIN + _NESTED + _FATE,
    cursor="updated_at",
    children=(_CONTACT_TAGS, _CONTACT_COMPANIES, _CONTACT_SUBSCRIPTIONS),
)
