"""Completes the contract (OpenAPI 3.1) with what FastAPI cannot be told at a route, a router or a shape."""

from typing import Any

from pydantic.json_schema import models_json_schema

from conversations.wire.report import Report
from intake_api.analysts import examples as of_analysts
from intake_api.export import examples as of_export
from intake_api.hand_in import examples as of_channels
from intake_api.http.errors import HEADERS, ProblemDocument, described, headers_of
from intake_api.numbers import examples as of_numbers
from intake_api.server.description import INFO

_SAID = ("description", "example")
_PARAMETERS = {**of_channels.PARAMETERS, **of_analysts.PARAMETERS, **of_export.PARAMETERS}


def completed(contract: dict[str, Any]) -> dict[str, Any]:
    """Complete FastAPI's contract in place."""
    contract["info"] |= INFO
    components = contract["components"]
    components["headers"], components["responses"] = HEADERS, {}
    # FastAPI knows neither the report inside a sealed report nor the problems, which routes refer to by name.
    _, further = models_json_schema(
        [(Report, "validation"), (ProblemDocument, "serialization")],
        ref_template="#/components/schemas/{model}",
    )
    components["schemas"] |= further["$defs"]
    components["schemas"]["Report"]["examples"] = [of_channels.REPORT]
    for path in contract["paths"].values():
        for operation in path.values():
            _complete(operation, components["responses"])
    # FastAPI leaves null out of examples; in this one it says something.
    counts = contract["paths"]["/v1/counts"]["get"]["responses"]["200"]["content"]["application/json"]
    counts["example"] = of_numbers.EXAMPLES["counts"].answer
    return contract


def _complete(operation: dict[str, Any], problems: dict[str, Any]) -> None:
    # FastAPI lists the roles as if a key needed all of them.
    roles = [role for needed in operation.get("security", ()) for role in needed["accessKey"]]
    if roles:
        operation["security"] = [{"accessKey": [role]} for role in roles]
    # FastAPI repeats in its schema what a parameter says, and has no place for its example.
    for parameter in operation.get("parameters", ()):
        for name, said in zip(_SAID, _PARAMETERS.get(parameter["name"], ()), strict=False):
            parameter.setdefault(name, said)
    for status, response in operation["responses"].items():
        if reference := response.get("$ref"):
            # FastAPI adds a description to each.
            operation["responses"][status] = {"$ref": reference}
            name = reference.split("/")[-1]
            problems[name] = described(name)
        else:
            response["headers"] = response.get("headers", {}) | headers_of(int(status))
