"""Contacts: that all sorts of people are among them."""

from collections import Counter

from intercom_pipeline.sandbox import content
from tests.sandbox_content.workspace import NOW, SEED, contacts, people


def test_users_and_leads_differ_as_they_do_in_intercom() -> None:
    """Users have an external id and signed up; leads have neither, and some lack name or address."""
    roles = Counter(contact["role"] for contact in contacts())
    assert roles["user"] > 3 * roles["lead"] > 0
    for contact in contacts():
        user = contact["role"] == "user"
        assert (contact["external_id"] is not None) == (contact["signed_up_at"] is not None) == user
        assert contact["email_domain"] == contact["email"].partition("@")[2]
        assert not user or contact["name"]
    leads = [contact for contact in contacts() if contact["role"] == "lead"]
    assert any(lead["name"] is None for lead in leads)
    assert any(lead["email"] == "" for lead in leads)


def test_a_contact_writes_from_its_company() -> None:
    """People of companies have an address of the domain of one of them, or none."""
    sites = {company["id"]: company["website"].removeprefix("https://www.") for company in people().companies}
    for contact in contacts():
        belongs = [sites[company["id"]] for company in contact["companies"]["data"]]
        assert not belongs or contact["email_domain"] in {"", *belongs}


def test_addresses_can_never_reach_anybody() -> None:
    """Every domain is under .example, which is reserved (RFC 2606)."""
    assert all(contact["email_domain"].endswith(".example") for contact in contacts() if contact["email"])
    assert all(admin["email"].endswith(".example") for admin in people().admins)


def test_people_come_from_many_places() -> None:
    """Several continents, names in several scripts, and all kinds of unreachable people."""
    assert len({contact["location"]["country"] for contact in contacts()}) >= 9
    names = "".join(contact["name"] or "" for contact in contacts())
    assert {"ü", "é", "ñ", "ã", "佐", "م", "'"} <= set(names)
    for flag in ("has_hard_bounced", "marked_email_as_spam", "unsubscribed_from_emails"):
        assert {contact[flag] for contact in contacts()} == {True, False}


def test_some_contacts_have_more_tags_than_intercom_shows() -> None:
    """A few have over ten tags, so that the rest has to be asked for."""
    many = (content.make_contact(SEED, index, NOW, people()) for index in range(3_000))
    assert any(contact["tags"]["total_count"] > 10 for contact in many)
