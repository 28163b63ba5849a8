"""Whatever a record refers to is there."""

from intercom_pipeline.sandbox import content
from intercom_pipeline.sandbox.content.texts import LANGUAGES
from tests.sandbox_content.workspace import (
    ARTICLES,
    CONTACTS,
    NOW,
    SEED,
    Record,
    articles,
    contacts,
    conversations,
    parts_of,
    people,
)


def ids(records: object) -> set[str]:
    assert isinstance(records, list | tuple)
    return {record["id"] for record in records}


def test_contacts_refer_to_what_the_workspace_has() -> None:
    """Owners, tags and companies of contacts exist."""
    admins = ids(people().admins)
    for contact in contacts():
        assert contact["owner_id"] is None or str(contact["owner_id"]) in admins
        assert ids(contact["tags"]["data"]) <= ids(people().tags)
        assert ids(contact["companies"]["data"]) <= ids(people().companies)
        assert contact["tags"]["total_count"] == len(contact["tags"]["data"])


def test_conversations_refer_to_what_the_workspace_has() -> None:
    """Contacts, assignees, teammates, tags, authors and Fin's articles exist."""
    known_articles = {content.article_id(SEED, index) for index in range(ARTICLES)}
    for conversation in conversations():
        assert str(conversation["admin_assignee_id"]) in {"0", *ids(people().admins)}
        assert str(conversation["team_assignee_id"]) in {"0", *ids(people().teams)}
        assert ids(conversation["tags"]["tags"]) <= ids(people().tags)
        assert ids(conversation["contacts"]["contacts"]) <= ids(contacts())
        assert (
            ids(conversation["teammates"]["teammates"])
            == authors(conversation, "admin")
            <= ids(people().admins)
        )
        assert authors(conversation, "user") | authors(conversation, "lead") <= ids(
            conversation["contacts"]["contacts"]
        )
        for source in (conversation["ai_agent"] or {"content_sources": {"content_sources": []}})[
            "content_sources"
        ]["content_sources"]:
            assert source["url"].split("/")[3] in known_articles


def authors(conversation: Record, kind: str) -> set[str]:
    return {part["author"]["id"] for part in parts_of(conversation) if part["author"]["type"] == kind}


def test_a_contact_is_older_than_its_conversations_and_named_alike_in_them() -> None:
    """The contact existed when the conversation began, and parts give its name, e-mail and role."""
    known = {contact["id"]: contact for contact in contacts()}
    for conversation in conversations()[20:]:
        reference = conversation["contacts"]["contacts"][0]
        contact = known[reference["id"]]
        assert contact["created_at"] <= conversation["created_at"]
        assert contact["external_id"] == reference["external_id"]
        for part in parts_of(conversation):
            if part["author"]["id"] == contact["id"]:
                author = part["author"]
                assert (author["name"], author["email"]) == (contact["name"], contact["email"])
                assert author["type"] == contact["role"]


def test_teams_and_admins_know_each_other() -> None:
    """A team's admins list the team, and the other way round."""
    from_teams = {(str(admin), team["id"]) for team in people().teams for admin in team["admin_ids"]}
    from_admins = {(admin["id"], str(team)) for admin in people().admins for team in admin["team_ids"]}
    assert from_teams == from_admins != set()


def test_articles_have_existing_authors_and_translations() -> None:
    """Authors are admins, the default language's content is the article's, reactions add up to 100 %."""
    languages = set[str]()
    for article in articles():
        assert str(article["author_id"]) in ids(people().admins)
        assert article["translated_content"]["en"]["title"] == article["title"]
        languages |= set(article["translated_content"]) - {"type"}
        statistics = article["statistics"]
        total = sum(statistics[f"{mood}_reaction_percentage"] for mood in ("happy", "neutral", "sad"))
        assert statistics["reactions"] == 0 or abs(total - 100) < 0.2
    assert {"en", "de", "fr", "es"} < languages <= set(LANGUAGES)


def test_a_workspace_of_nothing_can_be_made() -> None:
    """Counts of zero leave makers working: one admin is always there."""
    empty = content.make_people(
        1,
        now=NOW,
        admins=0,
        teams=0,
        tags=0,
        segments=0,
        companies=0,
        contacts=0,
        conversations=0,
        articles=0,
    )
    assert len(empty.admins) == 1
    assert content.make_contact(1, 0, NOW, empty)["companies"]["data"] == []
    assert content.make_conversation(1, 0, NOW, empty)["team_assignee_id"] == 0
    assert content.make_article(1, 0, NOW, empty)["id"]
    assert list(content.contact_times(1, 0, NOW)[0]) == []


def test_ids_of_contacts_are_unique() -> None:
    """Each contact has its own id, external id and address."""
    assert len(ids(contacts())) == CONTACTS
    users = [contact for contact in contacts() if contact["role"] == "user"]
    assert (
        len({contact["external_id"] for contact in users}) == len({c["email"] for c in users}) == len(users)
    )
