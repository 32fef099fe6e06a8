"""What the filter refuses of anybody."""
import ctypes, fcntl, mmap, os, pty, select, signal, struct

from harness import NUMBERS, attack, attempt, call, child, install, instruction, wants

CLONE_NEWUSER, CLONE_PARENT = 0x10000000, 0x8000

unprivileged, foreign = {}, {}


def raw_clone(flags):
    pid = call('clone', flags, 0, 0, 0, 0)
    if pid == 0:
        os._exit(0)
    return pid


# ---- other processes -------------------------------------------------------------------------------------------------
@attack(unprivileged, prepare=child)
def ptrace(pid):
    call('ptrace', 16, pid, 0, 0)


@attack(unprivileged, prepare=lambda: (ctypes.create_string_buffer(b'secret'), child()))
def process_vm_readv(prepared):
    secret, pid = prepared
    got = ctypes.create_string_buffer(6)
    here = (ctypes.c_uint64 * 2)(ctypes.addressof(got), 6)
    there = (ctypes.c_uint64 * 2)(ctypes.addressof(secret), 6)
    call('process_vm_readv', pid, here, 1, there, 1, 0)
    wants(got.raw == b'secret')


@attack(unprivileged, prepare=lambda: (ctypes.create_string_buffer(b'harmless'), child()))
def process_vm_writev(prepared):
    target, pid = prepared
    forged = ctypes.create_string_buffer(b'forged')
    here = (ctypes.c_uint64 * 2)(ctypes.addressof(forged), 6)
    there = (ctypes.c_uint64 * 2)(ctypes.addressof(target), 6)
    wants(call('process_vm_writev', pid, here, 1, there, 1, 0) == 6)


@attack(unprivileged, prepare=lambda: os.pidfd_open(child()))
def pidfd_getfd(pidfd):
    call('pidfd_getfd', pidfd, 1, 0)


@attack(unprivileged, prepare=child)
def kcmp(pid):
    call('kcmp', os.getpid(), pid, 1, 0, 0)


@attack(unprivileged, prepare=child)
def prlimit64(pid):
    call('prlimit64', pid, 0, struct.pack('QQ', 1, 1), 0)


@attack(unprivileged)
def clone_parent():
    raw_clone(CLONE_PARENT | signal.SIGCHLD)


# ---- kernel surfaces -------------------------------------------------------------------------------------------------
@attack(unprivileged)
def add_key():
    call('add_key', 'user', 'runtimo', 'x', 1, -2)


@attack(unprivileged, prepare=lambda: call('add_key', 'user', 'runtimo', 'x', 1, -2))
def request_key(_key):
    call('request_key', 'user', 'runtimo', 0, 0)


@attack(unprivileged)
def keyctl():
    call('keyctl', 0, -2, 1)


@attack(unprivileged)
def userfaultfd():
    call('userfaultfd', 1)


@attack(unprivileged)
def io_uring():
    call('io_uring_setup', 1, bytes(120))


@attack(unprivileged)
def name_to_handle_at():
    call('name_to_handle_at', -100, '/tmp', struct.pack('II', 128, 0) + bytes(128), ctypes.create_string_buffer(8), 0)


@attack(unprivileged)
def personality():
    call('personality', 0x40000)


@attack(unprivileged)
def modify_ldt():
    call('modify_ldt', 0, bytes(16), 16)


def machine_code(code):
    memory = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    memory.write(code)
    address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    wants(ctypes.CFUNCTYPE(ctypes.c_int)(address)() == os.getpid())


@attack(foreign)
def i386_getpid():
    machine_code(bytes.fromhex('b8 14000000 cd80 c3'))  # mov eax, 20; int 0x80; ret


@attack(foreign)
def x32_getpid():
    call(0x40000000 + NUMBERS['getpid'])


# ---- network ---------------------------------------------------------------------------------------------------------
for name, family, kind in [('inet', 2, 1), ('inet6', 10, 2), ('netlink', 16, 3), ('inet_high_half', 2 | 7 << 32, 1)]:
    attack(unprivileged, f'socket_{name}')(lambda f=family, k=kind: call('socket', f, k, 0))


@attack(unprivileged)
def interface_by_unix_socket():
    fd = call('socket', 1, 1, 0)
    call('ioctl', fd, 0x8933, b'lo' + bytes(38))  # SIOCGIFINDEX


# ---- terminals -------------------------------------------------------------------------------------------------------
def terminal():
    fd = pty.openpty()[1]
    fcntl.ioctl(fd, 0x540e, 0)  # TIOCSCTTY
    return fd


@attack(unprivileged, prepare=terminal)
def tiocsti(fd):
    call('ioctl', fd, 0x5412, b'x')


@attack(unprivileged, prepare=terminal)
def tiocsetd(fd):
    call('ioctl', fd, 0x5423 | 1 << 32, struct.pack('i', 0))


# ---- a filter of the job's own cannot give back what ours took ----------------------------------------------------------
@attack(unprivileged)
def under_own_filter():
    install(instruction(6, 0, 0, 0x7fff0000))
    call('unshare', CLONE_NEWUSER)


@attack(unprivileged)
def under_own_listener():
    """Whoever holds the listener may let a call continue; only refusals of a lower filter come first."""
    code = instruction(0x20, 0, 0, 0) + instruction(0x15, 0, 1, NUMBERS['unshare'])
    listener = install(code + instruction(6, 0, 0, 0x7fc00000) + instruction(6, 0, 0, 0x7fff0000), 8)
    victim = child(lambda: os._exit(attempt(call, 'unshare', CLONE_NEWUSER)))
    while True:
        pid, status = os.waitpid(victim, os.WNOHANG)
        if pid != 0:
            refusal = os.waitstatus_to_exitcode(status)
            if refusal != 0:
                raise OSError(refusal, os.strerror(refusal))
            return
        if select.select([listener], [], [], 0.02)[0]:
            request = ctypes.create_string_buffer(80)
            fcntl.ioctl(listener, 0xc0502100, request)  # SECCOMP_IOCTL_NOTIF_RECV
            cookie = struct.unpack_from('Q', request.raw)[0]
            fcntl.ioctl(listener, 0xc0182101, struct.pack('QqiI', cookie, 0, 0, 1))  # ..._SEND, ..._FLAG_CONTINUE
