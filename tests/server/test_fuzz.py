"""Whatever the document allows is sent, and what it does not: nothing of it makes the server stumble."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from serving import Server

from labstudio.server.openapi import document

schema = schemathesis.openapi.from_dict(document())


@pytest.fixture(scope="module")
def calm(server: Server) -> Server:
    """The server, with what the fuzzer may have started ended again."""
    yield server
    for job in server.get("jobs"):
        if not job["ended"]:
            server.ask("POST", f"jobs/{job['id']}/kill", {})


@schema.parametrize()
@settings(
    max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)
def test_no_request_makes_the_server_stumble(case: schemathesis.Case, calm: Server) -> None:
    case.call_and_validate(
        base_url=calm.url,
        headers={"Authorization": f"token {calm.owner}"},
        checks=[not_a_server_error],
        timeout=60,
    )
