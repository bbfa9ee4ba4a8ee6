"""Schemas that say what a model needs to read, and nothing else."""

from typing import Annotated, Any, Literal

import pytest
from jsonschema import Draft202012Validator
from pydantic import BaseModel, Field, create_model

from telnyx_tools.schema import compact, kinds, members


class Small(BaseModel):
    a: int
    b: str | None = None


class Large(BaseModel):
    one: Annotated[str, Field(description="a" * 100)]
    two: Annotated[str, Field(description="b" * 100)]
    three: Small


class Tree(BaseModel):
    name: str
    children: list["Tree"] = []


class Hen(BaseModel):
    egg: "Egg | None" = None


class Egg(BaseModel):
    hen: Hen | None = None


def schema_of(**fields: Any) -> dict[str, Any]:
    made = compact(create_model("Arguments", **fields).model_json_schema())
    Draft202012Validator.check_schema(made)
    return made


def property_of(annotation: Any, default: Any = ...) -> Any:
    return schema_of(it=(annotation, default))["properties"]["it"]


def test_titles_and_empty_defaults_are_left_out() -> None:
    assert property_of(str) == {"type": "string"}
    assert property_of(list[str], []) == {"type": "array", "items": {"type": "string"}}
    assert property_of(bool, False) == {"type": "boolean"}


def test_a_default_that_says_something_is_kept() -> None:
    assert property_of(int, 20) == {"type": "integer", "default": 20}


def test_an_argument_called_title_is_no_title() -> None:
    assert schema_of(title=(str, ...))["properties"] == {"title": {"type": "string"}}
    assert property_of(create_model("Inner", title=(str, ...)))["properties"] == {"title": {"type": "string"}}


def test_null_is_left_out() -> None:
    assert property_of(str | None, None) == {"type": "string"}
    assert property_of(int | str | None, None) == {"anyOf": [{"type": "integer"}, {"type": "string"}]}


@pytest.mark.parametrize("part", [Small, Large])
def test_a_definition_stands_where_it_is_used(part: type[BaseModel]) -> None:
    made = schema_of(x=(part, ...), y=(part, ...))
    assert "$defs" not in made
    assert "$ref" not in str(made)
    assert made["properties"]["x"] == made["properties"]["y"]
    assert made["properties"]["x"]["type"] == "object"


@pytest.mark.parametrize("recursive", [Tree, Hen])
def test_a_definition_within_itself_is_refused(recursive: type[BaseModel]) -> None:
    with pytest.raises(ValueError, match="part of itself"):
        schema_of(x=(recursive, ...))


def test_what_stands_beside_a_union_stands_in_its_first_branch() -> None:
    made = property_of(Annotated[int | str, Field(description="a number, or a word")])
    assert made == {"anyOf": [{"type": "integer", "description": "a number, or a word"}, {"type": "string"}]}


def test_words_that_few_models_know_become_such_that_all_know() -> None:
    assert property_of(Literal["done"]) == {"type": "string", "enum": ["done"]}
    assert property_of(Annotated[float, Field(gt=0)]) == {"type": "number", "minimum": 0}
    assert property_of(Annotated[str, Field(pattern=r"^wss?://\S+$")]) == {
        "type": "string",
        "pattern": "^wss?://[!-~]+$",
    }
    names = Annotated[str, Field(pattern="^[a-z]+$")]
    assert property_of(dict[names, str]) == {"type": "object", "additionalProperties": {"type": "string"}}


def test_lengths_that_only_guard_are_left_out() -> None:
    assert property_of(Annotated[str, Field(min_length=1, max_length=2_000)]) == {"type": "string"}
    assert property_of(Annotated[str, Field(min_length=2, max_length=11)]) == {
        "type": "string",
        "minLength": 2,
        "maxLength": 11,
    }


def test_what_closes_an_object_is_kept_and_what_opens_it_only_where_it_has_no_names() -> None:
    closed = create_model("Closed", __config__={"extra": "forbid"}, a=(int, ...))
    open_ = create_model("Open", __config__={"extra": "allow"}, a=(int, ...))
    assert property_of(closed)["additionalProperties"] is False
    assert "additionalProperties" not in property_of(open_)
    assert property_of(dict[str, Any]) == {"type": "object", "additionalProperties": True}


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (str, {"string"}),
        (list[str] | None, {"array"}),
        (int | list[str], {"integer", "array"}),
        (Small, {"object"}),
        (Any, set()),
        (Annotated[Any, Field(description="anything")] | str, set()),
    ],
)
def test_the_kinds_of_value_that_a_schema_allows_are_known(annotation: Any, expected: set[str]) -> None:
    made = schema_of(it=(annotation, ...))
    assert kinds(made["properties"]["it"]) == expected


def test_the_members_of_an_object_are_found_at_its_place() -> None:
    made = schema_of(x=(list[Large], ...), y=(Small | Large, ...))
    assert members(made, ()) == ["x", "y"]
    assert members(made, ("x", 0)) == ["one", "two", "three"]
    assert members(made, ("x", 0, "three")) == ["a", "b"]
    assert members(made, ("y", "Small")) == ["a", "b", "one", "two", "three"]
