"""Who is answered: what a CSV or a list of ids must be, and what is said of one that is not."""

import io
import os
import sys
import tracemalloc
from pathlib import Path

import pytest

from intercom_pipeline.replies.audience.csv_rows import from_csv, in_csv
from intercom_pipeline.replies.audience.faults import AudienceRefused
from intercom_pipeline.replies.audience.ids import from_ids, in_ids
from intercom_pipeline.replies.audience.recipient import Recipient
from intercom_pipeline.replies.plan import MOST_REPLIES


def of_csv(text: str | bytes) -> list[Recipient]:
    return in_csv(io.BytesIO(text.encode() if isinstance(text, str) else text))


def of_ids(text: str) -> list[Recipient]:
    return in_ids(io.BytesIO(text.encode()))


def ids(recipients: list[Recipient]) -> list[str]:
    return [one.conversation_id for one in recipients]


def why_refused(text: str | bytes) -> str:
    with pytest.raises(AudienceRefused) as refused:
        of_csv(text)
    return str(refused.value)


def test_a_csv_gives_its_rows() -> None:
    """A recipient a row, called by its line, with all values as text; ids lose the blanks around them."""
    [first, second] = of_csv("conversation_id,name\n 12 ,Ada\n\n,\n34, Bob \n")
    assert first == Recipient(
        row="row 2", conversation_id="12", values={"conversation_id": "12", "name": "Ada"}
    )
    assert (second.row, second.values["name"]) == ("row 5", " Bob ")


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffconversation_id,First name\r\n12,Ada\r\n",
        "conversation_id;First name\n12;Ada\n",
        "First name\tconversation_id\nAda\t12",
        '"Conversation ID","First name"\n"12","Ada"\n',
        "\n\nconversation_id,First name,\n12,Ada,\n",
        "conversation_id,First name\r12,Ada\r",
    ],
    ids=["byte order mark", "semicolons", "tabs", "spelling", "unnamed column", "old line ends"],
)
def test_what_spreadsheets_write_is_read(text: str) -> None:
    """The delimiter is that of the header; a name of several words has _ between them in a template."""
    [one] = of_csv(text)
    assert dict(one.values) == {"conversation_id": "12", "First_name": "Ada"}


def test_a_row_is_the_line_it_begins_on() -> None:
    """As an editor counts lines, also after a value of several."""
    rows = of_csv('conversation_id,body\n1,"a\nb\n\nc"\n2,d\n')
    assert [one.row for one in rows] == ["row 2", "row 6"]
    assert rows[0].values["body"] == "a\nb\n\nc"


def test_all_that_is_wrong_is_told_at_once() -> None:
    """Each wrong row with its number and reason, and nothing of what it holds."""
    said = why_refused(
        "conversation_id,name\n1,Ada\n1,Eve\nlast,Eve\n,Eve\n2.26538E+14,Eve\n226537904589997.0,Eve\n"
        "eve@example.com,Eve\nconversation_id,name\n7,Eve,8\n9\n"
    )
    assert said.splitlines()[0] == "9 rows are wrong, so nothing was planned."
    assert "row 3: the same conversation as row 2" in said
    assert "row 4: 'last' is no conversation" in said
    assert "row 5: no conversation_id" in said
    assert "row 6: a spreadsheet spoilt the id" in said
    assert "row 7: a spreadsheet spoilt the id" in said
    assert "row 8: the conversation_id is none" in said
    assert "row 9: the name of a column, not an id" in said
    assert "row 10: columns in the header: 2, values here: 3" in said
    assert "row 11: columns in the header: 2, values here: 1" in said
    assert "Eve" not in said
    assert "example" not in said


def test_the_first_twenty_wrong_rows_are_named() -> None:
    """The rest is counted."""
    said = why_refused("conversation_id\n" + "last\n" * 25)
    assert said.count("row ") == 20
    assert "and 5 more" in said


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "The input is empty"),
        ("\n \n", "The input is empty"),
        ("conversation_id,name\n", "nobody to answer"),
        ("id,name\n1,Ada\n", "It has id, name."),
        ("226537904589997,eve@example.com\n", "values, not the names of columns"),
        ("conversation_id,name,name\n1,a,b\n", "apart: name."),
        ("conversation_id,a b,a-b\n1,a,b\n", "apart: a_b."),
        ("conversation_id,conversation_id\n1,1\n", "apart: conversation_id."),
        ('conversation_id,name\n1,a\n2,"b\n3,c\n', "row 3: a quote that is opened here"),
        ('conversation_id,name\n1,"a"b\n', "row 2: a quote inside a quoted value"),
        ('conversation_id,name\n1,"' + "a\n" * 100_000, "row 2: a quote that is opened here"),
        (b"conversation_id,name\n1,a\n2,Ren\xe9\n", "row 3: byte 6 of it (0xE9) is none of UTF-8"),
        (b"conversation_id,name\n1,a\0\n", "row 2: it holds a NUL"),
        ("conversation_id\n1\n".encode("utf-16"), "It is text in UTF-16."),
        ("conversation_id\n1\n".encode("utf-16-le"), "row 1: it holds a NUL"),
        (b"PK\x03\x04rest of a workbook", "It is a workbook"),
        (b"conversation_id," + b"a" * 1_000_000, "more than 1 MB in one line"),
    ],
)
def test_what_is_no_such_csv_is_refused(text: str | bytes, says: str) -> None:
    """With the row, and what to do."""
    said = why_refused(text)
    assert says in said
    assert len(said.splitlines()) == 3
    assert "example" not in said


def test_a_hundred_thousand_rows_are_refused_early() -> None:
    """What is beyond the largest plan is not read, and little is held in memory."""
    many = io.BytesIO(b"conversation_id,name\n" + b"".join(b"%d,Ada\n" % each for each in range(100_000)))
    tracemalloc.start()
    with pytest.raises(AudienceRefused, match="more than 10,000 rows"):
        in_csv(many)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert many.tell() < 200_000
    assert peak < 20_000_000


def test_the_largest_plan_is_read() -> None:
    """Ten thousand rows are not too many."""
    rows = "\n".join(str(each) for each in range(MOST_REPLIES))
    assert len(of_csv(f"conversation_id\n{rows}\n")) == MOST_REPLIES
    assert len(of_ids(rows)) == MOST_REPLIES


def test_a_file_is_read_from_its_path(tmp_path: Path) -> None:
    """A CSV and a list of ids."""
    path = tmp_path / "who.csv"
    path.write_text("conversation_id\n12\n", encoding="utf-8")
    assert ids(from_csv(path)) == ["12"]
    path.write_text("12\n", encoding="utf-8")
    assert ids(from_ids(str(path))) == ["12"]


@pytest.mark.parametrize("reader", [from_csv, from_ids])
def test_a_path_that_cannot_be_read_is_refused(reader: type, tmp_path: Path) -> None:
    """It is not there, is a folder, may not be read, or is no path."""
    closed = tmp_path / "closed"
    closed.write_text("12")
    closed.chmod(0)
    places = [tmp_path / "missing", tmp_path, "a\0b", *([closed] if os.geteuid() else [])]
    for place in places:
        with pytest.raises(AudienceRefused, match="cannot be read"):
            reader(place)


def test_stdin_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the name -; a closed one is refused."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"conversation_id\n12\n")))
    assert ids(from_csv("-")) == ["12"]
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(AudienceRefused, match="stdin cannot be read"):
        from_ids("-")


@pytest.mark.parametrize(
    "text",
    [
        "1\n\n# the second\n 2 # by Ada\n",
        '[{"id": "1", "tags": [1]},\n {"id": 2}]',
        '{"id": "1", "title": "[x"}\n{"id": "2"}\n',
        "\ufeff1\r\n2\r\n",
    ],
    ids=["lines", "--json", "--jsonl", "byte order mark"],
)
def test_ids_are_read(text: str) -> None:
    """One a line, or as conversations list prints them; nothing else is known of them."""
    found = of_ids(text)
    assert ids(found) == ["1", "2"]
    assert dict(found[1].values) == {"conversation_id": "2"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("1\n1\nlast\nconversation_id\n", r"row 2: the same(.|\n)*row 3: 'last'(.|\n)*row 4: the name of a"),
        ('{"id": "1"}\n{"title": "eve"}\n{"id"\n', r"row 2: no JSON object with an id(.|\n)*row 3"),
        ('[{"id": "1"}, 2]', "each have an id"),
        ("[" * 100_000, "each have an id"),
        ("# nobody\n", "nobody to answer"),
        ("", "nobody to answer"),
    ],
)
def test_ids_that_are_none_are_refused(text: str, says: str) -> None:
    """With the line."""
    with pytest.raises(AudienceRefused) as refused:
        of_ids(text)
    refused.match(says)
    assert "eve" not in str(refused.value)
