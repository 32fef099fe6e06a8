"""Ways for set-id bits to the disk."""
import ctypes, mmap, os, socket, struct, tempfile

from harness import attack, call, wants

set_id_bits = {}


def is_set_id(path):
    return os.lstat(path).st_mode & 0o6000 != 0


def folder():
    path = tempfile.mkdtemp(dir=os.environ['FOLDER'])
    os.chdir(path)
    open('plain', 'w').close()


def set_id(name, path='new'):
    """Adds an attack that should leave such a bit on `path`."""
    def add(function):
        def attempt():
            function()
            wants(is_set_id(path))
        attack(set_id_bits, name, folder)(attempt)
    return add


set_id('chmod', 'plain')(lambda: call('chmod', 'plain', 0o4755))
set_id('chmod_directory', '.')(lambda: call('chmod', '.', 0o2755))
set_id('fchmod', 'plain')(lambda: call('fchmod', os.open('plain', 0), 0o2755))
set_id('fchmodat', 'plain')(lambda: call('fchmodat', -100, 'plain', 0o4755))
set_id('fchmodat_high_half', 'plain')(lambda: call('fchmodat', -100, 'plain', 7 << 32 | 0o4755))
set_id('fchmodat2', 'plain')(lambda: call(452, -100, 'plain', 0o4755, 0))
set_id('creat')(lambda: call('creat', 'new', 0o4755))
set_id('open')(lambda: call('open', 'new', 0o101, 0o4755))
set_id('openat')(lambda: call('openat', -100, 'new', 0o101, 0o2755))
set_id('openat2')(lambda: call('openat2', -100, 'new', struct.pack('3Q', 0o101, 0o4755, 0), 24))
set_id('mknod')(lambda: call('mknod', 'new', 0o104755, 0))
set_id('mknodat')(lambda: call('mknodat', -100, 'new', 0o104755, 0))


@set_id('bind')
def bound_socket():
    """A socket file takes the mode of its socket."""
    with socket.socket(socket.AF_UNIX) as new:
        call('fchmod', new.fileno(), 0o4755)
        new.bind('new')


@set_id('tmpfile')
def tmpfile():
    fd = call('openat', -100, '.', 0o20200002, 0o4755)
    call('linkat', -100, f'/proc/self/fd/{fd}', -100, 'new', 0x400)


@set_id('io_uring')
def io_uring_openat():
    params = ctypes.create_string_buffer(120)
    ring = call('io_uring_setup', 1, params)
    offsets = struct.unpack_from('10I', params.raw, 40)  # of head, tail, mask, entries, flags, dropped, array
    queue = mmap.mmap(ring, 4096, offset=0)
    entries = mmap.mmap(ring, 4096, offset=0x10000000)
    path = ctypes.create_string_buffer(b'new')
    entries[:64] = struct.pack('<BBHiQQIIQ', 18, 0, 0, -100, 0, ctypes.addressof(path), 0o4755, 0o101, 1) + bytes(24)
    queue[offsets[6]:offsets[6] + 4] = struct.pack('I', 0)
    queue[offsets[1]:offsets[1] + 4] = struct.pack('I', 1)
    call('io_uring_enter', ring, 1, 1, 1, 0, 0)


