"""What emulated AWS knows, kept on disk: a control plane that is started again goes on with it."""

from __future__ import annotations

import copyreg
import io
import pickle
import threading
import time
from pathlib import Path
from typing import Any

from moto.backends import get_backend

from errors import ServiceError

FILE = "aws.pickle"
# SSM and STS answer what they always do.
SERVICES = ("cloudformation", "ec2", "ecr", "iam", "s3")
# Other calls go on while it is written down, and may change what is being read.
TRIES = 5
# What is said of what cannot be pickled, or read.
UNPICKLED = (pickle.PickleError, AttributeError, RuntimeError, TypeError, ValueError)


class Memory:
    """The state of moto's services, in a file that is replaced as a whole.

    The file is a pickle, which can run code when it is read: it lies in a folder that only its
    owner may enter, and goes with the version of moto that wrote it.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE
        self._lock = threading.Lock()

    def save(self) -> None:
        """Writes down what is now.

        Raises:
            ServiceError: it cannot be; what was written down before stays.
        """
        with self._lock:
            try:
                self._replace(_settled())
            except (OSError, *UNPICKLED) as error:
                raise ServiceError(
                    f"what emulated AWS knows cannot be kept in {self._file}, so that it is lost "
                    f"when the control plane ends: {error}"
                ) from error

    def _replace(self, state: bytes) -> None:
        new = self._file.with_suffix(".new")
        new.touch(mode=0o600)
        new.write_bytes(state)
        new.replace(self._file)

    def recall(self) -> bool:
        """Brings back what was written down; whether there was anything.

        Raises:
            ServiceError: it was written by another version.
        """
        if not self._file.exists():
            return False
        try:
            state = pickle.loads(self._file.read_bytes())  # noqa: S301 - our own, see above
        except (EOFError, ImportError, *UNPICKLED) as error:
            raise ServiceError(
                f"what emulated AWS knew cannot be read from {self._file} ({error}): ./invoke down "
                "clears up, and launch begins anew"
            ) from error
        for service, found in state.items():
            for (account, region), backend in found.items():
                # As a whole, since what it holds refers back to it.
                _backends(service)[account][region] = backend
        return True


def _settled() -> bytes:
    """The state of all services, read while nothing changed it."""
    for _ in range(TRIES - 1):
        try:
            return _pickled(_state())
        except RuntimeError:
            # Something changed its size.
            time.sleep(0.01)
    return _pickled(_state())


def _state() -> object:
    return {
        service: {
            (account, region): backend
            for account, regions in list(_backends(service).items())
            for region, backend in list(regions.items())
        }
        for service in SERVICES
    }


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
