"""What people do in a workspace: every kind of change, each a function of the workspace and a number.

The number chooses the records, so that the same numbers do the same again.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from intercom_pipeline.sandbox import Workspace

Change = Callable[[Workspace, int], object]

FEWEST = 4
"""Records of a kind that are left to be changed."""


def ids(workspace: Workspace, kind: str) -> list[str]:
    """The ids of the records of a kind that are there, in the order they were made."""
    collection = workspace.collections[kind]
    return [collection.ids[position] for position in collection.positions()]


def one(workspace: Workspace, kind: str, number: int) -> str:
    """The id of a record that is there."""
    found = ids(workspace, kind)
    return found[number % len(found)]


def _drop(kind: str, drop: Callable[[Workspace, str], object]) -> Change:
    """A change that takes a record away, as long as some are left."""

    def change(workspace: Workspace, number: int) -> None:
        if len(ids(workspace, kind)) > FEWEST:
            drop(workspace, one(workspace, kind, number))

    return change


def _restore(kind: str, restore: Callable[[Workspace, str], object]) -> Change:
    """A change that brings a record back which was deleted or archived, where there is one."""

    def change(workspace: Workspace, number: int) -> None:
        gone = workspace.collections[kind].gone
        back = sorted(each for each, why in gone.items() if why.reason != "merged")
        if back:
            restore(workspace, back[number % len(back)])

    return change


def _take(kind: str, name: str, inside: str, take: Callable[[Workspace, str, str], object]) -> Change:
    """A change that takes an entry off a list in a record, of the records that have any."""

    def change(workspace: Workspace, number: int) -> None:
        records = (workspace.collections[kind].get(each) for each in ids(workspace, kind))
        having = [record for record in records if record[name][inside]]
        if having:
            record = having[number % len(having)]
            entries = record[name][inside]
            take(workspace, record["id"], entries[number % len(entries)]["id"])

    return change


def _merge(workspace: Workspace, number: int) -> None:
    found = ids(workspace, "contacts")
    source, target = found[number % len(found)], found[(number * 7 + 1) % len(found)]
    if source != target and len(found) > FEWEST:
        workspace.merge_contacts(source, target)


def _tag_often(workspace: Workspace, number: int) -> None:
    """More tags than a contact shows inline, where there are so many."""
    contact = one(workspace, "contacts", number)
    for tag in ids(workspace, "tags"):
        workspace.tag_contact(contact, tag)


def _end_call(workspace: Workspace, number: int) -> None:
    """What is said in a call ends once a second at most: nothing in the call would tell of another end."""
    call = workspace.collections["calls"].get(one(workspace, "calls", number))
    if call["updated_at"] < workspace.clock.seconds():
        workspace.end_call(call["id"], said=("Hello", f"{number}"))


def _leave_conversation(workspace: Workspace, number: int) -> None:
    conversation = workspace.collections["conversations"].get(one(workspace, "conversations", number))
    *others, last = conversation["contacts"]["contacts"]
    if others:
        workspace.leave_conversation(conversation["id"], last["id"])


def _leave_team(workspace: Workspace, number: int) -> None:
    team = workspace.collections["teams"].get(one(workspace, "teams", number))
    members = team["admin_ids"]
    workspace.update("teams", team["id"], admin_ids=members[1:] if number % 2 else members[::-1])


CONTACTS: Mapping[str, Change] = MappingProxyType(
    {
        "create_contact": lambda w, n: w.create_contact(
            role="lead" if n % 3 else "user", email=f"{n}@example.com"
        ),
        "rename_contact": lambda w, n: w.update_contact(one(w, "contacts", n), name=f"Name {n}"),
        "describe_contact": lambda w, n: w.update_contact(
            one(w, "contacts", n), custom_attributes={f"field {n % 3}": n}
        ),
        "tag_contact": lambda w, n: w.tag_contact(one(w, "contacts", n), one(w, "tags", n // 5)),
        "tag_contact_often": _tag_often,
        "untag_contact": _take("contacts", "tags", "data", Workspace.untag_contact),
        "join_company": lambda w, n: w.attach_company(one(w, "contacts", n), one(w, "companies", n // 5)),
        "leave_company": _take("contacts", "companies", "data", Workspace.detach_company),
        "note_contact": lambda w, n: w.add_note(one(w, "contacts", n), f"<p>{n}</p>"),
        "forget_notes": lambda w, n: w.delete_notes(one(w, "contacts", n)),
        "subscribe": lambda w, n: w.attach_subscription(
            one(w, "contacts", n), str(n % 5), consent_type="opt_in" if n % 2 else "opt_out"
        ),
        "forget_subscription": _take(
            "contacts", "opted_out_subscription_types", "data", Workspace.detach_subscription
        ),
        "join_segment": lambda w, n: w.join_segment(one(w, "contacts", n), one(w, "segments", n // 5)),
        "leave_segment": lambda w, n: w.leave_segment(one(w, "contacts", n), one(w, "segments", n // 5)),
        "archive_contact": _drop("contacts", Workspace.archive_contact),
        "delete_contact": _drop("contacts", Workspace.delete_contact),
        "restore_contact": _restore("contacts", Workspace.restore_contact),
        "merge_contacts": _merge,
    }
)
COMPANIES: Mapping[str, Change] = MappingProxyType(
    {
        "create_company": lambda w, n: w.create_company(name=f"Company {n}"),
        "rename_company": lambda w, n: w.update_company(one(w, "companies", n), name=f"Renamed {n}"),
        "tag_company": lambda w, n: w.tag_company(one(w, "companies", n), one(w, "tags", n // 5)),
        "untag_company": _take("companies", "tags", "tags", Workspace.untag_company),
        "note_company": lambda w, n: w.add_company_note(one(w, "companies", n), f"<p>{n}</p>"),
        "delete_company": _drop("companies", Workspace.delete_company),
    }
)
CONVERSATIONS: Mapping[str, Change] = MappingProxyType(
    {
        "create_conversation": lambda w, n: w.create_conversation(contact_id=one(w, "contacts", n)),
        "reply": lambda w, n: w.reply(one(w, "conversations", n), f"<p>{n}</p>"),
        "note": lambda w, n: w.reply(one(w, "conversations", n), f"<p>{n}</p>", message_type="note"),
        "hear": lambda w, n: w.reply(
            one(w, "conversations", n), f"<p>{n}</p>", contact_id=one(w, "contacts", n)
        ),
        "close": lambda w, n: w.close(one(w, "conversations", n)),
        "open": lambda w, n: w.open(one(w, "conversations", n)),
        "snooze": lambda w, n: w.snooze(one(w, "conversations", n), w.clock.seconds() + 3600),
        "assign": lambda w, n: w.assign(one(w, "conversations", n), assignee_id=one(w, "admins", n // 5)),
        "assign_team": lambda w, n: w.assign(
            one(w, "conversations", n), assignee_id=one(w, "teams", n // 5), team=True
        ),
        "tag_conversation": lambda w, n: w.tag_conversation(
            one(w, "conversations", n), one(w, "tags", n // 5)
        ),
        "untag_conversation": _take("conversations", "tags", "tags", Workspace.untag_conversation),
        "describe_conversation": lambda w, n: w.update_conversation(
            one(w, "conversations", n), custom_attributes={f"field {n % 3}": [n]}
        ),
        "join_conversation": lambda w, n: w.join_conversation(
            one(w, "conversations", n), one(w, "contacts", n // 5)
        ),
        "leave_conversation": _leave_conversation,
        "say_much": lambda w, n: w.add_parts(one(w, "conversations", n), 180 + n % 180),
        "merge_conversations": lambda w, n: w.merge_conversations(
            one(w, "conversations", n), one(w, "conversations", n + 1)
        ),
        "delete_conversation": _drop("conversations", Workspace.delete_conversation),
        "restore_conversation": _restore("conversations", Workspace.restore_conversation),
    }
)
TICKETS: Mapping[str, Change] = MappingProxyType(
    {
        "create_ticket": lambda w, n: w.create_ticket(contact_id=one(w, "contacts", n)),
        "describe_ticket": lambda w, n: w.update_ticket(
            one(w, "tickets", n), attributes={"_default_title_": f"Title {n}"}
        ),
        "resolve_ticket": lambda w, n: w.set_ticket_state(one(w, "tickets", n), "resolved"),
        "reply_to_ticket": lambda w, n: w.reply_to_ticket(one(w, "tickets", n), f"<p>{n}</p>"),
        "assign_ticket": lambda w, n: w.assign_ticket(one(w, "tickets", n), one(w, "admins", n // 5)),
        "link_ticket": lambda w, n: w.link_ticket(one(w, "tickets", n), one(w, "conversations", n // 5)),
        "say_much_on_ticket": lambda w, n: w.add_ticket_parts(one(w, "tickets", n), 180 + n % 180),
        "rename_ticket_type": lambda w, n: w.update("ticket_types", one(w, "ticket_types", n), name=f"T {n}"),
        "delete_ticket": _drop("tickets", Workspace.delete_ticket),
        "restore_ticket": _restore("tickets", Workspace.restore_ticket),
    }
)
ARTICLES: Mapping[str, Change] = MappingProxyType(
    {
        "create_article": lambda w, n: w.create_article(title=f"Article {n}"),
        "rename_article": lambda w, n: w.update_article(one(w, "articles", n), title=f"Title {n}"),
        "translate_article": lambda w, n: w.translate_article(
            one(w, "articles", n), ("de", "fr", "pt-BR")[n % 3], title=f"Titel {n}"
        ),
        "delete_article": _drop("articles", Workspace.delete_article),
    }
)
LISTS: Mapping[str, Change] = MappingProxyType(
    {
        "create_tag": lambda w, n: w.create("tags", name=f"tag {n}"),
        "rename_tag": lambda w, n: w.update("tags", one(w, "tags", n), name=f"renamed {n}"),
        "delete_tag": _drop("tags", lambda w, each: w.delete("tags", each)),
        "rename_segment": lambda w, n: w.update("segments", one(w, "segments", n), name=f"segment {n}"),
        "delete_segment": _drop("segments", lambda w, each: w.delete("segments", each)),
        "rename_admin": lambda w, n: w.update("admins", one(w, "admins", n), name=f"Admin {n}"),
        "leave_team": _leave_team,
        "set_away": lambda w, n: w.set_away(one(w, "admins", n), away=bool(n % 2)),
        "archive_attribute": lambda w, n: w.update(
            "data_attributes", one(w, "data_attributes", n), archived=bool(n % 2)
        ),
        "log_activity": lambda w, n: w.log_activity(admin_id=one(w, "admins", n)),
    }
)
CALLS: Mapping[str, Change] = MappingProxyType(
    {
        "create_call": lambda w, n: w.create_call(conversation_id=one(w, "conversations", n)),
        "end_call": _end_call,
    }
)
SUBJECTS: Mapping[str, Mapping[str, Change]] = MappingProxyType(
    {
        "contacts": CONTACTS,
        "companies": COMPANIES,
        "conversations": CONVERSATIONS,
        "tickets": TICKETS,
        "articles": ARTICLES,
        "lists": LISTS,
        "calls": CALLS,
    }
)
EVERY: Mapping[str, Change] = MappingProxyType(
    {name: change for changes in SUBJECTS.values() for name, change in changes.items()}
)
"""Every change, by name."""
