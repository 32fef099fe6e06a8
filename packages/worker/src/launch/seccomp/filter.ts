/** The system call filter, as classic BPF. A deny list: the view, the namespaces and the lost capabilities do the rest. */
import type { Arch } from '../policy.ts'
import { LAST_KNOWN, syscallNumber, type Syscall } from '../syscalls.ts'

const KILL = 0x80000000,
  ALLOW = 0x7fff0000
const errno = (number: number): number => 0x00050000 | number
const EPERM = errno(1),
  ENOSYS = errno(38)

const AUDIT_ARCH = { x64: 0xc000003e, arm64: 0xc00000b7 }
const X32_BIT = 0x40000000

/** struct seccomp_data */
const NR = 0,
  ARCH = 4
const argLow = (index: number): number => 16 + 8 * index

const PROHIBITED: readonly Syscall[] = [
  // other processes
  'ptrace',
  'process_vm_readv',
  'process_vm_writev',
  'process_madvise',
  'kcmp',
  'pidfd_getfd',
  'migrate_pages',
  'move_pages',
  // namespaces and mounts
  'unshare',
  'setns',
  'chroot',
  'pivot_root',
  'mount',
  'umount2',
  'move_mount',
  'open_tree',
  'fsopen',
  'fsconfig',
  'fsmount',
  'fspick',
  'mount_setattr',
  'sethostname',
  'setdomainname',
  'open_by_handle_at',
  'name_to_handle_at',
  'fanotify_init',
  // kernel surfaces with a history
  'keyctl',
  'add_key',
  'request_key',
  'bpf',
  'perf_event_open',
  'userfaultfd',
  'personality',
  'modify_ldt',
  // the machine
  'kexec_load',
  'kexec_file_load',
  'init_module',
  'finit_module',
  'delete_module',
  'swapon',
  'swapoff',
  'reboot',
  'quotactl',
  'quotactl_fd',
  'acct',
  'syslog',
  'settimeofday',
  'clock_settime',
  'adjtimex',
  'clock_adjtime',
  'iopl',
  'ioperm',
  'vhangup',
  'lookup_dcookie',
  'nfsservctl',
  'uselib',
  '_sysctl',
]

/** Libraries fall back from these when told that the kernel lacks them. */
const ABSENT: readonly Syscall[] = ['clone3', 'io_uring_setup', 'io_uring_enter', 'io_uring_register']

/** Namespaces by clone; CLONE_NEWTIME is not among them: its bit belongs to the exit signal there. */
const CLONE_NAMESPACES = 0x7e020000
const AF_UNIX = 1,
  TIOCSTI = 0x5412,
  TIOCLINUX = 0x541c

type Instruction = readonly [code: number, jumpTrue: number, jumpFalse: number, k: number]
const load = (offset: number): Instruction => [0x20, 0, 0, offset]
const ret = (action: number): Instruction => [0x06, 0, 0, action]
/** Runs the next `count` instructions only if the accumulator … k. */
const ifEqual = (k: number, count: number): Instruction => [0x15, 0, count, k]
const ifAtLeast = (k: number, count: number): Instruction => [0x35, 0, count, k]
const ifAnyBit = (k: number, count: number): Instruction => [0x45, 0, count, k]

export function seccompFilter(arch: Arch): Buffer {
  const filter: Instruction[] = [
    load(ARCH),
    [0x15, 1, 0, AUDIT_ARCH[arch]],
    ret(KILL),
    load(NR),
    ...(arch === 'x64' ? [ifAtLeast(X32_BIT, 1), ret(KILL)] : []),
    ifAtLeast(LAST_KNOWN + 1, 1),
    ret(ENOSYS),
  ]
  const on = (name: Syscall, ...then: Instruction[]): void => {
    const number = syscallNumber(name, arch)
    if (number >= 0) filter.push(ifEqual(number, then.length), ...then)
  }
  for (const name of PROHIBITED) on(name, ret(EPERM))
  for (const name of ABSENT) on(name, ret(ENOSYS))
  on('clone', load(argLow(0)), ifAnyBit(CLONE_NAMESPACES, 1), ret(EPERM), ret(ALLOW))
  on('socket', load(argLow(0)), ifEqual(AF_UNIX, 1), ret(ALLOW), ret(EPERM))
  on('ioctl', load(argLow(1)), ifEqual(TIOCSTI, 1), ret(EPERM), ifEqual(TIOCLINUX, 1), ret(EPERM), ret(ALLOW))
  filter.push(ret(ALLOW))

  const bytes = Buffer.alloc(8 * filter.length)
  filter.forEach(([code, jumpTrue, jumpFalse, k], i) => {
    bytes.writeUInt16LE(code, 8 * i)
    bytes.writeUInt8(jumpTrue, 8 * i + 2)
    bytes.writeUInt8(jumpFalse, 8 * i + 3)
    bytes.writeUInt32LE(k, 8 * i + 4)
  })
  return bytes
}
