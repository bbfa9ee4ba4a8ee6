"""Schemas that say what a model needs to read, and nothing else."""

from typing import Annotated, Any

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


def test_a_default_that_says_something_is_kept() -> None:
    assert property_of(int, 20) == {"type": "integer", "default": 20}


def test_an_argument_called_title_is_no_title() -> None:
    assert schema_of(title=(str, ...))["properties"] == {"title": {"type": "string"}}
    assert property_of(create_model("Inner", title=(str, ...)))["properties"] == {"title": {"type": "string"}}


def test_null_is_left_out() -> None:
    assert property_of(str | None, None) == {"type": "string"}
    assert property_of(int | str | None, None) == {"anyOf": [{"type": "integer"}, {"type": "string"}]}


def test_a_small_definition_stands_where_it_is_used() -> None:
    made = schema_of(x=(Small, ...), y=(Small, ...))
    assert "$defs" not in made
    assert made["properties"]["x"] == made["properties"]["y"]
    assert made["properties"]["x"]["required"] == ["a"]


def test_a_large_definition_that_is_used_twice_is_kept_once() -> None:
    made = schema_of(x=(Large, ...), y=(Large, ...))
    assert list(made["$defs"]) == ["Large"]
    assert made["properties"]["x"] == {"$ref": "#/$defs/Large"}
    assert made["$defs"]["Large"]["properties"]["three"]["properties"]["a"] == {"type": "integer"}


def test_a_definition_that_is_used_once_is_inlined_however_large() -> None:
    assert "$defs" not in schema_of(x=(Large, ...))


@pytest.mark.parametrize("recursive", [Tree, Hen])
def test_a_definition_within_itself_stays_a_definition(recursive: type[BaseModel]) -> None:
    made = schema_of(x=(recursive, ...))
    assert recursive.__name__ in made["$defs"]
    Draft202012Validator(made).validate({"x": {"name": "a", "children": [{"name": "b"}]}})


def test_lengths_that_only_guard_are_left_out() -> None:
    assert property_of(Annotated[str, Field(min_length=1, max_length=2_000)]) == {"type": "string"}
    assert property_of(Annotated[str, Field(min_length=2, max_length=11)]) == {
        "type": "string",
        "minLength": 2,
        "maxLength": 11,
    }


def test_what_closes_an_object_is_kept_and_what_opens_it_is_not() -> None:
    closed = create_model("Closed", __config__={"extra": "forbid"}, a=(int, ...))
    open_ = create_model("Open", __config__={"extra": "allow"}, a=(int, ...))
    assert property_of(closed)["additionalProperties"] is False
    assert "additionalProperties" not in property_of(open_)


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (str, {"string"}),
        (list[str] | None, {"array"}),
        (int | list[str], {"integer", "array"}),
        (Tree, {"object"}),
        (Any, set()),
        (Annotated[Any, Field(description="anything")] | str, set()),
    ],
)
def test_the_kinds_of_value_that_a_schema_allows_are_known(annotation: Any, expected: set[str]) -> None:
    made = schema_of(it=(annotation, ...))
    assert kinds(made["properties"]["it"], made) == expected


def test_the_members_of_an_object_are_found_at_its_place() -> None:
    made = schema_of(x=(list[Tree], ...), y=(Small | Large, ...))
    assert members(made, ()) == ["x", "y"]
    assert members(made, ("x", 0)) == ["name", "children"]
    assert members(made, ("x", 0, "children", 3)) == ["name", "children"]
    assert members(made, ("y", "Small")) == ["a", "b", "one", "two", "three"]
