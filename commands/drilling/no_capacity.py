"""`no-capacity`: spot dries up; where work goes on, with the fleet provider and with Ray's own."""

from __future__ import annotations

from cluster.node.fleet.wish import ON_DEMAND, SPOT, Wish
from commands.drilling.drought import ASKED, REFUSED
from commands.drilling.drying import BACK, Drying
from commands.drilling.facts import Facts
from commands.drilling.figures import lost_seconds
from commands.drilling.fleets import Fleet, fleet
from commands.drilling.options import Options
from commands.drilling.outcome import Check, Outcome, all_done, at_most
from commands.drilling.rays_own import rays_own, settle
from commands.drilling.running import Tell
from commands.drilling.stage import Stage
from errors import UsageError

NAME = "no-capacity"
DOES = (
    "takes away the spot capacity of all types of a fleet, under tasks for one worker more than "
    "there are; then launches the cluster again with Ray's own provider and does the same, until "
    "capacity returns; five minutes"
)
EXPECTS = (
    "with the fleet, work begun on a node launched instead within 20 s of the first refusal; with "
    "Ray's own provider the same request again and again, and no node before capacity is back"
)
LAUNCH = "./invoke down, then ./invoke launch --target rehearsal --cluster fleet"
TARGET_S = 20.0
# Ray's own provider is watched for so long at least.
LEAST_WATCH_S = 60.0
# What the provider remembers for longer is not waited for.
MOST_REMEMBERED_S = 60.0


def fits(stage: Stage) -> str:
    """Why the cluster cannot be drilled so; empty where it can."""
    if not stage.rehearsed:
        return f"EC2's capacity cannot be taken away on request, so rehearse it: {LAUNCH}"
    if fleet(stage) is None:
        return (
            f"{stage.launched.name} has no workers of a fleet of spot with on-demand as its last "
            f"resort: {LAUNCH}"
        )
    return ""


def run(stage: Stage, options: Options, tell: Tell) -> Outcome:
    """All runs, and the verdict.

    Raises:
        UsageError: the cluster cannot be drilled so, or may have no more workers.
        ServiceError: the cluster or EC2 does not answer, or a job failed.
    """
    unfit, found = fits(stage), fleet(stage)
    if unfit or found is None:
        raise UsageError(unfit)
    settle(stage, tell)
    _check_room(stage, found)
    drying = Drying(stage, found, options, tell)
    ours = drying.ours()
    again = drying.again(ours) if found.wish.remember <= MOST_REMEMBERED_S else None
    with rays_own(stage, tell):
        own = drying.rays_own(max(LEAST_WATCH_S, ours.seconds))
    return judge(ours, own, again, found.wish)


def _check_room(stage: Stage, found: Fleet) -> None:
    there = found.workers(stage)
    if there >= found.most:
        raise UsageError(
            f"{found.node_type} has {there} worker(s), which its max_workers lets it have at most, "
            "and the drill asks for one more: raise it and launch again, or wait until idle ones "
            "have left"
        )


def judge(ours: Facts, own: Facts, again: Facts | None, wish: Wish) -> Outcome:
    """What the runs show.

    Args:
        ours: spot dry, with the provider of the config.
        own: spot dry for a while, with Ray's own.
        again: the next demand with that of the config, when capacity was back; None if not tried.
        wish: of the fleet.
    """
    runs = [one for one in (ours, own, again) if one is not None]
    return Outcome(
        drill=NAME,
        checks=[
            *_checks(ours, TARGET_S + wish.on_demand_after),
            *_checks_of_rays_own(own),
            *_checks_of_return(again),
        ],
        figures={
            "lost_task_seconds": round(sum(map(lost_seconds, runs)), 1),
            **_figures(ours),
            "tasks": sum(one.tasks for one in runs),
            "tasks_done": sum(one.done for one in runs),
            **_figures_of_rays_own(own),
            "next_asked": _next_market(again),
        },
        runs=runs,
        notes=_notes(again, wish),
    )


def _notes(again: Facts | None, wish: Wish) -> list[str]:
    notes = [
        "the kind of drought is the same in both runs: EC2 refuses spot of "
        f"{', '.join(wish.instance_types)}; Ray's own provider knows the first of them alone"
    ]
    if again is None:
        notes.append(
            "not waited for: the config's provider leaves spot out for "
            f"{wish.remember:.0f} s (RememberSeconds) after a refusal, and then asks for it again; "
            f"with {MOST_REMEMBERED_S:.0f} or less this is shown"
        )
    return notes


def first(facts: Facts, what: str, since: float = 0.0) -> float | None:
    """When there was the first mark of a kind; None where there is none."""
    return min(
        (one.at for one in facts.marks if one.what == what and one.at >= since), default=None
    )


def begun_elsewhere(facts: Facts, since: float) -> float | None:
    """When the first task began on a node that joined after a time; None where none did."""
    late = {life.node for life in facts.nodes.values() if life.joined > since}
    return min((one.started for one in facts.attempts if one.node in late), default=None)


def _joined(facts: Facts, since: float) -> float | None:
    return min((one.joined for one in facts.nodes.values() if one.joined > since), default=None)


def _after(at: float | None, since: float | None) -> float | None:
    return None if at is None or since is None else at - since


def _figures(facts: Facts) -> dict[str, float | None]:
    """Of the run with the config's provider, in seconds from the first refusal."""
    refused = first(facts, REFUSED)
    if refused is None:
        return {**dict.fromkeys(("replacement_s", "detected_s", "joined_s")), "refusals": 0}
    return {
        "replacement_s": _after(begun_elsewhere(facts, refused), refused),
        "detected_s": _after(first(facts, ASKED[ON_DEMAND], refused), refused),
        "joined_s": _after(_joined(facts, refused), refused),
        "refusals": sum(one.what == REFUSED for one in facts.marks),
    }


def _figures_of_rays_own(facts: Facts) -> dict[str, float | None]:
    """Of the run with Ray's own provider: none of its times is a target."""
    refused, back = first(facts, REFUSED), first(facts, BACK)
    resumed = None if back is None else _after(begun_elsewhere(facts, back), back)
    return {
        "rays_own_requests": _refused_before(facts, back),
        "rays_own_waited_s": _after(back, refused),
        "rays_own_resumed_s": resumed,
    }


def _refused_before(facts: Facts, back: float | None) -> int:
    return sum(one.what == REFUSED and (back is None or one.at < back) for one in facts.marks)


def _checks(facts: Facts, target: float) -> list[Check]:
    found = _figures(facts)
    return [
        Check(
            what="spot refused by pools of the fleet",
            target=">= 1",
            seen=str(found["refusals"]),
            holds=bool(found["refusals"]),
        ),
        at_most("work goes on elsewhere, after the first refusal", found["replacement_s"], target),
        all_done(facts),
    ]


def _checks_of_rays_own(facts: Facts) -> list[Check]:
    found = _figures_of_rays_own(facts)
    refused, back = first(facts, REFUSED), first(facts, BACK)
    waited, resumed = found["rays_own_waited_s"], found["rays_own_resumed_s"]
    early = None if refused is None else _joined(facts, refused)
    never = waited is not None and (early is None or (back is not None and early >= back))
    meanwhile = [
        one.waiting for one in facts.counts if refused and back and refused < one.at < back
    ]
    return [
        Check(
            what="Ray's own provider: requests refused",
            target=">= 2",
            seen=f"{found['rays_own_requests']} in {waited or 0:.0f} s",
            holds=(found["rays_own_requests"] or 0) >= 2,
        ),
        Check(
            what="Ray's own provider: work goes on elsewhere while spot is dry",
            target="never",
            seen="never" if never else "a node joined" if waited else "not tried",
            holds=never,
        ),
        Check(
            what="Ray's own provider: fewest tasks that waited meanwhile",
            target=">= 1",
            seen=str(min(meanwhile, default=0)),
            holds=min(meanwhile, default=0) >= 1,
        ),
        Check(
            what="Ray's own provider: goes on when capacity is back",
            target="it does",
            seen="never" if resumed is None else f"after {resumed:.1f} s",
            holds=resumed is not None,
        ),
        all_done(facts),
    ]


def _checks_of_return(again: Facts | None) -> list[Check]:
    if again is None:
        return []
    market = _next_market(again)
    return [
        Check(
            what="the fleet's next node when capacity is back",
            target=SPOT,
            seen=market or "none was asked for",
            holds=market == SPOT,
        ),
        all_done(again),
    ]


def _next_market(again: Facts | None) -> str | None:
    """Of the first node that was asked for; None where none was."""
    if again is None:
        return None
    asked = [(at, market) for market, what in ASKED.items() if (at := first(again, what))]
    return min(asked)[1] if asked else None
