"""Companies: the list that ends at 10,000, the scroll that does not, and what changes them."""

from typing import Any

import httpx
import pytest

from intercom_pipeline.sandbox import Fault, FaultKind, Sizes
from tests.contract import VERSIONS, check_request, check_response, described, needs_descriptions
from tests.sandbox.conftest import SMALL, Asker, Start

MANY = Sizes(contacts=1, conversations=0, articles=0, companies=250, long_conversations=0)


def _scroll(asker: Asker, param: str | None = None) -> httpx.Response:
    return asker.ask("GET", "/companies/scroll", params={"scroll_param": param} if param else {})


def _code(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["errors"][0]["code"]


def test_a_scroll_hands_out_every_company_once_and_ends_empty(start: Start) -> None:
    """Pages of 100 under one parameter, then an empty page, after which the parameter is no longer good."""
    asker = start(MANY)
    pages = [_scroll(asker).json()]
    param = pages[0]["scroll_param"]
    while pages[-1]["data"]:
        pages.append(_scroll(asker, param).json())
    assert [len(page["data"]) for page in pages] == [100, 100, 50, 0]
    assert {page["scroll_param"] for page in pages} == {param}
    ids = [each["id"] for page in pages for each in page["data"]]
    assert sorted(ids) == sorted(each["id"] for each in asker.sandbox.workspace.records("companies"))
    assert _code(_scroll(asker, param)) == (404, "not_found")
    assert _scroll(asker).json()["scroll_param"] != param


@pytest.mark.parametrize("status", [400, 423])
def test_a_second_scroll_is_refused_while_one_is_open(start: Start, status: int) -> None:
    """`scroll_exists`, 400 or 423; the open one goes on as if nothing had been asked."""
    asker = start(MANY, scroll_taken_status=status)
    first = _scroll(asker).json()
    assert _code(_scroll(asker)) == (status, "scroll_exists")
    second = _scroll(asker, first["scroll_param"]).json()["data"]
    assert not {each["id"] for each in second} & {each["id"] for each in first["data"]}


def test_a_scroll_dies_after_a_minute_of_rest(start: Start) -> None:
    """60 seconds between pages are allowed, 61 are not; then another scroll may begin."""
    asker = start(MANY)
    clock = asker.sandbox.workspace.clock
    param = _scroll(asker).json()["scroll_param"]
    clock.advance(60)
    assert _scroll(asker, param).status_code == 200
    clock.advance(61)
    assert _code(_scroll(asker, param)) == (404, "not_found")
    assert _scroll(asker).status_code == 200


def test_an_abandoned_scroll_is_free_after_a_minute(start: Start) -> None:
    """Who never ends a scroll keeps the others out for a minute, no longer."""
    asker = start(MANY)
    _scroll(asker)
    asker.sandbox.workspace.clock.advance(61)
    assert _scroll(asker).status_code == 200


def test_another_app_can_hold_the_scroll(start: Start) -> None:
    """A held scroll outlives any rest, until it is released."""
    asker = start(MANY)
    workspace = asker.sandbox.workspace
    workspace.hold_scroll()
    workspace.clock.advance(3_600)
    asker.sandbox.faults.add(Fault(kind=FaultKind.ERROR_500, match="GET /companies/scroll", times=1))
    assert _scroll(asker).status_code == 500
    assert _code(_scroll(asker)) == (400, "scroll_exists")
    workspace.release_scroll()
    assert _scroll(asker).status_code == 200


@pytest.mark.parametrize("kind", [FaultKind.ERROR_500, FaultKind.ERROR_500_HTML, FaultKind.APPLIED_500])
def test_a_500_ends_the_scroll(start: Start, kind: FaultKind) -> None:
    """It cannot be continued, and can be started again at once."""
    asker = start(MANY)
    param = _scroll(asker).json()["scroll_param"]
    asker.sandbox.faults.add(Fault(kind=kind, match="GET /companies/scroll", times=1))
    assert _scroll(asker, param).status_code == 500
    assert _code(_scroll(asker, param)) == (404, "not_found")
    assert len(_scroll(asker).json()["data"]) == 100


def test_a_502_leaves_the_scroll_as_it_was(start: Start) -> None:
    """The same parameter goes on with the page that was not answered."""
    asker = start(MANY)
    param = _scroll(asker).json()["scroll_param"]
    asker.sandbox.faults.add(Fault(kind=FaultKind.ERROR_502, match="GET /companies/scroll", times=1))
    assert _scroll(asker, param).status_code == 502
    assert [len(_scroll(asker, param).json()["data"]) for _ in range(3)] == [100, 50, 0]


def test_a_page_whose_answer_was_lost_does_not_come_again(start: Start) -> None:
    """The parameter is the same on every page, so asking again gives the page after the lost one."""
    asker = start(MANY)
    param = _scroll(asker).json()["scroll_param"]
    asker.sandbox.faults.add(Fault(kind=FaultKind.APPLIED_RESET, match="GET /companies/scroll", times=1))
    with pytest.raises(httpx.TransportError):
        _scroll(asker, param)
    assert len(_scroll(asker, param).json()["data"]) == 50


def test_companies_deleted_during_a_scroll_do_not_end_it(start: Start) -> None:
    """A page is filled up from what is left, so an empty one always is the end."""
    asker = start(MANY)
    workspace = asker.sandbox.workspace
    ids = [each["id"] for each in workspace.records("companies")]
    param = _scroll(asker).json()["scroll_param"]
    for company_id in ids[100:200]:
        workspace.delete_company(company_id)
    workspace.create_company()
    assert [each["id"] for each in _scroll(asker, param).json()["data"]] == ids[200:]


def test_the_list_ends_at_ten_thousand_and_the_scroll_does_not(start: Start) -> None:
    """10,001 companies: the page past 10,000 is refused by name; scrolling finds them all."""
    asker = start(Sizes(contacts=1, conversations=0, articles=0, companies=10_001, long_conversations=0))
    assert len(asker.ask("POST", "/companies/list?page=200&per_page=50").json()["data"]) == 50
    past = asker.ask("POST", "/companies/list?page=201&per_page=50")
    assert _code(past) == (400, "page_limit_reached")
    page = _scroll(asker).json()
    found = len(page["data"])
    while page["data"]:
        page = _scroll(asker, page["scroll_param"]).json()
        found += len(page["data"])
    assert found == 10_001


def test_the_list_is_sorted_by_the_last_request(asker: Asker) -> None:
    """Most recent first, or the other way round; a company that was active moves to the front."""
    workspace = asker.sandbox.workspace
    listed = asker.ask("POST", "/companies/list?per_page=60").json()["data"]
    times = [each["last_request_at"] for each in listed]
    assert times == sorted(times, reverse=True)
    turned = asker.ask("POST", "/companies/list?per_page=60&order=asc").json()["data"]
    assert [each["id"] for each in turned] == [each["id"] for each in listed][::-1]
    workspace.update_company(listed[-1]["id"], last_request_at=workspace.clock.seconds())
    assert asker.ask("POST", "/companies/list").json()["data"][0]["id"] == listed[-1]["id"]


def test_a_company_lives(asker: Asker) -> None:
    """Made, changed, tagged, noted and deleted: each is seen at once, and its members lose it."""
    workspace = asker.sandbox.workspace
    person, tag = workspace.records("contacts")[0]["id"], workspace.records("tags")[0]
    one = workspace.create_company(name="Acme & Söhne", company_id="acme-1")["id"]
    workspace.clock.advance(5)
    workspace.update_company(one, size=40, custom_attributes={"region": "EMEA"})
    workspace.tag_company(one, tag["id"])
    note = workspace.add_company_note(one, "<p>Call them</p>")
    workspace.attach_company(person, one)
    shown = asker.get(f"/companies/{one}", version="2.17")
    assert (shown["name"], shown["size"], shown["custom_attributes"]) == (
        "Acme & Söhne",
        40,
        {"region": "EMEA"},
    )
    assert shown["tags"]["tags"] == [tag]
    assert shown["notes"]["notes"] == [note] == asker.get(f"/companies/{one}/notes", version="2.15")["data"]
    assert shown["updated_at"] == shown["created_at"] + 5
    assert note in workspace.records("company_notes")
    assert one in {each["id"] for each in asker.get(f"/contacts/{person}/companies")["data"]}
    workspace.untag_company(one, tag["id"])
    assert asker.get(f"/companies/{one}")["tags"]["tags"] == []
    workspace.delete_company(one)
    assert _code(asker.ask("GET", f"/companies/{one}")) == (404, "company_not_found")
    assert one not in {each["id"] for each in asker.get(f"/contacts/{person}/companies")["data"]}
    assert one not in {each["id"] for each in asker.get(f"/contacts/{person}")["companies"]["data"]}


def test_some_companies_have_notes_segments_and_tags(start: Start) -> None:
    """A workspace's companies are believable: a few of them have each."""
    companies = start(SMALL).sandbox.workspace.records("companies")
    for name in ("notes", "segments", "tags"):
        having = [each for each in companies if each[name][name]]
        assert 0 < len(having) < len(companies) / 2


def test_the_notes_of_a_company_are_there_from_2_15(asker: Asker) -> None:
    """Older versions refuse them by name."""
    one = asker.sandbox.workspace.records("companies")[0]["id"]
    refused = asker.ask("GET", f"/companies/{one}/notes", version="2.14")
    assert _code(refused) == (400, "intercom_version_invalid")


@needs_descriptions
@pytest.mark.parametrize("version", VERSIONS)
def test_companies_are_as_described(asker: Asker, version: str) -> None:
    """Every endpoint of companies answers, and is asked, in the described shapes."""
    workspace = asker.sandbox.workspace

    def checked(method: str, route: str, body: Any = None, company_id: str = "") -> Any:
        response = asker.ask(method, route.replace("{id}", company_id), version=version, json=body)
        assert response.status_code == 200, response.text
        # Up to 2.13 the descriptions forget the body of a PUT.
        if method != "PUT" or version > "2.13":
            check_request(version, method, route, {}, body)
        check_response(version, method, route, 200, response.json())
        return response.json()

    param = checked("GET", "/companies/scroll")["scroll_param"]
    check_request(version, "GET", "/companies/scroll", {"scroll_param": param}, None)
    made = checked("POST", "/companies", {"company_id": "x-1", "name": "X"})["id"]
    assert checked("POST", "/companies", {"company_id": "x-1", "name": "Y"})["id"] == made
    rich = max(workspace.records("companies"), key=lambda each: len(each["notes"]["notes"]))["id"]
    grouped = max(workspace.records("companies"), key=lambda each: len(each["segments"]["segments"]))["id"]
    for company_id in (made, rich, grouped):
        checked("GET", "/companies/{id}", None, company_id)
        checked("GET", "/companies/{id}/segments", None, company_id)
    if described(version, "POST", "/companies/{id}/notes"):
        checked("POST", "/companies/{id}/notes", {"body": "Hello"}, rich)
    if described(version, "GET", "/companies/{id}/notes"):
        checked("GET", "/companies/{id}/notes", None, rich)
    checked("PUT", "/companies/{id}", {"name": "Z"}, made)
    checked("DELETE", "/companies/{id}", None, made)
    check_response(version, "GET", "/companies/scroll", 400, asker.ask("GET", "/companies/scroll").json())
