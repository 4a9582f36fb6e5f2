"""The OpenAPI document, made from the route table: the TypeScript types are generated from it.

Run as a module it prints the document.
"""

from __future__ import annotations

import json
import re
import types
from importlib import metadata
from typing import Any, get_args, get_origin

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from labstudio.server.answers import Problem
from labstudio.server.raw import Raw
from labstudio.server.routes import ROUTES, Route

PREFIX = "/labstudio/api"
_REF = "#/components/schemas/{model}"


class Untitled(GenerateJsonSchema):
    """A field's name is title enough."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Never."""
        return False


def document() -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of all routes.

    Examples
    --------
    >>> found = document()
    >>> found["paths"]["/labstudio/api/data/{ref}/rows"]["get"]["summary"]
    'Return a page of a table.'
    """
    bodies = [(route.told, "validation") for route in ROUTES if _has_body(route)]
    made = [(model, "serialization") for route in ROUTES for model in _models(route.answer)]
    unique: list[Any] = list(dict.fromkeys([*bodies, *made, (Problem, "serialization")]))
    refs, shared = models_json_schema(unique, ref_template=_REF, schema_generator=Untitled)
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        paths.setdefault(f"{PREFIX}/{route.path}", {})[route.method.lower()] = _operation(route, refs)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Labstudio", "version": metadata.version("labstudio")},
        "paths": paths,
        "components": {
            "schemas": shared["$defs"],
            "securitySchemes": {"token": {"type": "apiKey", "in": "header", "name": "Authorization"}},
        },
        "security": [{"token": []}],
    }


def _operation(route: Route, refs: Any) -> dict[str, Any]:
    names = re.findall(r"{(\w+)}", route.path)
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names
    ]
    operation: dict[str, Any] = {"operationId": route.call.__name__, "summary": route.summary}
    if _has_body(route):
        content = {"application/json": {"schema": refs[route.told, "validation"]}}
        operation["requestBody"] = {"required": True, "content": content}
    else:
        parameters += _query(route)
    if route.chunk:
        bytes_ = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
        operation["requestBody"] = {"required": True, "content": bytes_}
    problem = {"application/json": {"schema": refs[Problem, "serialization"]}}
    return operation | {
        "tags": [route.resource],
        "parameters": parameters,
        "responses": {
            "200": {"description": "It is so.", "content": _content(route.answer, refs)},
            "default": {"description": "What went wrong, in a sentence.", "content": problem},
        },
    }


def _query(route: Route) -> list[dict[str, Any]]:
    told = TypeAdapter(route.told).json_schema(schema_generator=Untitled)
    return [
        {"name": name, "in": "query", "required": name in told.get("required", ()), "schema": schema}
        for name, schema in told.get("properties", {}).items()
    ]


def _content(answer: Any, refs: Any) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for part in get_args(answer) if isinstance(answer, types.UnionType) else (answer,):
        if part is Raw:
            content["application/octet-stream"] = {"schema": {"type": "string", "format": "binary"}}
        elif get_origin(part) is list:
            items = refs[get_args(part)[0], "serialization"]
            content["application/json"] = {"schema": {"type": "array", "items": items}}
        else:
            content["application/json"] = {"schema": refs[part, "serialization"]}
    return content


def _models(answer: Any) -> list[Any]:
    if isinstance(answer, types.UnionType):
        return [model for part in get_args(answer) for model in _models(part)]
    return [get_args(answer)[0]] if get_origin(answer) is list else [] if answer is Raw else [answer]


def _has_body(route: Route) -> bool:
    return route.method in ("POST", "PUT") and bool(route.told.model_fields) and not route.chunk


if __name__ == "__main__":
    print(json.dumps(document(), indent=1))
