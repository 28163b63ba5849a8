"""Contacts and companies, with what hangs on them."""

from intercom_pipeline.sync.stream import Dates, Listing, Need, Paging, Parent, Replication, Rest, Stream
from intercom_pipeline.sync.tables.companies import COMPANIES_TABLE
from intercom_pipeline.sync.tables.contacts import CONTACTS_TABLE
from intercom_pipeline.sync.tables.notes import COMPANY_NOTES_TABLE, CONTACT_NOTES_TABLE
from intercom_pipeline.sync.tables.segments import CONTACT_SEGMENTS_TABLE

_SUBSCRIPTIONS = "/contacts/{id}/subscriptions"
_SUBSCRIPTION_TYPE = "/subscription_types/{id}"

PEOPLE = (
    Stream(
        table=CONTACTS_TABLE,
        group="contacts",
        path="/contacts/search",
        records="data",
        paging=Paging.SEARCH,
        replication=Replication.INCREMENTAL,
        permission="Read and list users and companies",
        dates=Dates.DAYS_UNTIL_2_17,
        single="/contacts/{id}",
        can_archive=True,
        rests=(
            Rest(field="tags", path="/contacts/{id}/tags", url="/tags/{id}"),
            Rest(field="companies", path="/contacts/{id}/companies", url="/companies/{id}"),
            Rest(
                field="opted_in_subscription_types",
                path=_SUBSCRIPTIONS,
                url=_SUBSCRIPTION_TYPE,
                picks=(("consent_type", "opt_in"),),
            ),
            Rest(
                field="opted_out_subscription_types",
                path=_SUBSCRIPTIONS,
                url=_SUBSCRIPTION_TYPE,
                picks=(("consent_type", "opt_out"),),
            ),
        ),
        cost="1 for each 150 contacts that changed, and 1 for each list in them that is longer than 10",
    ),
    Stream(
        table=CONTACT_NOTES_TABLE,
        group="contacts",
        path="/contacts/{id}/notes",
        records="data",
        paging=Paging.PAGE_NUMBER,
        replication=Replication.BY_PARENT,
        permission="Read and list users and companies",
        per_page=50,
        parent=Parent(table="contacts", having="try_cast(notes ->> '$.total_count' AS INTEGER) > 0"),
        cost="1 for each 50 notes of each contact that has any and changed",
    ),
    Stream(
        table=CONTACT_SEGMENTS_TABLE,
        group="contacts",
        path="/contacts/search",
        records="data",
        paging=Paging.SEARCH,
        replication=Replication.FULL_REFRESH,
        permission="Read and list users and companies",
        parent=Parent(table="segments", changed_only=False),
        need=Need.ON_REQUEST,
        cost="1 for each 150 contacts of each segment",
    ),
    Stream(
        table=COMPANIES_TABLE,
        group="companies",
        path="/companies/scroll",
        records="data",
        paging=Paging.SCROLL,
        replication=Replication.FULL_REFRESH,
        permission="Read and list users and companies",
        per_page=100,
        # Where somebody else is scrolling and does not stop: the list, which ends after 10,000 companies.
        besides=(Listing(path="/companies/list"),),
        cost="1 for each 100 companies",
    ),
    Stream(
        table=COMPANY_NOTES_TABLE,
        group="companies",
        path="/companies/{id}/notes",
        records="data",
        paging=Paging.PAGE_NUMBER,
        replication=Replication.BY_PARENT,
        permission="Read and list users and companies",
        per_page=50,
        parent=Parent(table="companies"),
        minimum_version="2.15",
        need=Need.ON_REQUEST,
        cost="1 for each company that changed",
    ),
)
"""Streams of contacts and companies."""
