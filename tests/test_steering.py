"""Signs that steer a terminal are taken out of texts, and nothing else is."""

import json
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from intercom_pipeline.errors import PipelineError
from intercom_pipeline.steering import escaped, lines, one_line, removed

any_text = st.text(st.characters(exclude_categories=()) | st.sampled_from("\x1b\x9b\n\r\t\u202e\U000e0041"))


def steers(sign: str) -> bool:
    """By Unicode's own tables: a control, the end of a line, half a character, a mark of direction, a tag."""
    directions = {"LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI"}
    return (
        unicodedata.category(sign) in {"Cc", "Cs", "Zl", "Zp"}
        or unicodedata.bidirectional(sign) in directions
        or sign in "\u200e\u200f\u061c"
        or 0xE0000 <= ord(sign) <= 0xE007F
    )


@given(any_text)
def test_nothing_is_left_that_steers(text: str) -> None:
    """Not even the end of a line, where one line is wanted; every other sign stays, in its place."""
    assert not any(map(steers, one_line(text)))
    kept = lines(text)
    assert [*kept] == [" " if steers(sign) and sign != "\n" else sign for sign in text]
    assert removed(text) == "".join(sign for sign in text if sign == "\n" or not steers(sign))


def test_a_long_text_is_cut() -> None:
    """To the length that is given, with a sign that it was."""
    assert one_line("abc\ndef", 5) == "abc …"
    assert one_line("abc", 3) == "abc"


@given(st.text())
def test_escaped_json_says_the_same(text: str) -> None:
    """Without a control character in it."""
    written = escaped(json.dumps({"text": text}, ensure_ascii=False).encode())
    assert json.loads(written) == {"text": text}
    assert not any(unicodedata.category(sign) == "Cc" for sign in written.decode())


def test_an_error_steers_nothing() -> None:
    """Whoever prints it, logs it or hands it on; the columns that a caret points at stay."""
    error = PipelineError("\x1b[2Jwhat", why="SELECT\t\u202ex\n       ^", fix="\x07fix")
    assert str(error) == " [2Jwhat\nSELECT  x\n       ^\n fix"
    assert error.args == (" [2Jwhat",)
