"""What emulated AWS knows, kept on disk: a control plane that is started again goes on with it."""

from __future__ import annotations

import copyreg
import io
import pickle
import threading
from pathlib import Path
from typing import Any

from moto.backends import get_backend

FILE = "aws.pickle"
# SSM and STS answer what they always do.
SERVICES = ("cloudformation", "ec2", "ecr", "iam", "s3")


class Memory:
    """The state of moto's services, in a file that is replaced as a whole.

    The file is a pickle, which can run code when it is read: it lies in a folder that only its
    owner may enter, and goes with the version of moto that wrote it.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE
        self._lock = threading.Lock()

    def save(self) -> None:
        """Writes down what is now."""
        with self._lock:
            state = {
                service: {
                    (account, region): backend
                    for account, regions in _backends(service).items()
                    for region, backend in regions.items()
                }
                for service in SERVICES
            }
            new = self._file.with_suffix(".new")
            new.touch(mode=0o600)
            new.write_bytes(_pickled(state))
            new.replace(self._file)

    def recall(self) -> bool:
        """Brings back what was written down; whether there was anything."""
        if not self._file.exists():
            return False
        state = pickle.loads(self._file.read_bytes())  # noqa: S301 - our own, see above
        for service, found in state.items():
            for (account, region), backend in found.items():
                # As a whole, since what it holds refers back to it.
                _backends(service)[account][region] = backend
        return True


def _pickled(state: object) -> bytes:
    """As bytes; locks, which belong to a process, are made anew when it is read."""
    written = io.BytesIO()
    pickler = pickle.Pickler(written)
    pickler.dispatch_table = {
        **copyreg.dispatch_table,
        type(threading.Lock()): lambda _lock: (threading.Lock, ()),
        type(threading.RLock()): lambda _lock: (threading.RLock, ()),
    }
    pickler.dump(state)
    return written.getvalue()


def _backends(service: str) -> Any:
    """The backends of a service by account and region, of which moto makes what is asked for."""
    return get_backend(service)  # type: ignore[call-overload]
