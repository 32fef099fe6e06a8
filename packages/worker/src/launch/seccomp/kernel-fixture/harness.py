"""System calls by name, a filter for this process, and attacks in processes of their own."""
import ctypes, errno, json, os, signal, struct, sys, time

libc = ctypes.CDLL(None, use_errno=True)
NOBODY = 65534
NUMBERS = json.loads(os.environ['SYSCALLS'])  # name to number


def call(name, *args):
    """A system call by name or number; what it returns, or OSError."""
    number = NUMBERS[name] if isinstance(name, str) else name
    words = []
    for arg in args:
        if isinstance(arg, (str, bytes)):
            arg = ctypes.create_string_buffer(arg.encode() if isinstance(arg, str) else arg)
        words.append(arg if isinstance(arg, ctypes.Array) else ctypes.c_long(arg))
    result = libc.syscall(ctypes.c_long(number), *words)
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


class Program(ctypes.Structure):
    _fields_ = [('count', ctypes.c_ushort), ('code', ctypes.c_void_p)]


def install(code, flags=0):
    """What seccomp(2) returns: 0, or a descriptor of a listener."""
    buffer = ctypes.create_string_buffer(code, len(code))
    libc.prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS
    program = Program(len(code) // 8, ctypes.addressof(buffer))
    result = libc.syscall(ctypes.c_long(NUMBERS['seccomp']), ctypes.c_long(1), ctypes.c_long(flags), ctypes.byref(program))
    if result < 0:
        raise OSError(ctypes.get_errno(), 'seccomp')
    return result


def instruction(code, yes, no, k):
    return struct.pack('<HBBI', code, yes, no, k)


def child(function=lambda: time.sleep(60)):
    """A process that may be attacked."""
    pid = os.fork()
    if pid == 0:
        function()
        os._exit(0)
    return pid


def wants(condition):
    if not condition:
        raise OSError(errno.ENOMSG, 'it returned, but to no effect')


def attack(group, name=None, prepare=lambda: None):
    """Adds a function, to be called with what `prepare` returns, if anything; that runs before the filter is there."""
    def add(function):
        group[name or function.__name__] = (prepare, function)
        return function
    return add


def attempt(function, *args):
    try:
        function(*args)
    except OSError as error:
        return error.errno
    return 0


def outcome(prepare, function, code, is_root):
    """In a process of its own, since some attacks change it, and some kill it."""
    pid = os.fork()
    if pid == 0:
        try:
            if not is_root and os.getuid() == 0:
                os.setgroups([])
                os.setresgid(NOBODY, NOBODY, NOBODY)
                os.setresuid(NOBODY, NOBODY, NOBODY)
            libc.prctl(4, 1, 0, 0, 0)  # PR_SET_DUMPABLE: its children may be traced
            os.setsid()
            prepared = prepare()
            if code is not None:
                install(code)
            os._exit(attempt(function, *([] if prepared is None else [prepared])))
        except BaseException as error:
            print(f'{function}: {error!r}', file=sys.stderr)
        os._exit(255)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    try:
        os.killpg(pid, signal.SIGKILL)  # those that it attacked
    except ProcessLookupError:
        pass
    if status < 0:
        return signal.Signals(-status).name
    return 'ok' if status == 0 else errno.errorcode.get(status, str(status))
