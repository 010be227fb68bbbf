"""What is said in French is French in all its parts: a text that is built from parts takes no English ones.

Of every function whose French sentence repeats what it was given, the words that callers write out for it are
looked at. Codes, names, paths and commands are the same in both languages, and have no such words.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from repit.foundation.configuration import forms
from repit.settings.declared import DECLARED

ROOT = Path(__file__).parents[1]
ENGLISH = re.compile(r"(?i)\b(the|an|of|is|are|it|its|this|that|not|with|without|and|to|by|from|for|which)\b")
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Place(NamedTuple):
    """A parameter that stands in a French sentence: its name, and how many stand before it."""

    parameter: str
    position: int


@cache
def sources() -> dict[str, ast.Module]:
    files = [*(ROOT / "service" / "src").rglob("*.py"), *(ROOT / "engine" / "src").rglob("*.py")]
    return {str(file.relative_to(ROOT)): ast.parse(file.read_text()) for file in sorted(files)}


def in_french(function: Function) -> set[str]:
    """Names of values that French halves of this function's texts repeat."""
    return {
        part.value.id
        for call in ast.walk(function)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Text"
        for half in call.args[1:]
        for part in ast.walk(half)
        if isinstance(part, ast.FormattedValue) and isinstance(part.value, ast.Name)
    }


def called(path: str, name: str) -> str:
    """By which calls are matched: what a module keeps for itself is nobody else's."""
    return f"{path}:{name}" if name.startswith("_") else name


def functions(tree: ast.Module) -> Iterator[tuple[str, Function, bool]]:
    """Each with the name that it is called by, and whether that call leaves its first parameter out."""
    for node in ast.walk(tree):
        inside = node.body if isinstance(node, ast.ClassDef | ast.Module) else []
        for each in inside:
            if isinstance(each, Function):
                of_class = isinstance(node, ast.ClassDef)
                name = node.name if isinstance(node, ast.ClassDef) and each.name == "__init__" else each.name
                yield name, each, of_class


def heirs(trees: dict[str, ast.Module]) -> dict[str, set[str]]:
    """Classes by the class from which they have their `__init__`."""
    found: dict[str, set[str]] = defaultdict(set)
    for tree in trees.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and not any(
                isinstance(each, Function) and each.name == "__init__" for each in node.body
            ):
                for base in node.bases:
                    found[getattr(base, "attr", getattr(base, "id", ""))].add(node.name)
    return found


def places(trees: dict[str, ast.Module]) -> dict[str, set[Place]]:
    """By what is called."""
    found: dict[str, set[Place]] = defaultdict(set)
    inherited = heirs(trees)
    for path, tree in trees.items():
        for name, function, bound in functions(tree):
            known = [each.arg for each in (*function.args.posonlyargs, *function.args.args)][int(bound) :]
            keywords = [each.arg for each in function.args.kwonlyargs]
            for parameter in in_french(function) & {*known, *keywords}:
                at = known.index(parameter) if parameter in known else len(known)
                for each in (name, *inherited[name]):
                    found[called(path, each)].add(Place(parameter, at))
    return found


def english_parts(trees: dict[str, ast.Module]) -> list[str]:
    """Where English words are written out for a French sentence."""
    wanted, found = places(trees), []
    for path, tree in trees.items():
        for call in ast.walk(tree):
            if not isinstance(call, ast.Call):
                continue
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            for place in wanted.get(called(path, name), ()):
                given = [word.value for word in call.keywords if word.arg == place.parameter]
                given += call.args[place.position : place.position + 1]
                for part in given:
                    words = "".join(
                        each.value
                        for each in ast.walk(part)
                        if isinstance(each, ast.Constant) and isinstance(each.value, str)
                    )
                    if place.parameter != "en" and ENGLISH.search(words):
                        found.append(f"{path}:{call.lineno}: {words}")
    return found


def test_no_english_words_are_written_out_for_a_french_sentence() -> None:
    assert english_parts(sources()) == []
    assert len(places(sources())) > 40, "sentences that are built from parts are found"


@pytest.mark.parametrize(
    "code",
    [
        'def f(x): return Text(f"wrong at {x}", f"faux à {x}")\nf("the document")',
        'class R:\n def __init__(self, x): self.t = Text("no", f"à {x}")\nclass S(R): code = 1\nS("the end")',
        'def f(a, *, x): return Text("no", f"non : {x}")\nm.f(1, x=f"{a} of {b}")',
    ],
)
def test_english_words_written_out_for_a_french_sentence_are_found(code: str) -> None:
    assert len(english_parts({"code": ast.parse(code)})) == 1


def test_every_form_of_a_setting_has_its_french_words() -> None:
    stated = {setting.form for setting in DECLARED.values()}
    assert {form for form in stated if forms.beyond_joined(form)} <= set(forms.WHOLE) <= stated
    assert not [form for form in stated if ENGLISH.search(re.sub("`[^`]*`", "", forms.in_french(form)))]
    assert forms.in_french("`to`, `a` or `b`") == "`to`, `a` ou `b`" and forms.in_french("4 to 9") == "4 à 9"
