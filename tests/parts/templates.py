"""Templates are compiled once per test process: every test has an application of its own, whose Jinja knows none."""

from __future__ import annotations

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket


class Compiled(BytecodeCache):
    """In memory; a bucket's checksum tells whether the template is still the same."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, ...], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if kept := self._kept.get(_key(bucket)):
            bucket.bytecode_from_string(kept)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[_key(bucket)] = bucket.bytecode_to_string()


def _key(bucket: Bucket) -> tuple[str, ...]:
    return bucket.key, *bucket.environment.extensions


Flask.jinja_options = {"bytecode_cache": Compiled()}
