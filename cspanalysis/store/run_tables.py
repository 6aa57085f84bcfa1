"""Tables that a run over many areas makes once, and all its processes read by memory map.

They lie beside the cleaned tables, as temporary files of the run, until it ends; what a killed run
left is swept by the next. The environment says which run it is, so that spawned processes and
kernels find them as forked ones do.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from cspanalysis.domain import whole_files
from cspanalysis.store.manifest import MANIFEST

_RUN = "CSPANALYSIS_RUN"
#: Metadata of a table: of which state of the cleaned tables it was made.
_MADE_OF = b"made_of"


@contextlib.contextmanager
def kept(processed: Path) -> Iterator[None]:
    """Within it what is `put` is there for this process and for those that it starts."""
    whole_files.sweep(processed)
    os.environ[_RUN] = str(os.getpid())
    try:
        yield
    finally:
        del os.environ[_RUN]
        _mapped.cache_clear()
        for path in processed.glob(_path(processed, "*", str(os.getpid())).name):
            with contextlib.suppress(OSError):  # some systems do not let go of what is still read
                path.unlink()


def put(processed: Path, name: str, table: pa.Table) -> None:
    """Lay a table down for the run; nothing is done where there is none."""
    if not (run := os.environ.get(_RUN)):
        return
    made_of = json.dumps(whole_files.stamp(processed / MANIFEST)).encode()
    table = table.unify_dictionaries().combine_chunks()
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), _MADE_OF: made_of})
    path = str(_path(processed, name, run))
    with pa.OSFile(path, "wb") as stream, pa.ipc.new_file(stream, table.schema) as writer:
        writer.write_table(table)
    _mapped.cache_clear()


def get(processed: Path, name: str) -> pa.Table | None:
    """A table of the run, if it has one that was made of the cleaned tables as they are now."""
    if not (run := os.environ.get(_RUN)):
        return None
    found = _mapped(_path(processed, name, run))
    made_of = json.loads(found.schema.metadata[_MADE_OF]) if found else None
    return found if made_of == whole_files.stamp(processed / MANIFEST) else None


@functools.lru_cache(maxsize=16)
def _mapped(path: Path) -> pa.Table | None:
    try:
        return pa.ipc.open_file(pa.memory_map(str(path))).read_all()
    except FileNotFoundError:
        return None


def _path(processed: Path, name: str, run: str) -> Path:
    return processed / f"{name}.{run}{whole_files.SUFFIX}"
