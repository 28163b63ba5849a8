"""The workspace's own people and labels, and `People`, which the makers are handed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from intercom_pipeline.sandbox.content.chance import Kind, happens, mix, pick, roller, some
from intercom_pipeline.sandbox.content.companies import make_companies, with_surroundings
from intercom_pipeline.sandbox.content.hours import DAY, HISTORY_DAYS
from intercom_pipeline.sandbox.content.ids import number_id, object_id
from intercom_pipeline.sandbox.content.texts import read
from intercom_pipeline.sandbox.content.ticket_types import make_ticket_states, make_ticket_types

Record = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class People:
    """What records refer to: admins, teams, labels and companies, and how many of the rest there are.

    `topic_tags` gives the tag of a support topic, `team_admins` the admins of a team's id,
    `team_names` the name of a team's id (as `statistics_of` wants it).
    """

    admins: Sequence[Record]
    teams: Sequence[Record]
    tags: Sequence[Record]
    segments: Sequence[Record]
    companies: Sequence[Record]
    contacts: int
    conversations: int
    articles: int
    topic_tags: Mapping[str, Record]
    team_admins: Mapping[str, Sequence[Record]]
    team_names: Mapping[str, str]
    ticket_types: Sequence[Record]
    ticket_states: Sequence[Record]
    tickets: int = 0
    calls: int = 0
    activity_logs: int = 0


def make_people(
    seed: int,
    *,
    now: int,
    admins: int = 12,
    teams: int = 5,
    tags: int = 24,
    segments: int = 8,
    companies: int = 60,
    contacts: int = 1_000,
    conversations: int = 300,
    articles: int = 40,
    tickets: int = 60,
    calls: int = 30,
    activity_logs: int = 120,
) -> People:
    """Everything the other makers refer to. At least one admin is made; the other counts may be 0."""
    staff = make_admins(seed, max(admins, 1))
    groups = make_teams(seed, teams, staff)
    labels, groupings = make_tags(seed, tags), make_segments(seed, segments, now)
    firms = make_companies(seed, companies, now, labels)
    types = make_ticket_types(seed, now)
    return People(
        admins=staff,
        teams=groups,
        tags=labels,
        segments=groupings,
        companies=with_surroundings(seed, firms, groupings, staff),
        contacts=contacts,
        conversations=conversations,
        articles=articles,
        topic_tags=_by_topic(labels),
        team_admins={team["id"]: _members(team, staff) for team in groups},
        team_names={team["id"]: team["name"] for team in groups},
        ticket_types=types,
        ticket_states=make_ticket_states(seed, types),
        tickets=tickets,
        calls=calls,
        activity_logs=activity_logs,
    )


def make_admins(seed: int, count: int) -> list[Record]:
    """Admins as GET /admins/{id} gives them; `team_ids` is filled by `make_teams`.

    The last of several has no seat in the inbox and may not reply: most workspaces have such people.
    """
    admins = [_admin(seed, index) for index in range(count)]
    for admin in admins[1:][-1:]:
        admin["has_inbox_seat"] = False
    return admins


def make_teams(seed: int, count: int, admins: Sequence[Record]) -> list[Record]:
    """Teams as GET /teams/{id} gives them; writes each team's id into its members' `team_ids`."""
    words = read("labels")["teams"]
    return [_team(seed, index, _numbered(words, index), admins) for index in range(count)]


def make_tags(seed: int, count: int) -> list[Record]:
    """Tags as GET /tags/{id} gives them: type, id, name; the first are those of the support topics."""
    labels = read("labels")
    words = [*labels["topics"].values(), *labels["tags"]]
    return [
        {"type": "tag", "id": number_id(seed, Kind.TAG, index), "name": _numbered(words, index)}
        for index in range(count)
    ]


def make_segments(seed: int, count: int, now: int) -> list[Record]:
    """Segments as GET /segments/{id} gives them; `count` (people in it) is null, as without include_count."""
    words = read("labels")["segments"]
    return [_segment(seed, index, _numbered(words, index), now) for index in range(count)]


def _by_topic(tags: Sequence[Record]) -> dict[str, Record]:
    names = {tag["name"]: tag for tag in tags}
    return {topic: names[name] for topic, name in read("labels")["topics"].items() if name in names}


def _members(team: Record, admins: Sequence[Record]) -> list[Record]:
    inside = set(team["admin_ids"])
    return [admin for admin in admins if int(admin["id"]) in inside]


def _numbered(words: Sequence[str], index: int) -> str:
    word, round_ = words[index % len(words)], index // len(words)
    return word if round_ == 0 else f"{word} {round_ + 1}"


def _admin(seed: int, index: int) -> Record:
    roll, words = roller(seed, Kind.ADMIN, index), read("labels")["admins"]
    first, last = words["first"][index % len(words["first"])], pick(roll, words["last"])
    tag = "" if index < len(words["first"]) else str(index)
    away = happens(roll, 0.15)
    identifier = number_id(seed, Kind.ADMIN, index)
    return {
        "type": "admin",
        "id": identifier,
        "name": f"{first} {last}",
        "email": f"{first}{tag}@{words['domain']}".lower(),
        "job_title": words["titles"][index % len(words["titles"])],
        "away_mode_enabled": away,
        "away_mode_reassign": away and happens(roll, 0.5),
        "away_status_reason_id": 4000 + int(roll() * 5) if away else None,
        "has_inbox_seat": index == 0 or happens(roll, 0.9),
        "team_ids": [],
        "avatar": f"https://static.{words['domain']}/avatars/{identifier}.png",
        "team_priority_level": {"primary_team_ids": [], "secondary_team_ids": []},
        "role": {"type": "role", "id": str(70 + index % 3), "name": words["roles"][index % 3]},
    }


def _team(seed: int, index: int, name: str, admins: Sequence[Record]) -> Record:
    roll = roller(seed, Kind.TEAM, index)
    identifier = number_id(seed, Kind.TEAM, index)
    members = some(roll, admins, max(2, len(admins) // 3)) if admins else []
    for place, member in enumerate(members):
        member["team_ids"].append(int(identifier))
        level = "primary_team_ids" if place else "secondary_team_ids"
        member["team_priority_level"][level].append(int(identifier))
    numbers = [int(member["id"]) for member in members]
    balanced = happens(roll, 0.4)
    return {
        "type": "team",
        "id": identifier,
        "name": name,
        "admin_ids": numbers,
        "admin_priority_level": {"primary_admin_ids": numbers[1:], "secondary_admin_ids": numbers[:1]},
        "assignment_limit": 10 + int(roll() * 20) if balanced else None,
        "distribution_method": "load_balanced" if balanced else "round_robin",
    }


def _segment(seed: int, index: int, name: str, now: int) -> Record:
    created = now - int(mix(seed, Kind.SEGMENT, index) % (HISTORY_DAYS * DAY))
    return {
        "type": "segment",
        "id": object_id(seed, Kind.SEGMENT, index),
        "name": name,
        "created_at": created,
        "updated_at": created + (now - created) // 3,
        "person_type": "contact" if "lead" in name.lower() else "user",
        "count": None,
    }
