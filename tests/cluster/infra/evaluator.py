"""What AWS's access management would answer, for as much of its language as our policies use.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from typing import Any

import yaml

from cluster.infra.terraform import CONFIGURATION

Policy = dict[str, Any]
Context = Mapping[str, str | list[str]]

# Keys whose value AWS gives as a list; all others have one value.
LISTS = {"aws:tagkeys"}
KEYS = re.compile(
    r"aws:(requestedregion|securetransport|tagkeys|(requesttag|resourcetag)/[\w-]+)"
    r"|ec2:(createaction|encrypted|instanceprofile|metadatahttptokens|owner|subnet)"
    r"|iam:passedtoservice"
)


@dataclass(frozen=True)
class Request:
    """A call as it is judged: one of these for each resource that it touches."""

    action: str
    resource: str
    context: Context = field(default_factory=dict)


def render(name: str, values: Mapping[str, str]) -> Policy:
    """A policy with its placeholders filled in, as Terraform's templatefile does."""
    path: Path = CONFIGURATION / "policies" / f"{name}.yaml"
    policy: Policy = yaml.safe_load(Template(path.read_text()).substitute(values))
    return policy


def allowed(policies: Sequence[Policy], requests: Sequence[Request]) -> bool:
    """Whether a call is allowed: each of its requests by some statement, and denied by none."""
    statements = [statement for policy in policies for statement in policy["Statement"]]
    return all(_verdict(statements, request) for request in requests)


def _verdict(statements: Sequence[Mapping[str, Any]], request: Request) -> bool:
    applying = [each["Effect"] for each in statements if _applies(each, request)]
    assert set(applying) <= {"Allow", "Deny"}
    return "Deny" not in applying and "Allow" in applying


def _applies(statement: Mapping[str, Any], request: Request) -> bool:
    unknown = set(statement) - {"Sid", "Effect", "Principal", "Action", "Resource", "Condition"}
    if unknown:
        raise ValueError(f"the evaluator does not know {unknown}")
    if statement.get("Principal", "*") != "*":
        raise ValueError(f"the evaluator does not know the principal {statement['Principal']}")
    acts = any(_like(each, request.action, fold=True) for each in _list(statement["Action"]))
    on = any(_like(each, request.resource) for each in _list(statement["Resource"]))
    return (
        acts
        and on
        and all(
            _holds(operator, key, _list(expected), request.context)
            for operator, keys in statement.get("Condition", {}).items()
            for key, expected in keys.items()
        )
    )


def _holds(operator: str, key: str, expected: list[str], context: Context) -> bool:
    if not KEYS.fullmatch(key.lower()):
        raise ValueError(f"the evaluator does not know the key {key}")
    if any(not isinstance(each, str) for each in expected):
        raise ValueError(f"values of {operator} {key} are to be strings: {expected}")
    # Names of keys are the same in any case, and so are those of tags within them.
    found = {name.lower(): value for name, value in context.items()}.get(key.lower())
    if operator == "Null":
        return (found is None) == (expected == ["true"])
    every, _, single = operator.rpartition(":")
    if single not in OPERATORS or every not in ("", "ForAllValues"):
        raise ValueError(f"the evaluator does not know {operator}")
    if (key.lower() in LISTS) != (every == "ForAllValues"):
        raise ValueError(f"{key} does not go with {operator}")
    match = OPERATORS[single]
    if every:
        values = _list(found or [])
        return all(any(match(each, value) for each in expected) for value in values)
    return found is not None and any(match(each, str(found)) for each in expected)


def _like(pattern: str, value: str, *, fold: bool = False) -> bool:
    parts = {"*": ".*", "?": "."}
    written = "".join(parts.get(char, re.escape(char)) for char in pattern)
    return re.fullmatch(written, value, re.IGNORECASE if fold else 0) is not None


OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "ArnEquals": _like,
    "Bool": lambda expected, value: expected.lower() == value.lower(),
    "StringEquals": lambda expected, value: expected == value,
    "StringLike": _like,
}


def _list(value: Any) -> list[str]:
    return list(value) if isinstance(value, list) else [value]
