"""The metadata service of an EC2 instance, version 2."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

from errors import ServiceError, UsageError

# As botocore has it.
VARIABLE = "AWS_EC2_METADATA_SERVICE_ENDPOINT"
ENDPOINT = "http://169.254.169.254"
TOKEN = "X-aws-ec2-metadata-token"  # noqa: S105 - the name of a header
TTL = f"{TOKEN}-ttl-seconds"
# The longest that EC2 gives a token for.
SECONDS_OF_TOKEN = 21_600
# It is renewed well before, so that its end is never found out by a refusal.
SHARE_OF_TOKEN = 0.9
# It is on the instance's own host and answers within milliseconds.
SECONDS_TO_ANSWER = 2.0


@dataclass(frozen=True)
class Answer:
    """What the service says: its status and text, and when, in seconds since 1970 by its clock."""

    status: int
    text: str
    at: float


def endpoint() -> str:
    """Where the environment says that the service is."""
    return os.environ.get(VARIABLE) or ENDPOINT


class Metadata:
    """The service.

    Args:
        address: of it, as a URL.

    Raises:
        UsageError: the address is none.
    """

    def __init__(self, address: str) -> None:
        try:
            parts = urlsplit(address)
            self._host, self._port = parts.hostname or "", parts.port or 80
        except ValueError:
            self._host = ""
        if not self._host or parts.scheme != "http":
            raise UsageError(f"{VARIABLE} is '{address}': write http://HOST or http://HOST:PORT")
        self._before = parts.path.rstrip("/")
        self._token, self._until = "", 0.0

    def get(self, path: str) -> Answer | None:
        """What there is below `/latest/meta-data/`; None where there is nothing.

        Raises:
            ServiceError: the service does not answer, or not with what was asked for.
        """
        answer = self._get(path)
        if answer.status == HTTPStatus.UNAUTHORIZED:
            # The token ended before its time: the instance was moved, or slept.
            self._until = 0.0
            answer = self._get(path)
        if answer.status == HTTPStatus.NOT_FOUND:
            return None
        if answer.status != HTTPStatus.OK:
            raise ServiceError(f"the metadata service answered {answer.status} to {path}")
        return answer

    def _get(self, path: str) -> Answer:
        if time.monotonic() >= self._until:
            self._renew()
        return self._ask("GET", f"/latest/meta-data/{path}", {TOKEN: self._token})

    def _renew(self) -> None:
        asked = time.monotonic()
        answer = self._ask("PUT", "/latest/api/token", {TTL: str(SECONDS_OF_TOKEN)})
        if answer.status != HTTPStatus.OK:
            raise ServiceError(f"the metadata service answered {answer.status}, and gave no token")
        self._token, self._until = answer.text, asked + SHARE_OF_TOKEN * SECONDS_OF_TOKEN

    def _ask(self, method: str, path: str, headers: dict[str, str]) -> Answer:
        there = HTTPConnection(self._host, self._port, timeout=SECONDS_TO_ANSWER)
        try:
            there.request(method, self._before + path, headers=headers)
            said = there.getresponse()
            text = said.read().decode(errors="replace")
            return Answer(said.status, text, _time(said.headers.get("Date", "")))
        # A token with a line break in it, from who is no metadata service, is a ValueError.
        except (OSError, HTTPException, ValueError) as error:
            raise ServiceError(f"the metadata service does not answer: {error!r}") from error
        finally:
            there.close()


def _time(said: str) -> float:
    """A time as HTTP writes it; this machine's own where there is none."""
    try:
        return parsedate_to_datetime(said).timestamp()
    except ValueError:
        return time.time()
