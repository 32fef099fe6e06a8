"""Objects that outlive a job, what only root could do, and what lost capabilities refuse, not the filter."""
import ctypes, mmap, os, struct

from harness import attack, call, child, wants
from set_id import folder

system_v, privileged, capability = {}, {}, {}


@attack(system_v)
def shmget():
    call('shmctl', call('shmget', 0, 4096, 0o1600), 0, 0)


@attack(system_v)
def semget():
    call('semctl', call('semget', 0, 1, 0o1600), 0, 0)


@attack(system_v)
def msgget():
    call('msgctl', call('msgget', 0, 0o1600), 0, 0)


@attack(system_v)
def mq_open():
    call('mq_open', 'runtimo-attack', 0o102, 0o600, 0)
    call('mq_unlink', 'runtimo-attack')


def as_root(name, *args):
    """The arguments are wrong wherever right ones could do harm."""
    attack(privileged, name)(lambda: call(name, *args))


as_root('socket', 17, 3, 0)  # AF_PACKET
as_root('bpf', 0, struct.pack('5I', 2, 4, 4, 1, 0), 20)
as_root('perf_event_open', struct.pack('II', 1, 64) + bytes(56), 0, -1, -1, 0)
as_root('init_module', 0, 0, '')
as_root('finit_module', -1, '', 0)
as_root('delete_module', 'runtimo-no-such-module', 0)
as_root('kexec_load', 0, 1 << 20, 0, 0)
as_root('reboot', 0, 0, 0, 0)
as_root('swapon', '/runtimo-no-such-file', 0)
as_root('open_by_handle_at', -1, bytes(8), 0)
as_root('syslog', 10, 0, 0)
as_root('clock_settime', 99, bytes(16))
as_root('acct', '/runtimo-no-such-file')
as_root('iopl', 0)
as_root('fanotify_init', 0, 0)
as_root('quotactl', 0, '/runtimo-no-such-file', 0, 0)


@attack(privileged, prepare=lambda: os.pidfd_open(child()))
def process_madvise(pidfd):
    memory = mmap.mmap(-1, 4096)
    there = (ctypes.c_uint64 * 2)(ctypes.addressof(ctypes.c_char.from_buffer(memory)), 4096)
    wants(call('process_madvise', pidfd, there, 1, 20, 0) == 4096)  # MADV_COLD


@attack(capability, prepare=folder)
def device():
    call('mknodat', -100, 'device', 0o020600, 0x103)


@attack(capability, prepare=folder)
def file_capability():
    """What setcap writes, of version 3: for the root of a user namespace."""
    os.setxattr('plain', 'security.capability', struct.pack('<6I', 0x03000001, 1 << 21, 0, 0, 0, 0))
