"""An account: where its region comes from, and each error of AWS in a sentence."""

from __future__ import annotations

import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import boto3
import pytest
from botocore import exceptions
from botocore.exceptions import BotoCoreError, ClientError
from moto import mock_aws

from cluster.account import QUOTAS, Account, explained
from errors import RayOnAwsError, ServiceError, UsageError


@pytest.fixture(autouse=True)
def _nothing_configured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def write_profile(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("[profile lab]\nregion = eu-west-1\n")


def test_the_option_wins_over_variables_and_those_over_the_profile(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write_profile(tmp_path)
    assert Account.chosen(profile="lab").region == "eu-west-1"
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-northeast-2")
    assert Account.chosen().region == "ap-northeast-2"
    monkeypatch.setenv("AWS_REGION", "us-west-2")
    assert Account.chosen().region == "us-west-2"
    assert Account.chosen(region="us-east-2").region == "us-east-2"


@pytest.mark.parametrize(
    ("region", "profile", "said"),
    [
        ("", "", "no AWS region is named: give --region"),
        (
            "us_east_1",
            "",
            "'us_east_1' is no AWS region, such as us-east-1: did you mean us-east-1",
        ),
        ("moon", "", "'moon' is no AWS region, such as us-east-1"),
        ("us-east-1", "nobody", "The config profile (nobody) could not be found: aws configure"),
    ],
)
def test_what_is_no_region_and_no_profile(region: str, profile: str, said: str) -> None:
    with pytest.raises(UsageError) as told:
        Account.chosen(region, profile)
    assert said in str(told.value)


def test_the_number_of_an_account() -> None:
    with mock_aws():
        assert Account.chosen("us-east-1").number == "123456789012"


def test_without_credentials_it_is_told_and_the_metadata_service_is_not_waited_for() -> None:
    with pytest.raises(UsageError, match="no AWS credentials are found: run aws configure"):
        _ = Account("us-east-1").number


def test_an_address_where_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(ServiceError, match=r"http://127.0.0.1:9/ cannot be reached"):
        _ = Account("us-east-1").number


def of(code: str, message: str = "") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "RunInstances")


DENIAL = (
    "You are not authorized to perform this operation. User: arn:aws:iam::123456789012:user/me is "
    "not authorized to perform: ec2:CreateVpc on resource: "
    "arn:aws:ec2:us-east-1:123456789012:vpc/* because no identity-based policy allows the "
    "ec2:CreateVpc action. Encoded authorization "
    "failure message: AAAA"
)
CASES: list[tuple[BotoCoreError | ClientError, type[RayOnAwsError], str]] = [
    (exceptions.NoCredentialsError(), UsageError, "no AWS credentials are found"),
    (
        exceptions.PartialCredentialsError(provider="env", cred_var="secret_key"),
        UsageError,
        "incomplete",
    ),
    (exceptions.SSOTokenLoadError(error_msg="gone"), UsageError, "log-in has run out"),
    (exceptions.UnauthorizedSSOTokenError(), UsageError, "log-in has run out"),
    (
        exceptions.TokenRetrievalError(provider="sso", error_msg="expired"),
        UsageError,
        "log-in has run out",
    ),
    (
        exceptions.CredentialRetrievalError(provider="process", error_msg="no"),
        UsageError,
        "log-in has run out",
    ),
    (exceptions.ProfileNotFound(profile="nobody"), UsageError, "list-profiles"),
    (exceptions.NoRegionError(), UsageError, "no AWS region is named"),
    (exceptions.InvalidRegionError(region_name="a b"), UsageError, "a region is such as us-east-1"),
    (
        exceptions.EndpointConnectionError(endpoint_url="https://x/"),
        ServiceError,
        "https://x/ cannot be reached",
    ),
    (
        exceptions.ConnectTimeoutError(endpoint_url="https://x/"),
        ServiceError,
        "https://x/ cannot be reached",
    ),
    (
        exceptions.ReadTimeoutError(endpoint_url="https://x/"),
        ServiceError,
        "https://x/ cannot be reached",
    ),
    (
        exceptions.ProxyConnectionError(proxy_url="http://p", error="no"),
        ServiceError,
        "a proxy",
    ),
    (of("ExpiredToken"), UsageError, "have run out (ExpiredToken)"),
    (of("ExpiredTokenException"), UsageError, "have run out"),
    (of("RequestExpired"), UsageError, "clock"),
    (of("InvalidClientTokenId"), UsageError, "does not take these credentials"),
    (of("UnrecognizedClientException"), UsageError, "does not take these credentials"),
    (of("AuthFailure"), UsageError, "a region that the account has not enabled"),
    (of("SignatureDoesNotMatch"), UsageError, "does not take these credentials"),
    (of("OptInRequired"), UsageError, "has not enabled this region"),
    (
        of("UnauthorizedOperation", DENIAL),
        ServiceError,
        "may not call ec2:CreateVpc on arn:aws:ec2:us-east-1:123456789012:vpc/* (Unauthorized",
    ),
    (
        of("AccessDenied", "User: x is not authorized to perform: iam:CreateRole"),
        ServiceError,
        "may not call iam:CreateRole (AccessDenied)",
    ),
    (of("AccessDenied", "Access Denied"), ServiceError, "may not do that (AccessDenied)"),
    (of("RequestLimitExceeded"), ServiceError, "too many calls"),
    (of("Throttling"), ServiceError, "too many calls"),
    (of("InsufficientInstanceCapacity"), ServiceError, "no such instance to give now"),
    (of("SomethingNew", "It broke."), ServiceError, "AWS says SomethingNew: It broke"),
    (exceptions.UnknownServiceError(service_name="x", known_service_names=[]), ServiceError, "x"),
    *[
        (of(code), ServiceError, f"'{quota}' is reached ({code}): raise it")
        for code, quota in QUOTAS.items()
    ],
]


@pytest.mark.parametrize(("error", "kind", "said"), CASES)
def test_an_error_of_aws_is_one_sentence(
    error: BotoCoreError | ClientError, kind: type[RayOnAwsError], said: str
) -> None:
    with pytest.raises(kind) as told, explained("making the network"):
        raise error
    assert str(told.value).startswith("making the network: ")
    assert said in str(told.value)
    assert "\n" not in str(told.value)
    assert type(told.value) is kind


def test_a_waiter_that_gives_up_is_explained_and_a_bug_is_not() -> None:
    waiter = exceptions.WaiterError(name="x", reason="Max attempts exceeded", last_response={})
    with pytest.raises(ServiceError, match="Max attempts exceeded"), explained("waiting"):
        raise waiter
    with pytest.raises(KeyError), explained("waiting"):
        raise KeyError("a bug")


def test_a_client_is_of_the_accounts_region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        account = Account("eu-central-1")
        account.client("ec2").create_key_pair(KeyName="here")
        here = boto3.client("ec2", region_name="eu-central-1").describe_key_pairs()["KeyPairs"]
        assert [pair["KeyName"] for pair in here] == ["here"]


def test_what_answers_in_place_of_aws_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as a proxy's page."""

    class Page(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            page = b"<!doctype html><h1>Sign in to the guest network</h1>"
            self.send_response(503)
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret-x")
        with pytest.raises(ServiceError, match="what answers is not AWS, as it"):
            _ = Account("us-east-1").number
        server.shutdown()
