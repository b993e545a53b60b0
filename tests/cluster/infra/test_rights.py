"""What each role may and may not: a table of calls, judged by the policies themselves."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping

import pytest

from tests.cluster.infra.calls import VALUES
from tests.cluster.infra.evaluator import Policy, Request, allowed, render
from tests.cluster.infra.table import TABLE

NAMES = ("node", "launch", "bucket")
POLICIES = {name: render(name, VALUES) for name in NAMES}


def judged(policies: Mapping[str, Policy], role: tuple[str, ...], requests: list[Request]) -> bool:
    return allowed([policies[name] for name in role], requests)


@pytest.mark.parametrize(
    ("role", "requests", "expected"),
    [row[1:] for row in TABLE],
    ids=[row[0] for row in TABLE],
)
def test_a_call(role: tuple[str, ...], requests: list[Request], expected: bool) -> None:
    assert requests
    assert judged(POLICIES, role, requests) is expected


def mutants() -> Iterator[tuple[str, dict[str, Policy]]]:
    """The policies with one thing wrong: a statement, a condition or a limit that is missing."""
    for name, policy in POLICIES.items():
        for number, statement in enumerate(policy["Statement"]):
            where = f"{name} {statement['Sid']}"
            yield f"{where} missing", broken(name, number)
            # Where a condition narrows down a kind of thing, the kind is no limit of its own.
            resource = str(statement["Resource"])
            if resource != "*" and ("Condition" not in statement or "/*" not in resource):
                yield f"{where} anywhere", broken(name, number, "Resource", "*")
            for operator, keys in statement.get("Condition", {}).items():
                for key in keys:
                    left = {each: value for each, value in keys.items() if each != key}
                    conditions = {**statement["Condition"], operator: left}
                    yield f"{where} without {key}", broken(name, number, "Condition", conditions)
            actions = statement["Action"] if isinstance(statement["Action"], list) else []
            for action in actions:
                left_over = [each for each in actions if each != action]
                yield f"{where} without {action}", broken(name, number, "Action", left_over)


def broken(name: str, number: int, key: str = "", value: object = None) -> dict[str, Policy]:
    """The policies with something else in a statement, or without it."""
    policies = copy.deepcopy(POLICIES)
    if key:
        policies[name]["Statement"][number][key] = value
    else:
        policies[name]["Statement"].pop(number)
    return policies


# Actions on which nothing in the table hangs, as it is clients that choose to call them.
SPARE = {"s3:ListBucketMultipartUploads", "s3:ListMultipartUploadParts"}
MUTANTS = {name: policies for name, policies in mutants() if name.split()[-1] not in SPARE}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_the_table_notices(mutant: str) -> None:
    policies = MUTANTS[mutant]
    wrong = [name for name, role, asked, fine in TABLE if judged(policies, role, asked) is not fine]
    assert wrong


def test_the_evaluator_raises_on_what_it_does_not_know() -> None:
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    request = [Request("s3:GetObject", "arn:aws:s3:::x/y", {"aws:SecureTransport": "true"})]
    assert allowed([{"Statement": [statement]}], request)
    for more in (
        {"NotAction": "s3:*"},
        {"Condition": {"NumericLessThan": {"aws:SecureTransport": "1"}}},
        {"Condition": {"Bool": {"aws:Unheard": "true"}}},
        {"Condition": {"StringEquals": {"aws:TagKeys": "x"}}},
        {"Condition": {"Bool": {"aws:SecureTransport": True}}},
        {"Principal": {"AWS": "x"}},
    ):
        with pytest.raises(ValueError, match=r"evaluator|go with|strings"):
            allowed([{"Statement": [{**statement, **more}]}], request)


def test_only_ec2_may_have_the_roles() -> None:
    (statement,) = render("assume", VALUES)["Statement"]
    assert statement["Effect"] == "Allow"
    assert statement["Action"] == "sts:AssumeRole"
    assert statement["Principal"] == {"Service": "ec2.amazonaws.com"}
