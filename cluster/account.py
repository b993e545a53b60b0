"""An AWS account as the commands use it, and what its errors mean, in a sentence each."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import boto3
from botocore import exceptions
from botocore.config import Config
from botocore.parsers import ResponseParserError

from errors import RayOnAwsError, ServiceError, UsageError

# Throttled calls are tried again, with growing pauses; no answer at all is told soon.
CONFIG = Config(
    connect_timeout=10, read_timeout=60, retries={"mode": "standard", "total_max_attempts": 5}
)

EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
INVALID = {
    "AuthFailure",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}
DENIED = {
    "403",
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
}
THROTTLED = {
    "RequestLimitExceeded",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
}
NO_CAPACITY = {"InsufficientInstanceCapacity", "SpotMaxPriceTooLow", "UnfulfillableCapacity"}
# Codes as EC2 gives them, and the name of the quota in the console of Service Quotas.
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
QUOTAS = {
    "AddressLimitExceeded": "EC2-VPC Elastic IPs",
    "InstanceLimitExceeded": "Running On-Demand instances",
    "InternetGatewayLimitExceeded": "Internet gateways per Region",
    "MaxSpotInstanceCountExceeded": "All Standard Spot Instance Requests",
    "NatGatewayLimitExceeded": "NAT gateways per Availability Zone",
    "SecurityGroupLimitExceeded": "VPC security groups per Region",
    "VcpuLimitExceeded": "Running On-Demand Standard instances (counted in vCPUs)",
    "VolumeLimitExceeded": "Storage for gp3 volumes",
    "VpcEndpointLimitExceeded": "Gateway VPC endpoints per Region",
    "VpcLimitExceeded": "VPCs per Region",
}
UNREACHABLE = (
    exceptions.ConnectionError,
    exceptions.ConnectionClosedError,
    exceptions.HTTPClientError,
)
LOST_LOGIN = (
    exceptions.SSOError,
    exceptions.TokenRetrievalError,
    exceptions.CredentialRetrievalError,
)
ACTION = re.compile(r"not authorized to perform: (?P<action>[\w:-]+)(?: on resource: (?P<on>\S+))?")


@dataclass(frozen=True)
class Account:
    """An account in a region, reached with the usual variables, files and roles of AWS.

    `AWS_ENDPOINT_URL` is respected, so that an emulated AWS serves as well.
    """

    region: str
    profile: str = ""

    @classmethod
    def chosen(cls, region: str = "", profile: str = "") -> Account:
        """The account that options, variables and files name, in this order.

        Raises:
            UsageError: no region is named anywhere, it is none, or there is no such profile.
        """
        with explained("looking up the region"):
            # boto3 itself reads AWS_DEFAULT_REGION only; other tools go by AWS_REGION first.
            session = boto3.Session(profile_name=profile or None)
            found = region or os.environ.get("AWS_REGION") or session.region_name
            known = {*session.get_available_regions("ec2")}
        if not found:
            raise UsageError(
                "no AWS region is named: give --region, set AWS_REGION, or run aws configure"
            )
        if not re.fullmatch(r"[a-z]{2}(-[a-z]+)+-\d+", found):
            near = difflib.get_close_matches(found, known, n=1)
            meant = f": did you mean {near[0]}?" if near else ""
            raise UsageError(f"'{found}' is no AWS region, such as us-east-1{meant}")
        return cls(region=found, profile=profile)

    @cached_property
    def session(self) -> Any:
        """What clients are made of."""
        return boto3.Session(profile_name=self.profile or None, region_name=self.region)

    def client(self, service: str) -> Any:
        """A client of boto3 for a service, in the account's region."""
        return self.session.client(service, config=CONFIG)

    @cached_property
    def number(self) -> str:
        """The twelve digits of the account.

        Raises:
            UsageError: there are no credentials, or AWS does not take them.
            ServiceError: AWS does not answer.
        """
        with explained("asking whose credentials these are"):
            return str(self.client("sts").get_caller_identity()["Account"])


@contextmanager
def explained(doing: str) -> Iterator[None]:
    """Tells the errors of AWS in a sentence.

    Args:
        doing: what is done inside, such as `creating the network`.

    Raises:
        UsageError: what the caller is to put right: credentials, profile, region.
        ServiceError: everything else, with AWS's code.
    """
    try:
        yield
    except (exceptions.BotoCoreError, exceptions.ClientError, exceptions.WaiterError) as error:
        raise explanation(error, doing) from error
    except ResponseParserError as error:  # of none of these families
        raise ServiceError(
            f"{doing}: what answers is not AWS, as it speaks another language: see to a proxy, and "
            "to AWS_ENDPOINT_URL"
        ) from error


def explanation(error: Exception, doing: str) -> RayOnAwsError:
    """An error of botocore's as one of ours; see `explained`."""
    if isinstance(error, exceptions.ClientError):
        return _of_code(error, doing)
    if isinstance(error, exceptions.NoCredentialsError):
        return UsageError(
            f"{doing}: no AWS credentials are found: run aws configure or aws sso login, or set "
            "AWS_PROFILE"
        )
    if isinstance(error, exceptions.PartialCredentialsError):
        return UsageError(f"{doing}: the AWS credentials are incomplete ({error}): give both keys")
    if isinstance(error, LOST_LOGIN):
        return UsageError(f"{doing}: the AWS log-in has run out ({error}): run aws sso login")
    if isinstance(error, exceptions.ProfileNotFound):
        return UsageError(f"{doing}: {error}: aws configure list-profiles shows those there are")
    if isinstance(error, exceptions.NoRegionError):
        return UsageError(f"{doing}: no AWS region is named: give --region or set AWS_REGION")
    if isinstance(error, exceptions.InvalidRegionError):
        return UsageError(f"{doing}: {error}: a region is such as us-east-1")
    if isinstance(error, UNREACHABLE):
        where = error.kwargs.get("endpoint_url", "AWS")
        return ServiceError(
            f"{doing}: {where} cannot be reached: see to the network, a proxy, AWS_ENDPOINT_URL, "
            "and that the region's name is right"
        )
    return ServiceError(f"{doing}: {error}")


def _of_code(error: exceptions.ClientError, doing: str) -> RayOnAwsError:
    """The same for an answer of AWS's, by its code."""
    code = str(error.response.get("Error", {}).get("Code", "Unknown"))
    message = str(error.response.get("Error", {}).get("Message", "")).strip().rstrip(".")
    if code in EXPIRED:
        return UsageError(
            f"{doing}: the AWS credentials have run out ({code}): run aws sso login or get new "
            "ones; if they are new, see to this machine's clock"
        )
    if code in INVALID:
        return UsageError(
            f"{doing}: AWS does not take these credentials ({code}): aws sts get-caller-identity "
            "shows which are in use; in a region that the account has not enabled none is taken"
        )
    if code == "OptInRequired":
        return UsageError(
            f"{doing}: the account has not enabled this region or service ({code}): choose "
            "another --region, or enable it in the console under Account, AWS Regions"
        )
    if code in DENIED:
        return _denied(code, message, doing)
    if code in THROTTLED:
        return ServiceError(
            f"{doing}: AWS has had too many calls of this account ({code}), also after pauses: "
            "run the same again in a minute"
        )
    if code in QUOTAS:
        return ServiceError(
            f"{doing}: the account's quota '{QUOTAS[code]}' is reached ({code}): raise it in the "
            "console under Service Quotas, or take away what is not used"
        )
    if code in NO_CAPACITY:
        return ServiceError(
            f"{doing}: AWS has no such instance to give now ({code}): try another instance type, "
            "another zone, on-demand instead of spot, or later"
        )
    return ServiceError(f"{doing}: AWS says {code}: {message}")


def _denied(code: str, message: str, doing: str) -> ServiceError:
    """An action that the credentials may not do, with its name where the message has it."""
    found = ACTION.search(message)
    if found is None:
        return ServiceError(f"{doing}: these credentials may not do that ({code}): {message}")
    on = f" on {found['on']}" if found["on"] else ""
    return ServiceError(
        f"{doing}: these credentials may not call {found['action']}{on} ({code}): ask who "
        "administers the account for it"
    )
