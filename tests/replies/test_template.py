"""Templates of replies: what they may say, and that nothing else can be said by one."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from intercom_pipeline.replies.templates.filters import FILTERS
from intercom_pipeline.replies.templates.language import TemplateRefused
from intercom_pipeline.replies.templates.template import Template
from intercom_pipeline.replies.templates.values import Misfit

SAID = [
    ("{{ name }}", "Ada"),
    ("{{ company.name }} {{ company['name'] }} {{ tags[1] }}", "Acme Acme b"),
    ("{% if plan == 'pro' %}yes{% elif plan == 'team' %}team{% else %}no{% endif %}", "yes"),
    ("{% if plan != 'pro' or not seats >= 3 and seats < -1 %}yes{% else %}no{% endif %}", "no"),
    (
        "{% if plan in ['pro', 'team'] and 'a' in tags and 'Ad' in name and 'x' not in tags %}yes{% endif %}",
        "yes",
    ),
    (
        "{% if nothing %}yes{% else %}no{% endif %}{{ nothing is defined }}{{ name is defined }}",
        "nofalsetrue",
    ),
    ("{% if nothing == 'x' or nothing is none %}yes{% endif %}", "yes"),
    ("{{ name if plan == 'pro' else 'you' }} {{ nothing or 'there' }}", "Ada there"),
    ("{% for tag in tags %}{{ tag }}{% if not loop.last %}, {% endif %}{% endfor %}", "a, b"),
    ("{% for a in tags %}{% for b in tags %}{{ a }}{{ b }} {% endfor %}{% endfor %}", "aa ab ba bb"),
    ("{% for one in nothing %}{{ one }}{% else %}none at all{% endfor %}", "none at all"),
    ("{% raw %}{{ name }}{% endraw %}{# not said #}", "{{ name }}"),
    ("{{ nothing|default('you') }} {{ nothing.deep.down|default(name, true) }}", "you Ada"),
    ("{{ name|upper }} {{ name|lower }} {{ 'anne-marie o\\'neil'|title }}", "ADA ada Anne-Marie O&#39;neil"),
    ("{{ 'aDA'|capitalize }} {{ ' x '|trim }} {{ tags|join }} {{ tags|join('/') }}", "Ada x a, b a/b"),
    (
        "{{ tags|length }} {{ name|length }} {{ nothing|length }} {{ tags|first }} {{ tags|last }}",
        "2 3 0 a b",
    ),
    ("{{ price|round }} {{ price|round(1) }} {{ amount|number|round(1) }}", "3 2.5 12.5"),
    ("{% if amount|number > 12 %}{{ name|escape }}{% endif %} {{ 'abcdef'|truncate(4) }}", "Ada abc…"),
    ("{{ day|date('%-d %B %Y') }} {{ moment|date('%d.%m.%y %H:%M') }} {{ moment|date }}", ""),
]
VALUES: dict[str, Any] = {
    "name": "Ada",
    "plan": "pro",
    "seats": 3,
    "price": Decimal("2.50"),
    "amount": "12.45",
    "tags": ["a", "b"],
    "company": {"name": "Acme"},
    "nothing": None,
    "day": "2026-03-01",
    "moment": "2026-03-01T09:30:00Z",
}


@pytest.mark.parametrize(("text", "body"), SAID, ids=[text for text, _ in SAID])
def test_what_a_template_may_say(text: str, body: str) -> None:
    """Values, decisions, loops and filters."""
    rendered = Template.parse(text).render(VALUES)
    assert rendered == f"<p>{body or '1 March 2026 01.03.26 09:30 2026-03-01'}</p>"


def test_every_filter_is_tried() -> None:
    """The list above knows them all."""
    tried = " ".join(text for text, _ in SAID)
    assert all(f"|{name}" in tried for name in FILTERS)


REFUSED = [
    ("{% for i in range(1000000000) %}x{% endfor %}", "nothing can be called"),
    ("{{ 'x' * 1000000000 }}", "nothing can be computed"),
    ("{{ 10 ** 10 ** 10 }}", "nothing can be computed"),
    ("{{ name ~ name }}", "there is no ~"),
    ("{{ -name }}", "nothing can be computed"),
    ("{% set x = 1 %}", "nothing can be set"),
    ("{% set x %}1{% endset %}", "nothing can be set"),
    ("{% macro x() %}{{ x() }}{% endmacro %}", "there are no macros"),
    ("{% include 'x' %}", "nothing can be included"),
    ("{% import 'x' as y %}", "nothing can be imported"),
    ("{% from 'x' import y %}", "nothing can be imported"),
    ("{% extends 'x' %}", "no other template"),
    ("{% block x %}{% endblock %}", "block is not part"),
    ("{% with x = 1 %}{% endwith %}", "with is not part"),
    ("{% filter upper %}x{% endfilter %}", "a filter follows a value"),
    ("{% autoescape false %}{{ name }}{% endautoescape %}", "always escaped"),
    ("{% call x() %}{% endcall %}", "callblock is not part"),
    ("{% do x %}", "unknown tag 'do'"),
    ("{{ name.upper() }}", "nothing can be called"),
    ("{{ name|safe }}", "there is no filter safe"),
    ("{{ name|tojson }}", "there is no filter tojson"),
    ("{{ tags|map(attribute='x') }}", "there is no filter map"),
    ("{{ name|each of }}", "expected"),
    ("{{ name|upper(1) }}", "has 0 arguments"),
    ("{{ name|truncate }}", "has 1 arguments"),
    ("{{ name|default(default_value='x') }}", "without names"),
    ("{{ name|default(*tags) }}", "without names"),
    ("{{ name is string }}", "'is' may be followed by"),
    ("{{ tags[0:1] }}", "what stands in"),
    ("{{ tags[plan] }}", "what stands in"),
    ("{% for a in t %}{% for b in t %}{% for c in t %}{% endfor %}{% endfor %}{% endfor %}", "2 deep"),
    ("{% for a, b in t %}{% endfor %}", "a loop has one name"),
    ("{% for a in t if a %}{% endfor %}", "goes through all"),
    ("{% for a in t recursive %}{% endfor %}", "goes through all"),
    ("{% for a in t %}{{ loop.cycle }}{% endfor %}", "of a loop there are first, index, last, length"),
    ("{{ loop.index }}", "there is no loop here"),
    ("{{ self }}", "there is no self here"),
    ("{% if 1 < seats < 3 %}{% endif %}", "compared at a time"),
    ("{{ name if plan }}", "needs an else"),
    ("{{ {'a': 1} }}", "dict is not part"),
    ("{{ [name] }}", "a list holds values alone"),
    ("{{ none }}", "write a text or a number"),
    ("{{ 1e999 }}", "write a text or a number"),
    ("{{ name", "unexpected end"),
    ("{{ " + "9" * 5000 + " }}", "no template that can be read"),
    ("{{ " + "(" * 5000 + ")" * 5000 + " }}", "no template that can be read"),
    ("{{ name" + ".x" * 5000 + " }}", "nested too deep"),
    ("{{ name" + " or name" * 5000 + " }}", "nested too deep"),
    ("{% if a %}" * 60 + "{% endif %}" * 60, "nested too deep"),
    ("a\x07b", "U+0007"),
    ("a\ud800b", "U+D800"),
    ("", "is empty"),
    ("x" * 60_001, "is too long"),
]


@pytest.mark.parametrize(("text", "says"), REFUSED, ids=[text[:40] for text, _ in REFUSED])
def test_what_a_template_may_not_say(text: str, says: str) -> None:
    """Nothing that could run, grow or reach anything: it is refused before anything is rendered."""
    with pytest.raises(TemplateRefused) as refused:
        Template.parse(text)
    assert says in str(refused.value)
    assert len(str(refused.value)) < 1_500


def test_all_that_is_wrong_with_a_template_is_told() -> None:
    """Each with its line."""
    with pytest.raises(TemplateRefused) as refused:
        Template.parse("Hi {{ name() }},\n\n{{ 1 + 1 }}\n{% set x = 1 %}\n")
    assert [line.split(":")[0] for line in refused.value.why.splitlines()] == ["line 1", "line 3", "line 4"]


def test_the_help_about_templates_is_short() -> None:
    """A pointer to the page, and the filters where an unknown one was used: once, whatever else is wrong."""
    for text, filters in (("{% set a = 1 %}{{ f() }}", 0), ("{{ a|shout }}\n{{ b|shout }}", 1)):
        with pytest.raises(TemplateRefused) as refused:
            Template.parse(text)
        assert refused.value.fix.count("capitalize") == filters
        assert refused.value.fix.endswith("docs/bulk-replies.md tells what a template may say.")
        assert "capitalize" not in refused.value.why


def test_a_loop_over_no_list_names_its_line() -> None:
    """Of the template; a missing value is told as such, an object is none."""
    template = Template.parse("Hi\n\n{% for one in tags %}{{ one }}{% endfor %}")
    for value, says in (
        ("a, b", "line 3 .* a text"),
        ({"a": 1}, "line 3 .* an object"),
        (7, "line 3 .* a number"),
    ):
        with pytest.raises(Misfit, match=says):
            template.render({"tags": value})
    with pytest.raises(Misfit, match="tags has no value"):
        template.render({})


def test_an_unknown_variable_is_refused_with_the_nearest() -> None:
    """With its line and the columns there are; names that loops give are known."""
    template = Template.parse("Hi\n{{ Nmae }} {{ other }}{% for tag in tags %}{{ tag }}{% endfor %}")
    with pytest.raises(TemplateRefused) as refused:
        template.check(["conversation_id", "name", "tags"])
    assert refused.value.why.splitlines() == [
        "line 2: Nmae is not among the columns; did you mean name?",
        "line 2: other is not among the columns",
    ]
    assert refused.value.fix == "The columns are conversation_id, name, tags."
    template.check(["Nmae", "other", "tags"])


MISFITS = [
    ("{{ nothing }}", "nothing has no value"),
    ("{{ company.phone }}", "phone has no value"),
    ("{{ nothing.phone }}", "nothing.phone has no value"),
    ("{{ tags[7] }}", "7 has no value"),
    ("{{ nothing|upper }}", "nothing has no value"),
    ("{{ name|default(nothing) }}{{ nothing|default(nothing) }}", "nothing has no value"),
    ("{% for one in nothing %}{{ one }}{% endfor %}", "nothing has no value"),
    ("{% if nothing > 3 %}{% endif %}", "nothing has no value"),
    ("{{ name.upper }}", "upper has no value"),
    ("{{ name.__class__.__mro__ }}", "__class__.__mro__ has no value"),
    ("{{ company.items }} {{ tags.append }}", "items has no value"),
    ("{{ tags }}", "a list is printed"),
    ("{{ company }}", "neither text nor a number"),
    (
        "{% for one in name %}{{ one }}{% endfor %}",
        "line 1 of the template loops over a text (name); only a SELECT gives lists",
    ),
    ("{% for one in tags %}{{ loop }}{% endfor %}", "neither text nor a number"),
    ("{% if amount > 12 %}{% endif %}", "a text is compared with a number"),
    ("{% if seats == '3' %}{% endif %}", "a number is compared with a text"),
    ("{% if 'a' in seats %}{% endif %}", "asks for a list or a text"),
    ("{% if no %}{% endif %}", "the text 'false' is not false by itself"),
    ("{{ 1 if not no else 2 }}", "the text 'false' is not false by itself"),
    ("{{ seats }}{{ name|trim|number }}", "name|number: a text is no number"),
    ("{% if exponent|number > 4 %}{% endif %}", "exponent|number: a text is no number"),
    ("{{ amount|round }}", "amount|round: what is rounded is no number"),
    ("{{ amount|round(price|number) }}", "amount|round: what is rounded is no number"),
    ("{{ turned }}", "turned: a value holds a sign that turns the direction"),
    ("{{ price|round(99) }}", "0 to 10 digits"),
    ("{{ name|truncate('x') }}", "a number of characters"),
    ("{{ name|date }}", "name|date: a value is no date or moment"),
    ("{{ day|date('%99999999d') }}", "a date is written with"),
    ("{{ infinite }}", "neither text nor a number"),
    ("{% for a in many %}{% for b in many %}x{% endfor %}{% endfor %}", "its loops go through more than"),
    ("{% for a in many %}{{ a }}" + "x" * 50_000 + "{% endfor %}", "more than 60,000 characters"),
    ("{{ long }}", "a value has more than 60,000"),
    ("{{ longest }}{{ longest }}", "more than 60,000 characters"),
    ("{% for a in many %}{% if longest|upper|lower == 'x' %}{% endif %}{% endfor %}", "does too much"),
    ("{{ longs|join }}", "a list is joined to more than"),
]


@pytest.mark.parametrize(("text", "says"), MISFITS, ids=[text[:60] for text, _ in MISFITS])
def test_values_that_do_not_fit_are_refused(text: str, says: str) -> None:
    """What is missing, is of another kind, or would be endless; values are not repeated."""
    values = VALUES | {"no": "false", "exponent": "1e999999", "infinite": float("inf")}
    values |= {
        "turned": "a\u202eb",
        "many": list(range(1_000)),
        "long": "x" * 60_001,
        "longest": "x" * 60_000,
        "longs": ["x" * 50_000] * 2,
    }
    with pytest.raises(Misfit) as misfit:
        Template.parse(text).render(values)
    assert says in str(misfit.value)
    assert "Ada" not in str(misfit.value)


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        " \n",
        "None",
        " nan ",
        "NaN",
        "NaT",
        "null",
        "NULL",
        "<NA>",
        "N/A",
        "#N/A",
        "#DIV/0!",
        "#NAME?",
        "\u200b\u2060\ufe0f",
        "\u3164",
        float("nan"),
        Decimal("NaN"),
        [],
        {},
    ],
)
def test_a_missing_value_is_never_printed(value: Any) -> None:
    """Whatever a program wrote for it; an if and a default see that it is missing."""
    with pytest.raises(Misfit, match="name has no value"):
        Template.parse("Hi {{ name }}").render({"name": value})
    asked = Template.parse("{% if name %}{{ name }}{% else %}Hi {{ name|default('you') }}{% endif %}")
    assert asked.render({"name": value}) == "<p>Hi you</p>"


@pytest.mark.parametrize("name", ["Nan", "Null", "0", "Nancy", "Na", "\u05d3\u05e0\u05d4", "#1"])
def test_names_are_no_missing_values(name: str) -> None:
    """Somebody may be called so."""
    assert Template.parse("Hi {{ name }}").render({"name": name}) == f"<p>Hi {name}</p>"


def test_a_plain_template_becomes_html() -> None:
    """A blank line ends a paragraph, and what looks like a tag is text."""
    text = (
        "Hi {{ name }},\r\n\r\nless is <more> & more,\n  as {{ poem }}\n\n\n{% if name %}\nBye\n{% endif %}\n"
    )
    body = Template.parse(text).render({"name": "Ada & <Eve>", "poem": "a\nb\n\nc"})
    assert body == (
        "<p>Hi Ada &amp; &lt;Eve&gt;,</p><p>less is &lt;more&gt; &amp; more,<br>as a<br>b</p>"
        "<p>c</p><p>Bye</p>"
    )


def test_a_template_with_tags_stays_as_it_is() -> None:
    """Only its values are escaped."""
    text = '<p>Hi {{ name }} & co,\n\n<a href="https://example.com/?q={{ q }}">look</a></p>\n'
    body = Template.parse(text).render({"name": "<b>", "q": '">'})
    assert body == ('<p>Hi &lt;b&gt; & co,\n\n<a href="https://example.com/?q=&#34;&gt;">look</a></p>')


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<a href={{ u }}>x</a>", "line 1: u stands in a tag without quotes"),
        ("<p>{{ u }}</p>\n<br {{ company.name|upper }}>", "line 2: company stands in a tag without quotes"),
        ("<b>x</b><{{ u }}>", "u stands in a tag without quotes"),
        ('<p title="a > b" class={% if u %}{{ u }}{% endif %}>x</p>', "u stands in a tag without quotes"),
        ('<a href="/path/{{ u }}">x</a>', "u stands in href=, where there has to be an address"),
        ("<a HREF = 'javascript:{{ u }}'>x</a>", "u stands in href=, where there has to be an address"),
        ('<img alt="x" src="data:{{ u }}">', "u stands in src=, where there has to be an address"),
    ],
)
def test_a_value_stands_where_it_cannot_become_more_than_text(text: str, said: str) -> None:
    """Never in a tag without quotes, nor in an address of another kind: the template is refused."""
    with pytest.raises(TemplateRefused, match=said):
        Template.parse(text)


ADDRESSED = (
    '<p title="a > {{ t }}">{{ t }}</p>'
    "<a class='x' href=\"{{ u }}{{ t }}\">{{ t }} &amp; <i>'{{ t }}</i></a>"
)


@pytest.mark.parametrize("value", ["https://x.test/?a=1&b", "HTTP://x", "mailto:a@x.test", " tel:+1"])
def test_a_value_may_be_an_address(value: str) -> None:
    """Of a page, an e-mail or a telephone; elsewhere in text and quotes it may be any text."""
    body = Template.parse(ADDRESSED).render({"u": value, "t": "it's <\" x"})
    assert f'href="{value.replace("&", "&amp;")}it&#39;s &lt;&#34; x">' in body
    assert body.count("it&#39;s &lt;&#34; x") == 5


@pytest.mark.parametrize(
    "value", ["javascript:alert(1)", "\tjava\nscript:x", "data:text/html,x", "//x", "x", "&#106;"]
)
def test_a_value_is_no_address_of_another_kind(value: str) -> None:
    """The row is refused, and the variable named."""
    with pytest.raises(Misfit, match="u stands in href="):
        Template.parse(ADDRESSED).render({"u": value, "t": "x"})


def test_where_a_value_stands_is_looked_at_in_each_body() -> None:
    """Also where an if has it stand elsewhere than the template's text does from end to end."""
    text = '<a href={% if t %}"{% endif %}{{ u }}{% if not t %}"{% endif %}>x</a>'
    with pytest.raises(Misfit, match="without quotes"):
        Template.parse(text).render({"u": "https://x.test", "t": None})


@pytest.mark.parametrize("sign", ["\u202e", "\u202a", "\u2066", "\u2069"])
def test_a_value_does_not_turn_the_text_around(sign: str) -> None:
    """What is behind it would be read backwards; the template's own text may say such a sign."""
    with pytest.raises(Misfit, match=f"U\\+{ord(sign):04X}"):
        Template.parse("Hi {{ name }}").render({"name": f"a{sign}b"})
    assert Template.parse(f"Hi {sign}{{{{ name }}}}").render({"name": "a"}) == f"<p>Hi {sign}a</p>"


def test_a_template_is_read_from_a_file(tmp_path: Path) -> None:
    """In UTF-8, with or without a byte order mark."""
    path = tmp_path / "sorry.txt"
    path.write_text("Hi {{ name }} 😀", encoding="utf-8-sig")
    assert Template.from_file(path).render({"name": "Ada"}) == "<p>Hi Ada 😀</p>"


def test_a_file_that_is_no_template_is_refused(tmp_path: Path) -> None:
    """It is not there, a folder, in another encoding or too large."""
    latin, large = tmp_path / "latin", tmp_path / "large"
    latin.write_bytes(b"Ren\xe9")
    large.write_bytes(b"x" * 1_000_000)
    says = {
        tmp_path / "missing": "cannot be read",
        tmp_path: "cannot be read",
        Path("a\0b"): "cannot be read",
        latin: "byte 4 is none of UTF-8",
        large: "is too long",
    }
    for path, why in says.items():
        with pytest.raises(TemplateRefused, match=why):
            Template.from_file(path)


TRICKY = st.sampled_from(
    ["<", "</p>", "<script>", "&lt;", "{{ 7 }}", '">', "None", "nan", "\ud800", "\0", "1e9", "-1"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.decimals() | st.text() | TRICKY,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("ab"), inner),
    max_leaves=8,
)
EVERYTHING = Template.parse(
    "{{ x|default('y') }}{{ x|default('y')|upper|lower|title|capitalize|trim|truncate(9)|escape }}"
)
ANYTHING = [
    EVERYTHING,
    Template.parse("<b>{{ x }}</b>"),
    Template.parse("{% if x %}{% for one in x %}{{ one }}{% endfor %}{% endif %}"),
    Template.parse("{{ x|first }}{{ x|last }}{{ x|join(y) }}{{ x|length }}"),
    Template.parse("{{ x.a.b }}{{ x[0] }}{{ x['b'] or y }}"),
    Template.parse("{% if x == y or x < y or x in y %}{{ x|round(2) }}{% endif %}"),
    Template.parse("{{ x|number|round }}{{ y|date(x) }}{{ y|date }}"),
]


@settings(max_examples=150, deadline=None)
@given(x=JSON, y=JSON)
@example(x="<b>", y="<")
@example(x=["<i>", {"a": {"b": "<"}}], y="</i>")
def test_no_value_ever_becomes_a_tag(x: Any, y: Any) -> None:
    """Whatever a row holds: a body has no tags but the template's own, or the row is refused."""
    for template in ANYTHING:
        try:
            body = template.render({"x": x, "y": y})
        except Misfit:
            continue
        own = body.replace("<p>", "").replace("</p>", "").replace("<br>", "")
        own = own.replace("<b>", "", 1).replace("</b>", "", 1) if template.is_html else own
        assert "<" not in own
        assert ">" not in own
        assert len(body) < 200_000


PIECES = st.sampled_from(
    [
        "{{ x }}",
        "{{ x|upper }}",
        "{% if x %}",
        "{% else %}",
        "{% endif %}",
        "{% for a in y %}",
        "{% endfor %}",
        "{{ a }}",
        "{{ loop.index }}",
        "{{ x.a",
        " }}",
        "{%",
        "{{ x|join(",
        "[0]",
        "{# ",
        " #}",
        "x == 1",
        "<p>",
        "é",
        "\n",
    ]
)


@settings(max_examples=150, deadline=None)
@given(text=st.lists(PIECES | st.text(max_size=5), max_size=12).map("".join), x=JSON, y=JSON)
def test_any_text_is_a_template_or_refused(text: str, x: Any, y: Any) -> None:
    """By one of two errors, whatever is written."""
    try:
        template = Template.parse(text)
        template.check(["x", "y", "a"])
        template.render({"x": x, "y": y, "a": "a"})
    except (TemplateRefused, Misfit):
        pass
