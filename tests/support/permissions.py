"""A process that permissions hold for, also where tests run as root."""

from __future__ import annotations

import contextlib
import ctypes
import os
from collections.abc import Iterator

_VERSION = 0x20080522
_OVERRIDE = 1 << 1 | 1 << 2
"""CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH, capabilities(7): root reads and writes what nobody may."""


class _Head(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Sets(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


@contextlib.contextmanager
def heeded() -> Iterator[None]:
    """Have this thread, and what it starts, heed permissions; nothing changes for who is not root.

    Raises:
        OSError: the capabilities cannot be read or set.
    """
    if os.geteuid() != 0:
        yield
        return
    libc = ctypes.CDLL(None, use_errno=True)
    head, sets = _Head(_VERSION, 0), (_Sets * 2)()

    def call(name: str) -> None:
        if getattr(libc, name)(ctypes.byref(head), ctypes.byref(sets)) != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), name)

    call("capget")
    before = sets[0].effective
    sets[0].effective = before & ~_OVERRIDE
    call("capset")
    try:
        yield
    finally:
        sets[0].effective = before
        call("capset")
