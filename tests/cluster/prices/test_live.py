"""Live prices, of answers in the form that AWS gives; the questions go through boto3's checks."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from cluster.prices import live
from cluster.prices.choose import choose
from errors import RayOnAwsError, ServiceError, UsageError

THEN, NOW = datetime(2026, 11, 20, tzinfo=UTC), datetime(2026, 11, 21, tzinfo=UTC)


class Session:
    """A session of boto3 whose clients answer from a list."""

    def __init__(self) -> None:
        keys = {"aws_access_key_id": "none", "aws_secret_access_key": "none"}
        self.session = boto3.Session(**keys)
        self.clients: dict[str, Any] = {}
        self.stubs: dict[str, Stubber] = {}
        for service in ("pricing", "ec2"):
            client = self.session.client(service, region_name="us-east-1")
            self.clients[service] = client
            self.stubs[service] = Stubber(client)
            self.stubs[service].activate()
        self.asked: list[tuple[str, str]] = []

    def client(self, service: str, region_name: str, **_: object) -> Any:
        self.asked.append((service, region_name))
        return self.clients[service]


@pytest.fixture
def session() -> Session:
    return Session()


def product(*dollars: str) -> str:
    """A product of the Pricing API, with a price of each of these."""
    dimensions = {
        str(at): {"unit": "Hrs", "pricePerUnit": {"USD": usd}} for at, usd in enumerate(dollars)
    }
    return json.dumps({"terms": {"OnDemand": {"a.b": {"priceDimensions": dimensions}}}})


def filters(instance_type: str, region: str) -> list[dict[str, str]]:
    chosen = {
        "operatingSystem": "Linux",
        "tenancy": "Shared",
        "preInstalledSw": "NA",
        "capacitystatus": "Used",
        "instanceType": instance_type,
        "regionCode": region,
    }
    return [
        {"Type": "TERM_MATCH", "Field": field, "Value": value} for field, value in chosen.items()
    ]


def answer_on_demand(session: Session, instance_type: str, *products: str) -> None:
    session.stubs["pricing"].add_response(
        "get_products",
        {"PriceList": list(products)},
        {"ServiceCode": "AmazonEC2", "Filters": filters(instance_type, "eu-west-1")},
    )


def answer_spot(session: Session, instance_types: list[str], *quotes: tuple[Any, ...]) -> None:
    rows = [
        {"InstanceType": name, "AvailabilityZone": zone, "Timestamp": time, "SpotPrice": usd}
        for name, zone, time, usd in quotes
    ]
    session.stubs["ec2"].add_response(
        "describe_spot_price_history",
        {"SpotPriceHistory": rows},
        {
            "InstanceTypes": instance_types,
            "ProductDescriptions": ["Linux/UNIX"],
            "StartTime": ANY,
        },
    )


def test_the_price_is_of_linux_on_demand_and_of_the_latest_spot_of_each_zone(
    session: Session,
) -> None:
    answer_on_demand(session, "c7i.4xlarge", product("0.0000000000", "0.7140000000"))
    answer_spot(
        session,
        ["c7i.4xlarge"],
        ("c7i.4xlarge", "eu-west-1a", NOW, "0.30"),
        ("c7i.4xlarge", "eu-west-1a", THEN, "0.90"),
        ("c7i.4xlarge", "eu-west-1b", NOW, "0.32"),
        ("c7i.4xlarge", "eu-west-1c", THEN, "0.40"),
    )
    price = live.prices(["c7i.4xlarge"], "eu-west-1", session)["c7i.4xlarge"]
    assert (price.on_demand, price.spot) == (0.714, 0.32)
    assert price.source == f"AWS, {datetime.now(UTC):%Y-%m-%d}"
    assert session.asked == [("pricing", "us-east-1"), ("ec2", "eu-west-1")]


def test_a_type_that_aws_does_not_know_has_no_price(session: Session) -> None:
    answer_on_demand(session, "c7i.4xlarge")
    answer_spot(session, ["c7i.4xlarge"])
    assert live.prices(["c7i.4xlarge"], "eu-west-1", session) == {}


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("ExpiredTokenException", UsageError),
        ("AccessDeniedException", ServiceError),
        ("ThrottlingException", ServiceError),
    ],
)
def test_a_refusal_is_a_sentence(session: Session, code: str, kind: type[RayOnAwsError]) -> None:
    session.stubs["pricing"].add_client_error("get_products", code, "no", 400)
    with pytest.raises(kind, match="asking for prices in eu-west-1: ") as told:
        live.prices(["c7i.4xlarge"], "eu-west-1", session)
    assert "\n" not in str(told.value)


@pytest.fixture
def _no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/dev/null")


@pytest.mark.usefixtures("_no_credentials")
def test_without_credentials_the_snapshot_serves_and_says_so() -> None:
    found = choose(["c7i.4xlarge"], "us-east-1", live=True)
    assert found.hourly("c7i.4xlarge", spot=False) == 0.714
    assert "snapshot" in found.source
    assert len(found.notes) == 1
    assert "no AWS credentials are found" in found.notes[0]
    assert found.notes[0].endswith("the prices are of the snapshot instead")
