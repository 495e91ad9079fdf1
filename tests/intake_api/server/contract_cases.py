"""Sends requests made from the contract alone to a real intake, with valid keys and existing ids.

    python -m tests.intake_api.server.contract_cases URL FOLDER [coverage]

It runs in a process of its own: schemathesis chooses by the hashes of strings too, and only a new process
can fix those.
"""

import json
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import schemathesis
from pydantic import BaseModel, ValidationError
from schemathesis import AuthContext, Case, HookContext
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from conversations.wire.report import Report
from intake_api.analysts.decision import Decision
from intake_api.analysts.shapes import Search
from tests.intake_api.running_api import a_report, withdrawn
from tests.intake_api.served_api import ApiAt
from tests.intake_api.server.contract_reading import (
    CONTRACT,
    REQUESTS,
    as_of_today,
    roles_of,
    with_fewer_terms,
)

SEED = 20260301
CASES_EACH = 10
AT_ONCE = 20


@dataclass
class Supply:
    """What is there, as much as is asked for: reports to hand in, claims, assessments, an analyst's key."""

    served: ApiAt
    channel: httpx.Client
    analyst: httpx.Client
    claims: list[dict[str, Any]] = field(default_factory=list)
    handed_in: list[Report] = field(default_factory=list)

    def report(self) -> Report:
        """Give a report to hand in: a new one, or every third time the withdrawal of the last one."""
        last = self.handed_in[-1:]
        report = withdrawn(last[0]) if len(self.handed_in) % 3 == 2 and not last[0].withdrawn else a_report()
        self.handed_in.append(report)
        return report

    def claim(self) -> dict[str, Any]:
        """Give a claim that holds, and was not given before."""
        if not self.claims:
            addresses = [f"https://example.com/{len(self.handed_in)}/{number}" for number in range(AT_ONCE)]
            report = a_report(*addresses)
            self.handed_in.append(report)
            content = self.served.sealed(report)
            self.channel.put(f"/v1/reports/{report.draft_id}", json=content).raise_for_status()
        while not self.claims:
            self._make_room()
            answer = self.analyst.post("/v1/queue/claims", json={"count": AT_ONCE}).raise_for_status()
            self.claims += answer.json()["claims"]
        return self.claims.pop()

    def _make_room(self) -> None:
        """Decide about what earlier cases have left in the analyst's hands, which hold only so much."""
        for claim in self.analyst.get("/v1/queue/claims").raise_for_status().json()["claims"]:
            path = f"/v1/queue/claims/{claim['claim_id']}/assessment"
            self.analyst.post(path, json={"outcome": "ignore"}).raise_for_status()

    def there_is(self, name: str) -> str:
        """Give the id of something that there is, for a parameter of a path."""
        if name in {"claim_id", "item_id"}:
            return str(self.claim()[name])
        if name == "assessment_id":
            path = f"/v1/queue/claims/{self.claim()['claim_id']}/assessment"
            return str(self.analyst.post(path, json={"outcome": "ignore"}).raise_for_status().json()[name])
        return self.served.token("analyst").split("-")[1]


@dataclass
class Sender:
    """Makes of a case what its sender would send: with their key, and in most cases about what there is."""

    supply: Supply
    made: Counter[str] = field(default_factory=Counter)

    def complete(self, case: Case[Any]) -> None:
        """Complete a case that is meant to be in order; one that is not stays as it is."""
        if case.meta is None or not case.meta.generation.mode.is_positive:
            return
        name = case.operation.definition.raw["operationId"]
        self.made[name] += 1
        if name == "hand_in":
            report = self.supply.report()
            case.path_parameters["draft_id"] = report.draft_id
            case.body = dict(self.supply.served.sealed(report))
        elif case.path_parameters and self.made[name] % 4:
            [parameter] = case.path_parameters
            case.path_parameters[parameter] = self.supply.there_is(parameter)
        if name in _COHERENT:
            case.body = _coherent(_COHERENT[name], case.body, REQUESTS[name])


@dataclass
class Outcome:
    """How often each operation answered what, and what was wrong with it."""

    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    faults: set[str] = field(default_factory=set)

    def add(self, event: events.EngineEvent) -> None:
        """Take what a run tells."""
        if isinstance(event, events.NonFatalError):
            self.faults.add(event.info.format())
        elif isinstance(event, events.FatalError):
            raise event.exception
        elif isinstance(event, events.ScenarioFinished):
            recorder = event.recorder
            labels = {case_id: node.value.operation.label for case_id, node in recorder.cases.items()}
            for case_id, interaction in recorder.interactions.items():
                if interaction.response is not None:
                    self.answers[labels[case_id], interaction.response.status_code] += 1
            for case_id, checks in recorder.checks.items():
                failed = [(check.name, check.failure_info.failure) for check in checks if check.failure_info]
                self.faults |= {
                    f"{labels[case_id]}: {name}: {told.title}: {told.message}" for name, told in failed
                }


def run(served: ApiAt, *, covers_shapes: bool) -> Outcome:
    """Send what the contract allows and what it does not, the same each time, and see that it is kept.

    `covers_shapes` adds a case for each rule of each shape, most of which are refused before any database.
    """
    contract = with_fewer_terms(as_of_today(CONTRACT))
    schema = schemathesis.openapi.from_dict(contract, config=SchemathesisConfig(seed=SEED))
    schema.validate()
    schema.config.update(base_url=served.url)
    schema.config.generation.update(
        max_examples=CASES_EACH, deterministic=True, no_shrink=True, database="none"
    )
    # What was answered before, random ids among it, must not steer what is asked next: so no sequences that
    # follow the answers either. Each request is about what there is, and other tests tell whole stories.
    phases = schema.config.phases
    phases.stateful.enabled = False
    phases.coverage.enabled = covers_shapes
    for phase in (phases.examples, phases.coverage, phases.fuzzing):
        phase.extra_data_sources.responses = False
    outcome = Outcome()
    with served.client("channel") as channel, served.client("analyst") as analyst:
        sender = Sender(Supply(served, channel, analyst))

        @schema.auth(refresh_interval=None)
        class _Keys:
            """The key that opens an operation, as the contract says; none where none is asked for."""

            def get(self, case: Case[Any], _: AuthContext) -> str | None:
                roles = roles_of(case.operation.definition.raw)
                return served.token(roles[0]) if roles else None

            def set(self, case: Case[Any], token: str, _: AuthContext) -> None:
                case.headers["Authorization"] = f"Bearer {token}"

        @schemathesis.hook
        def before_call(_: HookContext, case: Case[Any], __: dict[str, Any]) -> None:
            # At the last moment, so what a case is about is still there when it is sent.
            sender.complete(case)

        for event in from_schema(schema).execute():
            outcome.add(event)
    return outcome


_COHERENT: dict[str, type[BaseModel]] = {"assess": Decision, "correct": Decision, "search": Search}


def _coherent(model: type[BaseModel], body: Any, example: Any) -> Any:
    """Leave out what does not go together: a schema tells the terms, and not which exclude one another."""
    optional = [name for name in body if not model.model_fields[name].is_required()]
    for name in optional:
        if _fits(model, body):
            break
        body = {other: value for other, value in body.items() if other != name}
    return body if _fits(model, body) else example


def _fits(model: type[BaseModel], body: Any) -> bool:
    try:
        model.model_validate(body)
    except ValidationError:
        return False
    return True


def main() -> None:
    """Tell as JSON what came of it."""
    url, folder, *more = sys.argv[1:]
    outcome = run(ApiAt(url, Path(folder)), covers_shapes="coverage" in more)
    answers = [[label, status, times] for (label, status), times in sorted(outcome.answers.items())]
    sys.stdout.write(json.dumps({"faults": sorted(outcome.faults), "answers": answers}))


if __name__ == "__main__":
    main()
