"""What a person can set: told as tokens, lines or a mapping, with one sentence when it is wrong."""

from __future__ import annotations

import json
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, field_validator

from labstudio.automl.settings import AutoMLRun
from labstudio.errors import Invalid
from labstudio.forms import form
from labstudio.options import from_lines, from_tokens, help_text, options, parse

pytestmark = pytest.mark.core

HOSTILE = [
    "it's",
    'say "x"',
    "a{b}",
    "{x",
    "[y",
    "$HOME",
    "two\nlines",
    "100%",
    "# no",
    "a: b",
    "a=b",
    "a,b",
    "--x",
]


class Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    target: str = Field(description="Column to predict.")
    budget: float | None = Field(None, gt=0, le=100, description="Seconds.")
    trials: int | None = Field(None, ge=1)
    task: Literal["auto", "binary", "regression"] = Field("auto", description="What is predicted.")
    exclude: list[str] = Field(default_factory=list, description="Columns that are not used.")
    learners: list[Literal["linear", "lightgbm"]] = Field(default_factory=list)
    types: dict[str, str] = Field(default_factory=dict)
    scale_first: bool = False

    @field_validator("exclude")
    @classmethod
    def _few(cls, names: list[str]) -> list[str]:
        if len(names) > 20:
            raise ValueError("at most 20 columns can be left out")
        return names


def said(*tokens: str) -> str:
    with pytest.raises(Invalid) as caught:
        from_tokens(Settings, tokens)
    return str(caught.value)


def test_every_kind_of_option_is_read_from_the_model() -> None:
    kinds = {option.flag: option.kind for option in options(Settings)}
    assert kinds == {
        "--target": "text",
        "--budget": "number",
        "--trials": "integer",
        "--task": "choice",
        "--exclude": "list",
        "--learners": "list",
        "--types": "map",
        "--scale-first": "flag",
    }
    by_name = {option.name: option for option in options(Settings)}
    assert by_name["learners"].choices == ("linear", "lightgbm")
    assert by_name["target"].required
    assert by_name["task"].default == "auto"


def test_tokens_tell_every_kind() -> None:
    line = "--target y --budget=2.5 --trials 3 --task binary --exclude a,b --exclude c"
    line += " --types x=text,y=z=id --scale-first"
    settings = from_tokens(Settings, line.split())
    assert settings == Settings(
        target="y",
        budget=2.5,
        trials=3,
        task="binary",
        exclude=["a", "b", "c"],
        types={"x": "text", "y=z": "id"},
        scale_first=True,
    )
    assert not from_tokens(Settings, ["--target", "y", "--no-scale-first"]).scale_first


def test_wrong_options_get_one_sentence_each() -> None:
    assert said("--target", "y", "--budgte", "3") == "There is no option --budgte; did you mean --budget?"
    assert said("--target", "y", "--budget", "-3") == "budget must be greater than 0, not -3."
    assert said("--target", "y", "--budget", "1000") == "budget must be at most 100, not 1000."
    assert said("--target", "y", "--trials", "many") == "trials must be a whole number, not 'many'."
    assert said("--target", "y", "--trials", "2.5") == "trials must be a whole number, not 2.5."
    assert (
        said("--target", "y", "--scale-first=perhaps") == "scale_first must be true or false, not 'perhaps'."
    )
    assert said("--budget", "3") == "target is missing; give it with --target (Column to predict)."
    assert said("--target") == "--target needs a value (Column to predict)."
    assert said("--target", "--budget", "3").startswith("--target needs a value")
    assert said("--target", "y", "--target", "z") == "--target is given twice."
    assert "did you mean binary?" in said("--target", "y", "--task", "binery")
    assert said("--target", "y", "stray").startswith("'stray' stands alone")
    assert said("--target", "y", "--types", "x").startswith("--types is told as key=value")
    assert said("--target", "y", "--exclude", ",".join("abcdefghijklmnopqrstuvwxyz")) == (
        "exclude: at most 20 columns can be left out."
    )
    assert said("--target", "y", "--learners", "linear,ligthgbm").startswith(
        "learners[1] must be 'linear' or"
    )


def test_a_mapping_is_read_with_either_spelling() -> None:
    assert parse(Settings, {"target": "y", "scale-first": True}).scale_first
    with pytest.raises(Invalid, match="did you mean --exclude"):
        parse(Settings, {"target": "y", "exclud": []})


def test_positional_names_fill_their_places() -> None:
    assert from_tokens(Settings, ["y", "--trials", "2"], positional=["target"]).target == "y"


def test_lines_tell_the_same_as_tokens() -> None:
    text = """
    # what to predict
    target: y
    --budget: 2.5
    exclude: a, b
    exclude: "c, d"
    types: {"x": "text"}
    """
    assert from_lines(Settings, text, ["--trials", "3"]) == Settings(
        target="y", budget=2.5, trials=3, exclude=["a", "b", "c, d"], types={"x": "text"}
    )


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_passes_through_lines_and_tokens(name: str) -> None:
    assert from_lines(Settings, f"target: {json.dumps(name)}").target == name
    assert from_lines(Settings, f"target: y\nexclude: {json.dumps([name])}").exclude == [name]
    assert from_tokens(Settings, [f"--target={name}", "--exclude", json.dumps([name])]).target == name


@given(st.text(min_size=1), st.lists(st.text(), max_size=5))
def test_any_text_told_as_json_arrives_unchanged(target: str, exclude: list[str]) -> None:
    text = f"target: {json.dumps(target, ensure_ascii=False)}\nexclude: {json.dumps(exclude)}"
    settings = from_lines(Settings, text)
    assert (settings.target, settings.exclude) == (target, exclude)


def test_lines_that_are_not_options_are_named() -> None:
    for text, words in [
        ("target: y\nbudget 3", "Line 2 is not of the form 'option: value': 'budget 3'."),
        ("target: y\nbudgte: 3", "There is no option --budgte; did you mean --budget?"),
        ('target: "y', "starts like JSON but is not"),
    ]:
        with pytest.raises(Invalid) as caught:
            from_lines(Settings, text)
        assert words in str(caught.value)


def test_a_variable_is_taken_as_the_object_it_is_and_json_text_never() -> None:
    names = {"{b}": 7, "{cols}": ("p", "q,r")}

    def lookup(value: str) -> object:
        return names.get(value, value)

    settings = from_lines(Settings, 'target: "{b}"\nbudget: {b}\nexclude: {cols}', lookup=lookup)
    assert settings == Settings(target="{b}", budget=7, exclude=["p", "q,r"])


def test_help_names_every_option_with_its_default_and_meaning() -> None:
    text = help_text(Settings, "%automl --target NAME", "Search for a model.")
    assert text.startswith("%automl --target NAME\n\nSearch for a model.\n\n")
    assert "Column to predict. (required)" in text
    assert "--task auto|binary|regression" in text
    assert "(auto)" in text


def test_a_form_says_what_people_call_every_choice_of_a_run() -> None:
    fields = form(AutoMLRun)["properties"]
    assert fields["metric"]["labels"]["roc_auc"] == "ROC AUC"
    assert fields["metric"]["labels"]["auto"] == "Automatic"
    assert fields["learners"]["labels"]["mlp"] == "Neural network"
    for name, field in fields.items():
        choices = field.get("enum") or field.get("items", {}).get("enum", [])
        assert set(choices) == set(field.get("labels", {})), name
        assert not any("_" in label for label in field.get("labels", {}).values()), name
