"""The tasks that `./invoke --list` shows."""

from invoke.collection import Collection

from commands.bench import bench
from commands.check import check
from commands.doctor import doctor
from commands.lock import lock
from commands.test import test

namespace = Collection(
    bench,
    check,
    doctor,
    lock,
    test,
)
