"""The provider itself: Ray's own for AWS, but for how a node is made."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from ray.autoscaler._private.aws.node_provider import (
    AWSNodeProvider,
    make_ec2_resource,
    to_aws_format,
)
from ray.autoscaler._private.cli_logger import cli_logger
from ray.autoscaler.node_launch_exception import NodeLaunchException
from ray.autoscaler.tags import TAG_RAY_CLUSTER_NAME, TAG_RAY_USER_NODE_TYPE

from cluster.node.fleet import template
from cluster.node.fleet.filling import Answer, Refused, Why, fill
from cluster.node.fleet.pools import Memory, Pool
from cluster.node.fleet.request import (
    GONE,
    UNTRIED,
    answer,
    lacks_template,
    parameters,
    refused_whole,
)
from cluster.node.fleet.seen import Seen
from cluster.node.fleet.waiting import Waiting
from cluster.node.fleet.wish import ON_DEMAND, SPOT, Wish, wish

logger = logging.getLogger(__name__)
# 7 s at the mean, 15 s at most: Ray's own asks for nodes go on every 5 s.
RETRIES = 4
# Until Ray has seen instances that were made: it looks every five seconds, by default, and EC2
# lists what it made some seconds later.
SECONDS_TO_BE_SEEN = 30.0
# Of these EC2's words say more than its code.
WORDY = frozenset({"InvalidFleetConfiguration", "Unsupported"})
HINTS = {"InvalidFleetConfig": "two SubnetIds in one zone are refused: write one in each"}


class FleetNodeProvider(AWSNodeProvider):
    """Ray's provider for AWS, which fills node types with the key `Fleet` through EC2 Fleet.

    A node type without that key is launched as Ray does it. All else is Ray's: tags, what it keeps
    of nodes, ending them.
    """

    def __init__(self, provider_config: dict[str, Any], cluster_name: str) -> None:
        # Ray's own code has no types.
        ray: Any = AWSNodeProvider
        ray.__init__(self, provider_config, cluster_name)
        self.memory = Memory()
        self.waiting = Waiting()
        self.seen = Seen()
        self._templates: set[str] = set()
        # Of a throttled call the client tries again by itself: that is no lack of capacity.
        self._client = make_ec2_resource(
            region=provider_config["region"],
            max_retries=RETRIES,
            aws_credentials=provider_config.get("aws_credentials"),
        ).meta.client

    def non_terminated_nodes(self, tag_filters: dict[str, str]) -> list[str]:
        """The ids of the instances that there are, as Ray looks for them."""
        ray: Any = super()
        found: list[str] = ray.non_terminated_nodes(tag_filters)
        self.seen.note(found)
        return found

    def _create_node(
        self, node_config: dict[str, Any], tags: dict[str, str], count: int
    ) -> dict[str, Any]:
        """Makes instances, as many as there is capacity for.

        Args:
            node_config: of the node type.
            tags: that Ray has for each.
            count: how many are wanted.

        Raises:
            NodeLaunchException: there is less capacity, or EC2 refuses. What was made by then
                stays, and Ray's autoscaler takes it up when it looks at its instances next.
            UsageError: the key `Fleet` says what cannot be.
        """
        wanted = wish(node_config)
        if wanted is None:
            ray: Any = super()
            made: dict[str, Any] = ray._create_node(node_config, tags, count)
            return made
        node_type = tags.get(TAG_RAY_USER_NODE_TYPE, "")
        own = self._tags(node_config, tags)
        markets = self._markets(wanted, node_type)

        def ask(pools: Sequence[Pool], number: int) -> Answer:
            return self._ask(node_config, pools, number, own)

        answers = fill(count, markets, self.memory, wanted.remember, ask)
        self._take_note(wanted, node_type, answers, count)
        numbers = [number for one in answers for number in one.numbers]
        if len(numbers) < count:
            # Ray takes a failure for one of all that were wanted, but for those that it has seen:
            # of the others it would ask for as many again.
            self.seen.wait(numbers, SECONDS_TO_BE_SEEN)
            raise failure(count, answers)
        return {number: self.ec2.Instance(number) for number in numbers}

    def _markets(self, wanted: Wish, node_type: str) -> list[list[Pool]]:
        """The pools that may be asked now, of each market, the preferred one first."""
        waited = self.waiting.seconds(node_type, wanted.remember)
        late = not wanted.spot or waited >= wanted.on_demand_after
        markets = [SPOT] * wanted.spot + [ON_DEMAND] * late
        both = list(itertools.product(wanted.instance_types, wanted.subnets))
        return [[Pool(kind, subnet, market) for kind, subnet in both] for market in markets]

    def _take_note(
        self, wanted: Wish, node_type: str, answers: Sequence[Answer], count: int
    ) -> None:
        """Of whether spot pools gave all, and of what was made and refused, in the log."""
        made = [(pool, numbers) for one in answers for pool, numbers in one.made.items()]
        refused = [one for each in answers for one in each.refused]
        spot = sum(len(numbers) for pool, numbers in made if pool.market == SPOT)
        if wanted.spot and spot >= count:
            self.waiting.served(node_type)
        elif wanted.spot and not all(one.why in (Why.BUSY, Why.WRONG) for one in refused):
            self.waiting.in_vain(node_type, wanted.remember)
        for pool, numbers in made:
            cli_logger.print("Launched {} x {}: {}", len(numbers), str(pool), ", ".join(numbers))
        for one in refused:
            logger.info("%s: %s (%s)", one.pool, one.code, one.message)

    def _tags(self, node_config: Mapping[str, Any], tags: Mapping[str, str]) -> dict[str, str]:
        """The tags of an instance: Ray's, and over them those of the config, as Ray has it."""
        named: Any = to_aws_format
        of_ray: dict[str, str] = named(dict(tags))
        return {
            TAG_RAY_CLUSTER_NAME: self.cluster_name,
            **of_ray,
            **template.tags_of(node_config, "instance"),
        }

    def _ask(
        self,
        node_config: Mapping[str, Any],
        pools: Sequence[Pool],
        count: int,
        tags: Mapping[str, str],
    ) -> Answer:
        """One CreateFleet; the token that boto3 gives it keeps a retry from making a second."""
        data = template.content(node_config)
        options = node_config.get("InstanceMarketOptions") or {}
        max_price = (options.get("SpotOptions") or {}).get("MaxPrice", "")

        def told() -> Mapping[str, Any]:
            wanted = parameters(
                pools,
                count,
                template=self._template(data, tags),
                tags=tags,
                volume_tags=template.tags_of(node_config, "volume"),
                max_price=max_price,
            )
            said: Mapping[str, Any] = self._client.create_fleet(**wanted)
            return said

        try:
            return answer(pools, self._with_template(told))
        except ClientError as error:
            said = error.response["Error"]
            return refused_whole(pools, said["Code"], said["Message"])
        except BotoCoreError as error:
            return refused_whole(pools, type(error).__name__, str(error))

    def _with_template(self, told: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
        """What EC2 says; asked again where somebody deleted the template that was there."""
        try:
            said = told()
        except ClientError as error:
            if error.response["Error"]["Code"] not in GONE:
                raise
        else:
            if not lacks_template(said):
                return said
        self._templates.clear()
        return told()

    def _template(self, data: dict[str, Any], tags: Mapping[str, str]) -> str:
        """The name of the launch template, which is there after that."""
        named = template.name(self.cluster_name, data)
        if named not in self._templates:
            template.make(self._client, self.cluster_name, data, tags)
            self._templates.add(named)
        return named


def failure(count: int, answers: Sequence[Answer]) -> NodeLaunchException:
    """What Ray is told where there is less than it wanted: who was asked, and what each said."""
    refused = sorted(
        # Who was asked twice is told of by what it said last.
        {one.pool: one for answer in answers for one in answer.refused}.values(),
        # What is wrong with the call comes first, as it stays when capacity returns.
        key=lambda one: (one.why in (Why.DRY, Why.UNTRIED), one.code),
    )
    made = sum(len(one.numbers) for one in answers)
    told = "; ".join(_sentence(list(those)) for _, those in itertools.groupby(refused, _kind))
    return NodeLaunchException(
        refused[0].code if refused else UNTRIED,
        f"{made} of {count} instances were launched. {told or 'EC2 says nothing of the rest'}",
        None,
    )


def _kind(one: Refused) -> tuple[str, str]:
    """What refusals are told of together by; of capacity, EC2's words say no more than its code."""
    plain = one.why in (Why.DRY, Why.UNTRIED) and one.code not in WORDY
    return one.code, "" if plain else one.message


def _sentence(those: Sequence[Refused]) -> str:
    code, message = _kind(those[0])
    places = ", ".join(
        f"{one.pool.instance_type} {one.pool.market} in {one.zone or one.pool.subnet}"
        for one in those
    )
    words = ". ".join(filter(None, (message.rstrip("."), HINTS.get(code))))
    return f"{code}: {places}" + (f" ({words})" if words else "")
