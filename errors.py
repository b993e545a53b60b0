"""Every error that this project raises on purpose.

RayOnAwsError
├── UsageError      the call itself is wrong: an unknown name, options at odds (exit code 2)
├── InputError      the data is not what the work needs
├── FunctionError   a function of the user's failed, which is a bug in it
├── OutputError     the place to write to holds something else, is full, or is not ours to write
├── StorageError    a file system or object store refuses or cannot be reached
└── ServiceError    a program that the work relies on failed, ended or does not answer

A message says what happened, to which thing, and what to do about it.
"""


class RayOnAwsError(Exception):
    """Base of all errors that are told to the user in a sentence, without a traceback."""

    exit_code = 1


class UsageError(RayOnAwsError):
    """The call itself is wrong: an unknown name, or options that do not go together."""

    exit_code = 2


class InputError(RayOnAwsError):
    """The data is not what the work needs."""


class FunctionError(RayOnAwsError):
    """A function of the user's failed; the message ends with the traceback, which is its own."""


class OutputError(RayOnAwsError):
    """The output folder holds something else, has no space, or may not be written."""


class StorageError(RayOnAwsError):
    """A file system or object store refused, or could not be reached."""


class ServiceError(RayOnAwsError):
    """A program that the work relies on failed, ended, or did not answer in time."""
