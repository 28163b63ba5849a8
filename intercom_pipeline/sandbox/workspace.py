"""The living state of a pretend workspace."""

from typing import Any
from zoneinfo import ZoneInfo

from intercom_pipeline.sandbox import blank
from intercom_pipeline.sandbox.activity_changes import ActivityChanges
from intercom_pipeline.sandbox.call_changes import CallChanges
from intercom_pipeline.sandbox.collection import Record
from intercom_pipeline.sandbox.company_changes import CompanyChanges
from intercom_pipeline.sandbox.contact_changes import ContactChanges
from intercom_pipeline.sandbox.conversation_changes import ConversationChanges
from intercom_pipeline.sandbox.exports import Exports
from intercom_pipeline.sandbox.matching import Searcher
from intercom_pipeline.sandbox.options import NEWEST_VERSION
from intercom_pipeline.sandbox.ticket_changes import TicketChanges
from intercom_pipeline.sandbox.truth import TRUTHS
from intercom_pipeline.sandbox.versions import shaped

_AGE_SECONDS = 3 * 365 * 86_400


class Workspace(
    ContactChanges, CompanyChanges, ConversationChanges, TicketChanges, CallChanges, ActivityChanges
):
    """Every record of a pretend workspace, and what people do in it.

    Everything may be called from any thread while a server answers requests: changes hold `lock`, as the
    server does for each request. `create`, `update` and `delete` serve the other kinds.
    """

    def __init__(self, *args: Any, **named: Any) -> None:
        """Make the workspace that `seed` and `sizes` describe, as of the options' `now`."""
        super().__init__(*args, **named)
        self.zone = ZoneInfo(self.options.api_timezone)
        self.searcher = Searcher()
        self.exports = Exports(self.options, self.clock)

    def records(self, kind: str, *, version: str = NEWEST_VERSION) -> list[Record]:
        """What the source holds now, oldest first: each listed record as a GET shows it, with nothing capped.

        `kind` is a name in `KINDS`, or one in `TRUTHS`: what hangs on those records, as flat lists.
        """
        with self.lock:
            self.catch_up()
            if kind in TRUTHS:
                return list(TRUTHS[kind](self, version))
            return [shaped(kind, record, version) for record in self.collections[kind]]

    def create_article(self, *, title: str = "Untitled", **fields: Any) -> Record:
        """List a new article, a draft by the first admin unless the fields say otherwise."""
        with self.lock:
            author = int(next(iter(self.collections["admins"]))["id"])
            draft = blank.article(author, self.workspace_id)
            return self.create("articles", **(draft | {"title": title} | fields))

    def update_article(self, article_id: str, **fields: Any) -> Record:
        """Change fields of an article, which puts it first in the list."""
        return self.update("articles", article_id, **fields)

    def translate_article(self, article_id: str, locale: str, **fields: Any) -> Record:
        """Write an article's content in a language (`de`, `pt-BR`), which changes the article; returns it.

        What the fields lack is that of the translation there is, or else of the article itself; a change of
        the article's default language changes its own fields, too.
        """
        with self.lock:
            article = self.collections["articles"].get(article_id)
            held = article["translated_content"] or {"type": "article_translated_content"}
            now = {"updated_at": self.clock.seconds()}
            known = held.get(locale) or blank.translation(article, locale, now["updated_at"])
            translated = held | {locale: known | now | fields}
            own = fields if locale == article["default_locale"] else {}
            return self.update("articles", article_id, **own, translated_content=translated)

    def delete_article(self, article_id: str) -> None:
        """Delete an article."""
        self.delete("articles", article_id)

    def app(self) -> Record:
        """The workspace as `GET /me` describes it under `app`."""
        return {
            "type": "app",
            "id_code": self.workspace_id,
            "name": f"Trellis (sandbox {self.seed})" if self.seed else "Trellis (sandbox)",
            "created_at": self.started_at - _AGE_SECONDS,
            "secure": False,
            "identity_verification": False,
            "timezone": self.options.api_timezone,
            "region": self.options.region,
        }
