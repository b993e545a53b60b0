"""What EC2 says to a spot instance before it takes it back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cluster.node.watch.metadata import Answer
from errors import ServiceError

# Below /latest/meta-data/.
ACTION = "spot/instance-action"
REBALANCE = "events/recommendations/rebalance"


@dataclass(frozen=True)
class Notice:
    """That the instance ends.

    Attributes:
        action: `terminate`, `stop` or `hibernate`.
        time: when, as EC2 writes it; empty where it does not say.
    """

    action: str
    time: str

    def seconds_left(self, now: float) -> float:
        """Until the end; 0 where its time is none: who is to end at a time unknown leaves at once.

        Args:
            now: in seconds since 1970, by the clock of who gave the notice.
        """
        try:
            return max(0.0, moment(self.time) - now)
        except ServiceError:
            return 0.0


def notice(answer: Answer) -> Notice:
    """The notice in an answer.

    Raises:
        ServiceError: there is none in it.
    """
    said = _object(answer)
    found = Notice(str(said.get("action") or ""), str(said.get("time") or ""))
    if not found.action:
        raise ServiceError(f"the metadata service gave a notice without an action: {answer.text}")
    return found


def recommended_at(answer: Answer) -> str:
    """When it was recommended to leave, as EC2 writes it.

    Raises:
        ServiceError: the answer is no recommendation.
    """
    return str(_object(answer).get("noticeTime") or "")


def moment(text: str) -> float:
    """A time of EC2's, in seconds since 1970; without a zone it is UTC.

    Raises:
        ServiceError: it is none.
    """
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError) as error:
        raise ServiceError(f"the metadata service gave '{text}' as a time") from error


def _object(answer: Answer) -> dict[str, Any]:
    try:
        said = json.loads(answer.text)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise ServiceError(f"the metadata service gave a notice that is none: {answer.text[:200]}")
    return said
