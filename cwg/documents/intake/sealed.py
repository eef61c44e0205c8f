"""Leaves a process nothing but its memory and what it has open: for a native library that reads somebody else's bytes.

The limits that Python keeps (`child.lock_down`) do not bind a library that was made to run foreign code. The kernel's
filter (seccomp) does: whatever is not on the list is answered with "not permitted", for good.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
import sys

# <linux/audit.h>, and the numbers of the same calls on both machines (<asm/unistd.h>).
_MACHINES = {
    "x86_64": (
        0xC000003E,
        {
            **{
                "read": 0,
                "write": 1,
                "close": 3,
                "fstat": 5,
                "lseek": 8,
                "munmap": 11,
                "brk": 12,
                "rt_sigaction": 13,
            },
            **{"rt_sigprocmask": 14, "rt_sigreturn": 15, "sched_yield": 24, "mremap": 25, "madvise": 28},
            **{"getitimer": 36, "setitimer": 38, "getpid": 39, "exit": 60, "gettimeofday": 96, "gettid": 186},
            **{"futex": 202, "restart_syscall": 219, "clock_gettime": 228, "exit_group": 231, "tgkill": 234},
            **{"getrandom": 318, "mmap": 9, "mprotect": 10},
        },
    ),
    "aarch64": (
        0xC00000B7,
        {
            **{"read": 63, "write": 64, "close": 57, "fstat": 80, "lseek": 62, "munmap": 215, "brk": 214},
            **{
                "rt_sigaction": 134,
                "rt_sigprocmask": 135,
                "rt_sigreturn": 139,
                "sched_yield": 124,
                "mremap": 216,
            },
            **{
                "madvise": 233,
                "getitimer": 102,
                "setitimer": 103,
                "getpid": 172,
                "exit": 93,
                "gettimeofday": 169,
            },
            **{"gettid": 178, "futex": 98, "restart_syscall": 128, "clock_gettime": 113, "exit_group": 94},
            **{"tgkill": 131, "getrandom": 278, "mmap": 222, "mprotect": 226},
        },
    ),
}
# Memory may be had, but none that can be run.
_OF_MEMORY = ("mmap", "mprotect")
_PROT_EXEC = 4

# <linux/prctl.h>, <linux/seccomp.h>, <linux/bpf_common.h>
_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 38, 22, 2
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | errno.EPERM
_LOAD, _IS, _HAS, _RETURN = 0x20, 0x15, 0x45, 0x06
# Where <linux/seccomp.h> has the number of the call, the machine, and the third argument (its lower half).
_NUMBER, _MACHINE, _THIRD = 0, 4, 32


# Found now, because `child.lock_down` forbids it later.
_libc = ctypes.CDLL(None, use_errno=True)
_prctl = getattr(_libc, "prctl", None)


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("steps", ctypes.c_char_p)]


def _step(code: int, value: int, then: int = 0, otherwise: int = 0) -> bytes:
    return struct.pack("=HBBI", code, then, otherwise, value)


def _filter(machine: int, calls: dict[str, int]) -> bytes:
    steps = [
        _step(_LOAD, _MACHINE),
        _step(_IS, machine, then=1),
        _step(_RETURN, _REFUSE),
        _step(_LOAD, _NUMBER),
    ]
    for name, number in calls.items():
        if name in _OF_MEMORY:
            steps += [
                _step(_IS, number, otherwise=4),
                _step(_LOAD, _THIRD),
                _step(_HAS, _PROT_EXEC, otherwise=1),
                _step(_RETURN, _REFUSE),
                _step(_RETURN, _ALLOW),
            ]
        else:
            steps += [_step(_IS, number, otherwise=1), _step(_RETURN, _ALLOW)]
    return b"".join([*steps, _step(_RETURN, _REFUSE)])


def seal() -> None:
    """From here on this process opens nothing, connects to nothing and starts nothing, whatever runs in it.

    OSError where the kernel of a Linux does not do it, or on a machine that is not listed; on other systems, where
    only people who work on the portal run it, nothing happens.
    """
    if sys.platform != "linux" or _prctl is None:
        return
    if platform.machine() not in _MACHINES:
        raise OSError(errno.ENOSYS, f"no filter for {platform.machine()}")
    _prctl.argtypes = [ctypes.c_int, *[ctypes.c_void_p] * 4]
    steps = _filter(*_MACHINES[platform.machine()])
    program = _Program(len(steps) // 8, steps)
    for arguments in (
        (_PR_SET_NO_NEW_PRIVS, 1, None, None, None),
        (_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.addressof(program), None, None),
    ):
        if _prctl(*arguments) != 0:
            raise OSError(ctypes.get_errno(), "the process could not be sealed")
