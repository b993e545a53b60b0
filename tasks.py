"""The tasks that `./invoke --list` shows."""

from invoke.collection import Collection

from commands.bench import bench
from commands.build import build
from commands.check import check
from commands.doctor import doctor
from commands.down import down
from commands.drill import drill
from commands.infra import infra
from commands.launch import launch
from commands.lock import lock
from commands.plan import plan
from commands.push import push
from commands.rehearsal import rehearsal
from commands.status import status
from commands.submit import submit
from commands.test import test
from commands.tune import tune

namespace = Collection(
    bench,
    build,
    check,
    doctor,
    down,
    drill,
    infra,
    launch,
    lock,
    plan,
    push,
    rehearsal,
    status,
    submit,
    test,
    tune,
)
