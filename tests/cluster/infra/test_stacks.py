"""Stacks: what is told of them, which failure is named, and where they go on."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.stub import Stubber

from cluster.account import Account
from cluster.infra import stacks
from cluster.infra.stacks import Stack, first_failure
from errors import ServiceError

STACK = "AWS::CloudFormation::Stack"
PARAMETERS = {"Infra": "lab"}


def event(name: str, kind: str, status: str, reason: str = "") -> dict[str, Any]:
    said = {"ResourceStatusReason": reason} if reason else {}
    return {
        "EventId": f"{name} {status} {reason}",
        "StackId": "arn:lab",
        "StackName": "lab-network",
        "Timestamp": "2026-11-21T00:00:00Z",
        "LogicalResourceId": name,
        "ResourceType": kind,
        "ResourceStatus": status,
        **said,
    }


BEGIN = event("lab-network", STACK, "CREATE_IN_PROGRESS", "User Initiated")
QUOTA = event(
    "AddressA",
    "AWS::EC2::EIP",
    "CREATE_FAILED",
    "The maximum number of addresses has been reached. (Service: Ec2, Status Code: 400)",
)
CANCELLED = event("Vpc", "AWS::EC2::VPC", "CREATE_FAILED", "Resource creation cancelled")
ROLLBACK = event("lab-network", STACK, "ROLLBACK_IN_PROGRESS", "The following resource(s) failed")
EARLIER = event("NatA", "AWS::EC2::NatGateway", "CREATE_FAILED", "of another attempt")


@pytest.mark.parametrize(
    ("events", "said"),
    [
        (
            [BEGIN, CANCELLED, QUOTA, ROLLBACK],
            "AddressA (AWS::EC2::EIP) failed first: The maximum number of addresses has been "
            "reached. (Service: Ec2, Status Code: 400). Raise the quota in the console under "
            "Service Quotas",
        ),
        ([BEGIN, EARLIER, {**BEGIN, "EventId": "2"}, QUOTA], "AddressA (AWS::EC2::EIP) failed"),
        (
            [BEGIN, event("Vpc", "AWS::EC2::VPC", "CREATE_FAILED", "not authorized to perform")],
            "Ask who administers the account",
        ),
        (
            [BEGIN, event("Vpc", "AWS::EC2::VPC", "DELETE_FAILED", "has dependencies")],
            "Something else is in the network",
        ),
        ([BEGIN, event("Vpc", "AWS::EC2::VPC", "CREATE_FAILED", "odd")], "Put that right"),
        ([BEGIN, event("Vpc", "AWS::EC2::VPC", "CREATE_FAILED")], "no reason is given"),
        ([BEGIN], "no resource says why"),
        ([], "no resource says why"),
    ],
)
def test_the_first_resource_that_failed_is_named_with_what_to_do(
    events: list[dict[str, Any]], said: str
) -> None:
    assert said in first_failure(events)


class Recorded:
    """A stack whose service answers as it did when it was recorded, in this order."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(stacks, "PAUSE_S", 0.0)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        self.told: list[str] = []
        self.owner = "lab"
        self.stack = Stack(Account("us-east-1"), "lab-network", "lab", self.told.append)
        self.stub = Stubber(self.stack._api)
        self.stub.activate()

    def answers(self, state: str) -> None:
        if state == "gone":
            message = "Stack with id lab-network does not exist"
            self.stub.add_client_error("describe_stacks", "ValidationError", message)
            return
        described = {
            "StackName": "lab-network",
            "StackId": "arn:lab",
            "CreationTime": "2026-11-21T00:00:00Z",
            "StackStatus": state,
            "Tags": [{"Key": "ray-on-aws", "Value": self.owner}],
        }
        self.stub.add_response("describe_stacks", {"Stacks": [described]})

    def events(self, *events: dict[str, Any]) -> None:
        self.stub.add_response("describe_stack_events", {"StackEvents": list(reversed(events))})


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> Recorded:
    return Recorded(monkeypatch)


def test_a_stack_that_fails_is_followed_and_explained(recorded: Recorded) -> None:
    for _ in range(2):
        recorded.answers("gone")
    recorded.stub.add_response("create_stack", {"StackId": "arn:lab"})
    recorded.answers("CREATE_IN_PROGRESS")
    recorded.events(BEGIN)
    recorded.answers("ROLLBACK_COMPLETE")
    recorded.events(BEGIN, QUOTA, CANCELLED, ROLLBACK)
    recorded.events(BEGIN, QUOTA, CANCELLED, ROLLBACK)
    with pytest.raises(ServiceError, match=r"lab-network is ROLLBACK_COMPLETE: AddressA .* first"):
        recorded.stack.ensure("network.yaml", PARAMETERS)
    assert recorded.told == [
        "stack lab-network: lab-network: CREATE_IN_PROGRESS User Initiated",
        f"stack lab-network: AddressA: CREATE_FAILED {QUOTA['ResourceStatusReason']}",
        "stack lab-network: Vpc: CREATE_FAILED Resource creation cancelled",
        "stack lab-network: lab-network: ROLLBACK_IN_PROGRESS The following resource(s) failed",
    ]
    recorded.stub.assert_no_pending_responses()


def test_one_that_could_not_be_made_is_made_again(recorded: Recorded) -> None:
    for _ in range(2):
        recorded.answers("ROLLBACK_COMPLETE")
        recorded.events(BEGIN, QUOTA)
    # Deleted first.
    for _ in range(2):
        recorded.answers("ROLLBACK_COMPLETE")
        recorded.events(BEGIN, QUOTA)
    recorded.answers("ROLLBACK_COMPLETE")
    recorded.stub.add_response("delete_stack", {}, {"StackName": "arn:lab"})
    recorded.answers("gone")
    recorded.stub.add_response("create_stack", {"StackId": "arn:lab"})
    recorded.answers("CREATE_COMPLETE")
    recorded.events({**BEGIN, "EventId": "again"})
    recorded.answers("CREATE_COMPLETE")
    assert recorded.stack.ensure("network.yaml", PARAMETERS) == {}
    recorded.stub.assert_no_pending_responses()


def test_one_that_is_under_way_is_waited_for_and_nothing_to_change_is_fine(
    recorded: Recorded,
) -> None:
    recorded.answers("CREATE_IN_PROGRESS")
    recorded.events(BEGIN)
    recorded.answers("CREATE_IN_PROGRESS")
    made = event("Vpc", "AWS::EC2::VPC", "CREATE_COMPLETE")
    recorded.events(BEGIN, made)
    recorded.answers("CREATE_COMPLETE")
    recorded.events(BEGIN, made)
    nothing = "No updates are to be performed."
    recorded.stub.add_client_error("update_stack", "ValidationError", nothing)
    recorded.answers("CREATE_COMPLETE")
    recorded.stack.ensure("network.yaml", PARAMETERS)
    assert recorded.told == [
        "stack lab-network: Vpc: CREATE_COMPLETE",
        "stack lab-network: is up to date",
    ]


def test_one_that_does_not_go_away_is_explained(recorded: Recorded) -> None:
    recorded.answers("CREATE_COMPLETE")
    recorded.events(BEGIN)
    recorded.answers("CREATE_COMPLETE")
    recorded.events(BEGIN)
    recorded.answers("CREATE_COMPLETE")
    recorded.stub.add_response("delete_stack", {})
    recorded.answers("DELETE_FAILED")
    begin = event("lab-network", STACK, "DELETE_IN_PROGRESS", "User Initiated")
    stuck = event("Vpc", "AWS::EC2::VPC", "DELETE_FAILED", "The vpc has dependencies")
    recorded.events(BEGIN, begin, stuck)
    recorded.events(BEGIN, begin, stuck)
    with pytest.raises(ServiceError, match=r"is DELETE_FAILED: Vpc .* Something else is in the"):
        recorded.stack.delete()


def test_one_that_hangs_is_given_up(recorded: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stacks, "LIMIT_S", -1.0)
    recorded.answers("DELETE_IN_PROGRESS")
    recorded.events(BEGIN)
    with pytest.raises(ServiceError, match="is DELETE_IN_PROGRESS for"):
        recorded.stack.settle()


def test_a_refusal_is_explained(recorded: Recorded) -> None:
    recorded.stub.add_client_error("describe_stacks", "AccessDenied", "no")
    with pytest.raises(ServiceError, match=r"looking at the stack lab-network: .* may not do that"):
        _ = recorded.stack.state


def test_one_of_somebody_else_is_left_alone(recorded: Recorded) -> None:
    recorded.owner = "other"
    for act in (
        lambda: recorded.stack.ensure("network.yaml", PARAMETERS),
        recorded.stack.delete,
    ):
        recorded.answers("CREATE_COMPLETE")
        with pytest.raises(ServiceError, match="without the tag ray-on-aws=lab, so it is not ours"):
            act()
    recorded.stub.assert_no_pending_responses()
