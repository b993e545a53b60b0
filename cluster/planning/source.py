"""A cluster config as it was written: its values, and the line that each stands on."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from errors import InputError, UsageError

Key = str | int
# YAML's aliases make much of little: a config larger than this is none.
LARGEST = 100_000


@dataclass(frozen=True)
class Source:
    """A cluster config that was read.

    Attributes:
        path: of the file.
        config: its values.
        root: the nodes of its YAML, which know their lines.
    """

    path: Path
    config: dict[str, Any]
    root: yaml.MappingNode = field(repr=False)

    def line(self, keys: tuple[Key, ...]) -> int:
        """The line of a value, counted from 1, or of the nearest that is around it.

        Args:
            keys: those that lead to it, and the numbers in lists.
        """
        node: yaml.Node = self.root
        line = node.start_mark.line
        for key in keys:
            found = entry(node, key)
            if found is None:
                break
            line, node = found
        return int(line) + 1

    def at(self, *keys: Key) -> Any:
        """A value, or None where there is none."""
        value: Any = self.config
        for key in keys:
            if isinstance(value, dict):
                value = value.get(key)
            elif isinstance(value, list) and isinstance(key, int) and 0 <= key < len(value):
                value = value[key]
            else:
                return None
        return value


def read(path: Path) -> Source:
    """A cluster config.

    Placeholders, `${name}`, stay as they are.

    Raises:
        UsageError: there is no such file.
        InputError: it cannot be read, or holds no config; with its line.
    """
    text = contents(path)
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        if not isinstance(root, yaml.MappingNode):
            raise InputError(f"{path}:1: it is {kind(root)}, and a cluster config is a mapping")
        inspect(path, root)
        # A constructor knows only nodes: the empty stream is for the scanner, which is not asked.
        config = yaml.SafeLoader("").construct_document(root)
    except yaml.YAMLError as error:
        raise InputError(refusal(path, text, error)) from error
    except RecursionError as error:
        raise InputError(f"{path}:1: it is nested too deeply for a cluster config") from error
    except ValueError as error:
        # A date or a number in the form of one, as in 2026-02-31.
        raise InputError(f"{path}:1: a value is not what it looks like: {error}") from error
    return Source(path, config, root)


def contents(path: Path) -> str:
    """The text of a file."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise UsageError(f"there is no {path}: name a cluster config of Ray's launcher") from error
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise InputError(f"{path}:{line}: it is not UTF-8 text") from error
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read: {error}") from error


def kind(root: yaml.Node | None) -> str:
    """What the document is, if no mapping."""
    if root is None:
        return "empty"
    return "a list" if isinstance(root, yaml.SequenceNode) else "a single value"


def refusal(path: Path, text: str, error: yaml.YAMLError) -> str:
    """Why it is not YAML, on one line."""
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        said = ", ".join(part for part in (error.context, error.problem) if part)
        return f"{path}:{line}: it is not YAML: {said}"
    if isinstance(error, yaml.reader.ReaderError):
        line = text[: error.position].count("\n") + 1
        return f"{path}:{line}: it is not YAML: it holds a character that is not allowed"
    return f"{path}:1: it is not YAML: {error}"


def inspect(path: Path, root: yaml.MappingNode) -> None:
    """Refuses what YAML takes without a word: keys that are given twice, and endless aliases."""
    sizes: dict[int, int] = {}
    size(path, root, sizes)
    if sizes[id(root)] > LARGEST:
        raise InputError(f"{path}:1: its aliases stand for more than {LARGEST} values")


def size(path: Path, node: yaml.Node, sizes: dict[int, int]) -> int:
    """How many values a node stands for; 0 marks one that is being counted."""
    if id(node) in sizes:
        if sizes[id(node)] == 0:
            raise InputError(f"{path}:{node.start_mark.line + 1}: an alias holds itself")
        return sizes[id(node)]
    sizes[id(node)] = 0
    inner: list[yaml.Node] = []
    if isinstance(node, yaml.MappingNode):
        refuse_twice(path, node)
        inner = [part for pair in node.value for part in pair]
    elif isinstance(node, yaml.SequenceNode):
        inner = node.value
    sizes[id(node)] = 1 + sum(size(path, part, sizes) for part in inner)
    return sizes[id(node)]


def refuse_twice(path: Path, node: yaml.MappingNode) -> None:
    """Refuses a mapping with a key that is given twice, of which YAML would keep the last."""
    seen: dict[tuple[str, str], int] = {}
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode):
            continue
        line, name = key.start_mark.line + 1, (key.tag, key.value)
        if name in seen:
            raise InputError(
                f"{path}:{line}: {key.value} is given twice, first on line {seen[name]}: YAML "
                "keeps the last without a word; keep one of them"
            )
        seen[name] = line


def entry(node: yaml.Node, key: Key) -> tuple[int, yaml.Node] | None:
    """The line and the value of an entry of a mapping, or of a list."""
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and 0 <= key < len(node.value):
        return node.value[key].start_mark.line, node.value[key]
    if isinstance(node, yaml.MappingNode):
        # What a merge key brought in stands first, and what is the mapping's own overrides it.
        for name, value in reversed(node.value):
            if isinstance(name, yaml.ScalarNode) and name.value == str(key):
                return name.start_mark.line, value
    return None
