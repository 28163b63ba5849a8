"""Who one is, and the short lists: admins, teams, tags, segments."""

from intercom_pipeline.sandbox import shapes
from intercom_pipeline.sandbox.endpoint import Answer, Call, Endpoint, json_answer
from intercom_pipeline.sandbox.listing import all_records

_OWN_FIELDS = frozenset(
    {
        "type",
        "id",
        "name",
        "email",
        "job_title",
        "away_mode_enabled",
        "away_mode_reassign",
        "has_inbox_seat",
        "team_ids",
    }
)


def _me(call: Call) -> Answer:
    workspace = call.workspace
    admin = next(iter(workspace.collections["admins"]))
    shown = {name: value for name, value in admin.items() if name in _OWN_FIELDS}
    avatar = {"type": "avatar", "image_url": admin.get("avatar")}
    return json_answer(shown | {"email_verified": True, "avatar": avatar, "app": workspace.app()})


def _admins(call: Call) -> Answer:
    return json_answer({"type": "admin.list", "admins": all_records(call, "admins", shapes.admin)})


def _admin(call: Call) -> Answer:
    return json_answer(shapes.admin(call.workspace.collections["admins"].get(call.id), call.version))


def _teams(call: Call) -> Answer:
    return json_answer({"type": "team.list", "teams": all_records(call, "teams", shapes.team)})


def _team(call: Call) -> Answer:
    return json_answer(shapes.team(call.workspace.collections["teams"].get(call.id), call.version))


def _tags(call: Call) -> Answer:
    return json_answer({"type": "list", "data": all_records(call, "tags", shapes.tag)})


def _tag(call: Call) -> Answer:
    return json_answer(shapes.tag(call.workspace.collections["tags"].get(call.id), call.version))


def _segments(call: Call) -> Answer:
    shape = shapes.counted_segment if call.query.get("include_count") == "true" else shapes.segment
    return json_answer({"type": "segment.list", "segments": all_records(call, "segments", shape)})


def _segment(call: Call) -> Answer:
    return json_answer(shapes.segment(call.workspace.collections["segments"].get(call.id), call.version))


ENDPOINTS = (
    Endpoint(method="GET", route="/me", family="me", answer=_me),
    Endpoint(method="GET", route="/admins", family="admins", answer=_admins),
    Endpoint(method="GET", route="/admins/{id}", family="admins", answer=_admin),
    Endpoint(method="GET", route="/teams", family="admins", answer=_teams),
    Endpoint(method="GET", route="/teams/{id}", family="admins", answer=_team),
    Endpoint(method="GET", route="/tags", family="tags", answer=_tags),
    Endpoint(method="GET", route="/tags/{id}", family="tags", answer=_tag),
    Endpoint(method="GET", route="/segments", family="contacts", answer=_segments),
    Endpoint(method="GET", route="/segments/{id}", family="contacts", answer=_segment),
)
