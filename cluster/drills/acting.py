"""What happens to an instance on request: ended, or taken back by EC2 with notice."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from typing import Any

from cluster.account import Account, explained
from errors import ServiceError, UsageError

# As long as EC2 gives: from its Fault Injection Service it cannot be had shorter.
SECONDS_OF_NOTICE = 120.0
# https://docs.aws.amazon.com/fis/latest/userguide/fis-actions-reference.html
ACTION, RESOURCE = "aws:ec2:send-spot-instance-interruptions", "aws:ec2:spot-instance"
INTERRUPT = "interrupt"
TAG = "ray-on-aws"
# An experiment is accepted first, and begins some seconds later.
NOT_BEGUN = ("pending", "initiating")
BEGUN = ("running", "completing", "completed")
SECONDS_TO_BEGIN, SECONDS_BETWEEN_LOOKS = 120.0, 0.5
NO_ROLE = (
    "on AWS, notices are given by its Fault Injection Service: name a role that it may take, with "
    "--role ARN; docs/drills.md says what that is to allow"
)


def terminate(account: Account, number: str) -> None:
    """Ends an instance by TerminateInstances.

    Raises:
        UsageError: the credentials will not do.
        ServiceError: EC2 refuses, or does not answer.
    """
    with explained(f"ending {number}"):
        account.client("ec2").terminate_instances(InstanceIds=[number])


@dataclass(frozen=True)
class FaultInjection:
    """EC2's own interruptions of spot instances, by its Fault Injection Service.

    Attributes:
        account: of the instances.
        role: the ARN of a role that the service may take, with `ec2:SendSpotInstanceInterruptions`.
        infra: the value of the tag `ray-on-aws`, that the templates carry too.
    """

    account: Account
    role: str
    infra: str

    def interrupt(self, number: str) -> float:
        """Gives an instance notice now; gives after how many seconds it ends.

        Raises:
            UsageError: no role is named, or the credentials will not do.
            ServiceError: the service refuses, does not answer, or gives no notice.
        """
        if not self.role.startswith("arn:"):
            raise UsageError(NO_ROLE)
        service = self.account.client("fis")
        with explained(f"giving {number} notice"):
            made = service.create_experiment_template(**self._template(number))
            template = made["experimentTemplate"]["id"]
            try:
                begun = service.start_experiment(
                    clientToken=str(uuid.uuid4()), experimentTemplateId=template
                )
            finally:
                # The experiment goes on without it.
                service.delete_experiment_template(id=template)
            _wait_until_given(service, begun["experiment"]["id"], number)
        return SECONDS_OF_NOTICE

    def _template(self, number: str) -> dict[str, Any]:
        partition = self.role.split(":")[1]
        arn = f"arn:{partition}:ec2:{self.account.region}:{self.account.number}:instance/{number}"
        return {
            "clientToken": str(uuid.uuid4()),
            "description": f"a drill of ray-on-aws: notice for {number}",
            "stopConditions": [{"source": "none"}],
            "roleArn": self.role,
            "tags": {TAG: self.infra},
            "targets": {
                "one": {"resourceType": RESOURCE, "resourceArns": [arn], "selectionMode": "ALL"}
            },
            "actions": {
                INTERRUPT: {
                    "actionId": ACTION,
                    # From here to the end; the notice comes two minutes before that, so at once.
                    "parameters": {"durationBeforeInterruption": "PT2M"},
                    "targets": {"SpotInstances": "one"},
                }
            },
        }


def _wait_until_given(service: Any, experiment: str, number: str) -> None:
    """Waits until the notice is on its way: a reaction is not to be measured from the request.

    Raises:
        ServiceError: it is not given.
    """
    give_up = time.monotonic() + SECONDS_TO_BEGIN
    while True:
        told = service.get_experiment(id=experiment)["experiment"]
        state = told["actions"][INTERRUPT]["state"]
        if state["status"] in BEGUN:
            return
        if state["status"] not in NOT_BEGUN or time.monotonic() > give_up:
            raise ServiceError(
                f"{number} was given no notice, says AWS's Fault Injection Service: "
                f"{state['status']}, {state.get('reason') or 'for no reason'}; the role needs "
                "ec2:SendSpotInstanceInterruptions, and the instance is to be a spot one"
            )
        time.sleep(SECONDS_BETWEEN_LOOKS)
