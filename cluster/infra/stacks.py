"""Stacks of CloudFormation: made, changed and deleted, each step told and failures explained."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from cluster.account import Account, explained
from cluster.infra.names import TAG
from errors import ServiceError

TEMPLATES = Path(__file__).parent
Tell = Callable[[str], None]

PAUSE_S = 3.0
# A stack here takes three minutes, a quarter of an hour with an endpoint that is slow to go.
LIMIT_S = 1800.0
# What a stack that never came up, or did not go away, is left in: it can only be deleted.
DEAD = {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"}
GONE = "DELETE_COMPLETE"


class Stack:
    """A stack of an infra's by its name, whether it is there or not.

    Whatever is asked of it raises a ServiceError where there is one of this name that is not the
    infra's, or where CloudFormation does not answer.
    """

    def __init__(
        self, account: Account, name: str, infra: str, tell: Tell = lambda _line: None
    ) -> None:
        self.name = name
        self._infra = infra
        self._api = account.client("cloudformation")
        self._tell = tell
        self._seen: set[str] = set()

    @property
    def state(self) -> str:
        """Its status as CloudFormation says it; `DELETE_COMPLETE` where it is not there."""
        found = self._described()
        return str(found["StackStatus"]) if found else GONE

    @property
    def outputs(self) -> dict[str, str]:
        """What it tells of its resources; nothing where it is not there."""
        found = self._described() or {}
        return {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", [])}

    @property
    def parameters(self) -> dict[str, str]:
        """What it was made with; nothing where it is not there."""
        found = self._described() or {}
        return {
            each["ParameterKey"]: each["ParameterValue"] for each in found.get("Parameters", [])
        }

    def ensure(self, template: str, parameters: Mapping[str, str]) -> dict[str, str]:
        """Makes it, or brings it up to date; gives its outputs.

        One that is in the making is waited for, one that could not be made is made again.

        Raises:
            ServiceError: it cannot be made, which the first resource that failed says.
        """
        self._remember_events()
        state = self.settle()
        if state in DEAD:
            self._tell(f"stack {self.name}: is {state}, and made again")
            self.delete()
            state = GONE
        call = {
            "StackName": self.name,
            "TemplateBody": (TEMPLATES / template).read_text(),
            "Parameters": [
                {"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()
            ],
            "Tags": [{"Key": TAG, "Value": self._infra}],
        }
        with explained(f"making the stack {self.name}"):
            if state == GONE:
                self._api.create_stack(**call)
            elif not self._update(call):
                self._tell(f"stack {self.name}: is up to date")
                return self.outputs
        state = self.settle()
        if state not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            raise ServiceError(self._why(state))
        return self.outputs

    def delete(self) -> None:
        """Deletes it, and waits until it is gone.

        Raises:
            ServiceError: it stays, which the first resource that failed says.
        """
        self._remember_events()
        if self.settle() == GONE:
            return
        # By its id, under which it can be asked for when it is gone.
        identity = str((self._described() or {})["StackId"])
        with explained(f"deleting the stack {self.name}"):
            self._api.delete_stack(StackName=identity)
        state = self.settle()
        if state != GONE:
            raise ServiceError(self._why(state))

    def settle(self) -> str:
        """Waits until nothing is done to it, telling what is; gives its state then.

        Raises:
            ServiceError: that takes more than half an hour.
        """
        begin = time.monotonic()
        while (state := self.state).endswith("_IN_PROGRESS"):
            self._tell_events()
            if time.monotonic() - begin > LIMIT_S:
                raise ServiceError(
                    f"the stack {self.name} is {state} for {LIMIT_S / 60:.0f} minutes: look at it "
                    "in the console of CloudFormation, and run the same again"
                )
            time.sleep(PAUSE_S)
        if state != GONE:
            self._tell_events()
        return state

    def _described(self) -> dict[str, Any] | None:
        """The stack as CloudFormation describes it, None where it is not there."""
        with explained(f"looking at the stack {self.name}"):
            try:
                found = self._api.describe_stacks(StackName=self.name)["Stacks"][0]
            except ClientError as error:
                if "does not exist" in str(error):
                    return None
                raise
        if found["StackStatus"] == GONE:
            return None
        if {"Key": TAG, "Value": self._infra} not in found.get("Tags", []):
            raise ServiceError(
                f"there is a stack {self.name} without the tag {TAG}={self._infra}, so it is not "
                "ours to change: choose another --name, or delete it if nobody needs it"
            )
        return dict(found)

    def _update(self, call: dict[str, Any]) -> bool:
        """Changes it; False where there is nothing to change."""
        try:
            self._api.update_stack(**call)
        except ClientError as error:
            if "No updates are to be performed" in str(error):
                return False
            raise
        return True

    def _events(self) -> list[dict[str, Any]]:
        """All that happened to it, the oldest first."""
        with explained(f"following the stack {self.name}"):
            pages = self._api.get_paginator("describe_stack_events").paginate(StackName=self.name)
            return [event for page in pages for event in page["StackEvents"]][::-1]

    def _remember_events(self) -> None:
        """Takes what happened before as told."""
        if self.state != GONE:
            self._seen = {event["EventId"] for event in self._events()}

    def _tell_events(self) -> None:
        """Tells what happened since the last time."""
        for event in self._events():
            if event["EventId"] not in self._seen:
                self._seen.add(event["EventId"])
                reason = event.get("ResourceStatusReason", "")
                told = f"{event['LogicalResourceId']}: {event['ResourceStatus']}"
                self._tell(f"stack {self.name}: {told} {reason}".rstrip())

    def _why(self, state: str) -> str:
        """What went wrong first, in a sentence."""
        return f"the stack {self.name} is {state}: {first_failure(self._events())}"


def first_failure(events: list[dict[str, Any]]) -> str:
    """What a stack failed by: the first resource of the last attempt that did, and what to do.

    The others were mostly cancelled because of it, and say no more than that.

    Args:
        events: of the stack, the oldest first, as `describe_stack_events` has them.
    """
    begins = [
        number
        for number, event in enumerate(events)
        if event["ResourceType"] == "AWS::CloudFormation::Stack"
        and event["ResourceStatus"]
        in ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS")
        and event.get("ResourceStatusReason", "User Initiated") == "User Initiated"
    ]
    for event in events[begins[-1] if begins else 0 :]:
        reason = event.get("ResourceStatusReason", "no reason is given")
        cancelled = "cancelled" in reason.lower()
        if event["ResourceStatus"].endswith("_FAILED") and not cancelled:
            what = f"{event['LogicalResourceId']} ({event['ResourceType']})"
            return f"{what} failed first: {reason.rstrip('.')}. {remedy(reason)}"
    return "no resource says why: look at its events in the console of CloudFormation"


def remedy(reason: str) -> str:
    """What to do about a resource that failed, by what AWS says of it."""
    low = reason.lower()
    if "limit" in low or "maximum number" in low or "quota" in low:
        return "Raise the quota in the console under Service Quotas, then run the same again"
    if "not authorized" in low or "accessdenied" in low or "unauthorized" in low:
        return "Ask who administers the account for this right, then run the same again"
    if "depend" in low or "in use" in low:
        return "Something else is in the network: take it away, then run the same again"
    return "Put that right, then run the same again: what is made already stays or is made again"
