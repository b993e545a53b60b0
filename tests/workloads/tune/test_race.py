"""A race: who is dropped, who wins, and that all run by turns."""

from __future__ import annotations

from tests.workloads.tune.simulated import Machine
from workloads.tune.points import Point, Run
from workloads.tune.race import AS_FAST, MOST_ROUNDS, SLOWER, Race

A, B, C, D = (0,), (1,), (2,), (3,)


def always(_seconds: float) -> bool:
    return True


def costs(**seconds: float) -> Machine:
    names = {"a": A, "b": B, "c": C, "d": D}
    table: dict[tuple[int, ...], float] = {names[name]: value for name, value in seconds.items()}
    return Machine(lambda point: table[point])


def test_the_fastest_wins_and_the_slow_are_dropped_soon() -> None:
    machine = costs(a=1.0, b=0.9, c=3.0, d=1.3)
    race = Race([A, B, C, D], A)
    race.run(machine, always)
    assert race.winner == B
    assert machine.runs[C] == 1
    assert machine.runs[D] < machine.runs[B] <= MOST_ROUNDS
    assert [one.out for one in race.standings()] == [SLOWER, "", SLOWER, SLOWER]
    ratios = [one.beside.ratio for one in race.standings() if one.beside]
    assert [round(ratio, 2) for ratio in ratios] == [1.0, 1.11, 0.33, 0.77]


def test_what_is_no_faster_does_not_take_the_place_of_the_first() -> None:
    race = Race([A, B, C], A)
    race.run(costs(a=1.0, b=1.0, c=1.005), always)
    assert race.winner == A
    assert [one.out for one in race.standings()] == ["", AS_FAST, SLOWER]


def test_each_round_holds_each_once_and_begins_with_another() -> None:
    machine = costs(a=1.0, b=0.99, c=0.98)
    race = Race([A, B, C], A)
    race.run(machine, lambda _seconds: len(machine.order) < 9)
    rounds = [machine.order[first : first + 3] for first in (0, 3, 6)]
    assert [set(one) for one in rounds] == [{A, B, C}] * 3
    assert len({one[0] for one in rounds}) > 1


def test_the_control_runs_in_every_round_though_it_does_not_take_part() -> None:
    machine = costs(a=5.0, b=1.0, c=1.1)
    race = Race([B, C], A)
    race.run(machine, always)
    assert race.winner == B
    assert machine.runs[A] == race.rounds
    assert [one.point for one in race.standings()] == [B, C]


def test_what_fails_is_out_with_the_reason() -> None:
    def measure(point: Point, _number: int) -> Run:
        return Run(0.0, "it was too much") if point == B else Run(1.0 + point[0])

    race = Race([A, B, C], A)
    race.run(measure, always)
    assert race.winner == A
    failed = race.standings()[1]
    assert (failed.out, failed.beside, failed.seconds) == ("it was too much", None, ())


def test_without_time_nothing_is_run_and_the_first_stays() -> None:
    machine = costs(a=1.0, b=0.1)
    race = Race([A, B], A)
    race.run(machine, lambda _seconds: False)
    assert (race.winner, race.rounds, machine.order) == (A, 0, [])


def test_a_round_that_is_broken_off_harms_nothing() -> None:
    machine = costs(a=1.0, b=0.5, c=0.4)
    race = Race([A, B, C], A)
    race.run(machine, lambda _seconds: len(machine.order) < 2)
    assert race.winner == A
    assert len(race.standings()) == 3
