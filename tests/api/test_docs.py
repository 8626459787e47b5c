"""The documents about the API: complete, valid, and readable without the network."""

import re
from typing import Any

import httpx
import pytest

METHODS = {"get", "post", "patch", "put", "delete"}


@pytest.fixture(scope="session")
def document(http: httpx.Client) -> dict[str, Any]:
    """The OpenAPI document as it is served."""
    return dict(http.get("/openapi.json").json())


def test_every_operation_is_described(document: dict[str, Any]) -> None:
    """3.1; a chosen id, a summary, an answer, and the problems it may have."""
    assert document["openapi"].startswith("3.1")
    ids = []
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in METHODS:
                ids.append(operation["operationId"])
                assert operation["summary"], path
                assert any(status.startswith("2") for status in operation["responses"]), path
                if method != "get":
                    assert "422" in operation["responses"]
                    assert "requestBody" in operation, path
    assert len(ids) == len(set(ids))
    assert {"generate", "getScenario", "reportTask", "claimTasks", "reportTasks", "heartbeat", "followScenario"} <= set(ids)
    assert not [name for name in ids if "_" in name]


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    """No body and no answer points at a schema that is not there."""

    def references(value: Any) -> list[str]:
        if isinstance(value, dict):
            own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
            return own + [found for item in value.values() for found in references(item)]
        return [found for item in value for found in references(item)] if isinstance(value, list) else []

    for reference in references(document):
        node: Any = document
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]


def test_every_body_has_an_example_and_no_unknown_field(document: dict[str, Any]) -> None:
    """What can be sent is said exactly."""
    schemas = document["components"]["schemas"]
    assert schemas["GenerateRequest"]["examples"][0]["scenario"] == "CreateVideo"
    for name in ("GenerateRequest", "ClaimRequest", "ReportRequest", "HeartbeatRequest", "Report"):
        assert schemas[name]["additionalProperties"] is False


def test_examples_are_true(http: httpx.Client, document: dict[str, Any]) -> None:
    """The generate example, sent as it stands, is accepted."""
    example = document["components"]["schemas"]["GenerateRequest"]["examples"][0]
    answer = http.post("/generate", json=example)
    assert answer.status_code == 202
    http.post(answer.json()["links"]["cancel"])


def test_the_page_needs_no_network(http: httpx.Client) -> None:
    """Every file it loads is ours, and its policy allows no other."""
    page = http.get("/docs")
    assert page.headers["content-security-policy"].startswith("default-src 'self';")
    links = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(links) == 4
    for link in links:
        assert link.startswith("/docs/")
        assert http.get(link).status_code == 200
    assert "SwaggerUIBundle" in http.get("/docs/swagger-ui-bundle.js").text
    assert http.get("/docs/nothing.js").status_code == 404


def test_messages_have_schemas(http: httpx.Client) -> None:
    """For workers in any language."""
    listed = http.get("/schemas").json()["items"]
    assert "/schemas/claimed-task" in listed
    for path in listed:
        schema = http.get(path).json()
        assert schema["$schema"].startswith("https://json-schema.org/")
        assert schema["type"] == "object"
    assert http.get("/schemas/nothing").status_code == 404


def test_a_problems_type_explains_its_code(http: httpx.Client) -> None:
    """`type` can be followed."""
    kind = http.get("/tasks/nobody.x").json()["type"]
    assert kind == "/errors/not-found"
    assert "retention" in http.get(kind).json()["meaning"]
