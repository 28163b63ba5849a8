"""The endpoints, a module for each family; a new family is added to `ENDPOINTS`."""

from intercom_pipeline.sandbox.endpoint import Endpoint
from intercom_pipeline.sandbox.routes import (
    account,
    activity,
    articles,
    attributes,
    calls,
    companies,
    contacts,
    conversations,
    help_center,
    knowledge,
    macros,
    news,
    objects,
    reporting,
    settings,
    tickets,
)

ENDPOINTS: tuple[Endpoint, ...] = (
    *activity.ENDPOINTS,
    *account.ENDPOINTS,
    # Before /conversations/{id}, which would take "attributes" for an id.
    *attributes.ENDPOINTS,
    *contacts.ENDPOINTS,
    *conversations.ENDPOINTS,
    *articles.ENDPOINTS,
    *companies.ENDPOINTS,
    *help_center.ENDPOINTS,
    *knowledge.ENDPOINTS,
    *macros.ENDPOINTS,
    *news.ENDPOINTS,
    *objects.ENDPOINTS,
    *reporting.ENDPOINTS,
    *settings.ENDPOINTS,
    *tickets.ENDPOINTS,
    *calls.ENDPOINTS,
)
