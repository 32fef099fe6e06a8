"""Ways to namespaces and mounts."""
import os, signal, struct

from attacks import CLONE_NEWUSER, raw_clone, unprivileged
from harness import attack, call

CLONE_NEWNS, CLONE_NEWUTS = 0x20000, 0x4000000


def own_user_namespace(*more):
    """Every capability there is, inside."""
    call('unshare', CLONE_NEWUSER | sum(more))


@attack(unprivileged)
def unshare():
    call('unshare', CLONE_NEWUSER)


@attack(unprivileged)
def clone_new_user():
    raw_clone(CLONE_NEWUSER | signal.SIGCHLD)


for name, flag in [
    ('mount', CLONE_NEWNS), ('cgroup', 0x2000000), ('uts', CLONE_NEWUTS), ('ipc', 0x8000000), ('pid', 0x20000000),
    ('network', 0x40000000),
]:
    attack(unprivileged, f'clone_new_{name}', own_user_namespace)(lambda f=flag: raw_clone(f | signal.SIGCHLD))


@attack(unprivileged)
def clone3_new_user():
    if call('clone3', struct.pack('8Q', CLONE_NEWUSER, 0, 0, 0, signal.SIGCHLD, 0, 0, 0), 64) == 0:
        os._exit(0)


def uts_namespace():
    own_user_namespace(CLONE_NEWUTS)
    return os.open('/proc/self/ns/uts', 0)


@attack(unprivileged, prepare=uts_namespace)
def setns(fd):
    call('setns', fd, CLONE_NEWUTS)


def mountable():
    own_user_namespace(CLONE_NEWNS)


def mounted():
    mountable()
    call('mount', 'none', '/tmp', 'tmpfs', 0, 0)


@attack(unprivileged, prepare=mountable)
def mount():
    call('mount', 'none', '/tmp', 'tmpfs', 0, 0)


@attack(unprivileged, prepare=mounted)
def umount2():
    call('umount2', '/tmp', 2)


@attack(unprivileged, prepare=mountable)
def fsopen():
    call('fsopen', 'tmpfs', 0)


@attack(unprivileged, prepare=lambda: (mountable(), call('fsopen', 'tmpfs', 0))[1])
def fsconfig(fd):
    call('fsconfig', fd, 1, 'size', '4096', 0)  # FSCONFIG_SET_STRING


def configured():
    mountable()
    fd = call('fsopen', 'tmpfs', 0)
    call('fsconfig', fd, 6, 0, 0, 0)  # FSCONFIG_CMD_CREATE
    return fd


@attack(unprivileged, prepare=configured)
def fsmount(fd):
    call('fsmount', fd, 0, 0)


@attack(unprivileged, prepare=lambda: call('fsmount', configured(), 0, 0))
def move_mount(fd):
    call('move_mount', fd, '', -100, '/tmp', 4)  # MOVE_MOUNT_F_EMPTY_PATH


@attack(unprivileged, prepare=mounted)
def mount_setattr():
    call('mount_setattr', -100, '/tmp', 0, struct.pack('4Q', 1, 0, 0, 0), 32)  # MOUNT_ATTR_RDONLY


@attack(unprivileged, prepare=mounted)
def fspick():
    call('fspick', -100, '/tmp', 0)


@attack(unprivileged, prepare=mounted)
def pivot_root():
    call('chdir', '/tmp')
    call('pivot_root', '.', '.')


@attack(unprivileged, prepare=mountable)
def open_tree():
    call('open_tree', -100, '/', 1 | 0x8000)


@attack(unprivileged, prepare=mountable)
def chroot():
    call('chroot', '/tmp')


@attack(unprivileged, prepare=lambda: own_user_namespace(CLONE_NEWUTS))
def sethostname():
    call('sethostname', 'x', 1)


@attack(unprivileged, prepare=lambda: own_user_namespace(CLONE_NEWUTS))
def setdomainname():
    call('setdomainname', 'x', 1)
