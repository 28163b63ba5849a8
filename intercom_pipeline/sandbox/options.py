"""What a workspace holds, and how its server behaves: two frozen values."""

from dataclasses import dataclass, fields
from typing import Literal

NEWEST_VERSION = "2.17"
MOST_OF_A_KIND = 2_000_000
VERSIONS = ("2.11", "2.12", "2.13", "2.14", "2.15", "2.16", "2.17")


@dataclass(frozen=True, kw_only=True, slots=True)
class Sizes:
    """How many of each object a new workspace holds; the defaults make a small believable one."""

    contacts: int = 500
    conversations: int = 200
    articles: int = 40
    companies: int = 60
    admins: int = 12
    teams: int = 4
    tags: int = 18
    segments: int = 6
    help_centers: int = 2
    collections: int = 18
    """One for each of the thirteen support topics, then sections inside them."""
    internal_articles: int = 6
    news_items: int = 5
    newsfeeds: int = 2
    away_status_reasons: int = 5
    office_hours_schedules: int = 2
    office_hours_exceptions: int = 4
    subscription_types: int = 4
    brands: int = 3
    emails: int = 4
    macros: int = 6
    audiences: int = 3
    content_snippets: int = 3
    external_pages: int = 5
    content_import_sources: int = 3
    custom_objects: int = 12
    """Orders and subscriptions by turns; some contacts' custom attributes lead to their order."""
    long_conversations: int = 1
    """How many of the conversations have over 500 parts, more than one answer of the API can carry."""
    tickets: int = 60
    calls: int = 30
    activity_logs: int = 120

    def __post_init__(self) -> None:
        """Raise ValueError for a count below 0, or of more than one machine can make in a sensible time."""
        for size in fields(self):
            count = getattr(self, size.name)
            if not 0 <= count <= MOST_OF_A_KIND:
                raise ValueError(f"{size.name} must be between 0 and {MOST_OF_A_KIND:,}, not {count:,}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """How the server answers; what can change while it runs is in `Conditions`."""

    api_timezone: str = "America/New_York"
    """The workspace's time zone (`app.timezone` of `GET /me`), by whose days contact dates are searched."""
    region: str = "US"
    """The workspace's region: US, EU or AU."""
    limit_per_minute: int = 10_000
    """Requests a minute; a sixth of it is let through in each window of ten seconds."""
    latency_ms: float = 0
    """Milliseconds each answer is held back."""
    pinned_version: str = "2.14"
    """The API version that a request without an `Intercom-Version` header gets."""
    token: str = "sandbox-token"  # noqa: S105 (opens nothing but this pretend workspace)
    """The access token that is let in."""
    app_name: str = "intercom-pipeline"
    """The app that asks for consent, as the consent screen calls it."""
    client_id: str = "sandbox-client"
    """The app's client id."""
    client_secret: str = "sandbox-secret"  # noqa: S105 (as the token)
    """The app's client secret."""
    redirect_urls: tuple[str, ...] = ()
    """The app's redirect URLs, the default first, beside the rule that needs no list: on `localhost` and
    `127.0.0.1`, `http://HOST:PORT/api/auth/intercom/callback` is registered with any port."""
    uninstall_ends_app: bool = False
    """Whether giving back one token ends all of the app's (Intercom says no more than that it uninstalls)."""
    searchable_after_seconds: float = 0
    """How long a new or changed object is missing from search."""
    archived_readable: bool = True
    """Whether a GET by id still finds an archived contact (Intercom does not say; no list does)."""
    scroll_taken_status: int = 400
    """How a second scroll over the companies is refused: 400, or 423 as others have seen."""
    export_polls: int = 1
    """How many times a reporting export says that it is pending before it is done."""
    export_fails: bool = False
    """Whether reporting exports end as failed."""
    export_gzipped: bool = True
    """Whether an export's file is gzipped CSV or plain (Intercom's description does not say)."""
    export_header: Literal["name", "id", "qualified_id", "prefix"] = "name"
    """What of an attribute heads its column in an export (Intercom does not say); its prefix never would."""
    export_marked: bool = False
    """Whether an export's text begins with a byte order mark."""
    export_spare_cells: int = 0
    """How many cells each row of an export has beyond its header."""
    export_expires_after_seconds: float = 172_800
    """How long after it was asked for an export's file can be had."""
    exports_at_once: int = 5
    """How many reporting exports may be pending."""
    now: float | None = None
    """Unix seconds at which the clock stands still; None lets it run with the machine's."""
    warm: bool = False
    """Whether every record is made and encoded before the first request, for benchmarks of reading."""
