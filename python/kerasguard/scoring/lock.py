"""A lock on an open file that ends with the process that holds it, however it ends."""

from __future__ import annotations

import errno
import os

UNKNOWN = (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL)  # file systems that have no locks
FAR = 2**30  # Windows locks bytes, also against reading: one that is never there


def try_lock(fd: int) -> bool:
    """Lock the file; False where another process has. A file system without locks is taken as it is."""
    try:
        if os.name == "nt":
            import msvcrt

            os.lseek(fd, FAR, os.SEEK_SET)
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        else:
            import fcntl

            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno in UNKNOWN
    return True
