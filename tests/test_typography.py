"""What the tool for typography takes for wrong, what it writes instead, and that it may be run again."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tools"))

from typography_rules import in_english, in_french, written  # noqa: E402
from typography_sources import Sentence, of_python, of_template  # noqa: E402

WIDE, NARROW = "\u00a0", "\u202f"


def shown(text: str) -> str:
    return text.replace(WIDE, "~").replace(NARROW, "_")


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("Que faire ? Rien : attendez ; oui !", "Que faire_? Rien~: attendez_; oui_!"),
        ("Que faire? «Oui» dit-il: non", "Que faire_? «~Oui~» dit-il~: non"),
        ("vraiment ?!", "vraiment_?!"),
        ("l'eau qu'« il » a, d'%(name)s et d'{name}", "l’eau qu’«~il~» a, d’%(name)s et d’{name}"),
        ('dit "oui" ...', "dit «~oui~» …"),
        ("« x » !", "«~x~»_!"),
        ("%(count)s: {many} ?", "%(count)s~: {many}_?"),
        (f"déjà{WIDE}; ainsi{NARROW}: non", "déjà_; ainsi~: non"),
        (r"en signes\u00a0: là\u202f; là\u00a0; là", r"en signes\u00a0: là\u202f; là_; là"),
    ],
)
def test_french_is_written_right(wrong: str, right: str) -> None:
    assert shown(in_french(wrong)) == right


@pytest.mark.parametrize(
    "prose",
    [
        "à 14:05, le 2026-11-28 12:30",
        "https://forum.example/?a=b;c:d!",
        "<a href=\"/x?y=1;2\" title='z'>ici</a>",
        f"«{WIDE}Authorization: Bearer …{WIDE}»",
        "`repit x: y; z!`",
        "%(a)s",
        "une liste [ouverte]",
        "entre 'Xyz' et 'Abc'",
        "&nbsp;",
    ],
)
def test_what_is_no_prose_stays_as_it_is(prose: str) -> None:
    assert in_french(prose) == prose


def test_english_has_its_apostrophes_and_ellipses() -> None:
    assert in_english("It's the others' parts...") == "It’s the others’ parts…"
    assert in_english("Send it as 'Authorization: Bearer …'; what? `don't`") == (
        "Send it as 'Authorization: Bearer …'; what? `don't`"
    )


@given(st.text(alphabet=f"ab'\"«»:;!?.… {WIDE}{NARROW}(){{}}<>%s/\\u0a2f`n", max_size=40))
@example("0!:;:")
def test_a_second_pass_changes_nothing(text: str) -> None:
    assert in_french(in_french(text)) == in_french(text)
    assert in_english(in_english(text)) == in_english(text)


def fixed(source: str, found: list[Sentence]) -> str:
    return written(source, (edit for sentence in found for edit in sentence.edits()))


PYTHON = """
raise Refused(
    Text(f"It's {name!r}: no.", "C'est "
        f"{name}, d'un autre"
        " ; l\\'autre"
        " dit: 'x'."),
    key="don't",
)
_("Someone's") and ngettext("One's", "Others' parts", n) and pgettext("it's", "it's") and other("isn't")
Words(en="Don't", fr="N'est" if x else "L'est")
"""


def test_sentences_of_python_are_found_by_what_they_are_given_to_and_nothing_else_changes() -> None:
    right = fixed(PYTHON, list(of_python(PYTHON)))
    ast.parse(right)
    for text in (
        "It’s {name!r}: no.",
        "C’est ",
        "{name}, d’un autre",
        "l’autre",
        f'" dit{WIDE}: ',
        'key="don\'t"',
        "Someone’s",
        "One’s",
        "Others’ parts",
        'pgettext("it\'s", "it’s")',
        'other("isn\'t")',
        'en="Don’t", fr="N’est" if x else "L’est"',
    ):
        assert text in right, text
    assert f"autre{NARROW}" in right.replace('"\n        "', "").replace(f'{NARROW}"\n        "', NARROW)
    assert fixed(right, list(of_python(right))) == right


def test_sentences_of_templates_are_found_and_their_tags_stay() -> None:
    source = """<p title="it's">{% translate "It's" %} {% blocktranslate with a=b|default:'x' trimmed %}
        What's {{ a }}'s? <a href='x'>it's</a>{% endblocktranslate %} {{ x|yesno:_("isn't,is") }} don't</p>"""
    right = fixed(source, list(of_template(source)))
    for wrong, better in (
        ('"It\'s"', '"It’s"'),
        ("What's {{ a }}'s", "What’s {{ a }}’s"),
        (">it's<", ">it’s<"),
        ("isn't,", "isn’t,"),
    ):
        source = source.replace(wrong, better)
    assert right == source
