import type { Syscall } from '../syscalls.ts'
import { all, between, notNull, not, oneOf, someBit } from './condition.ts'
import type { Refusal } from './refusal.ts'

const AF_UNIX = 1
const CLONE_PARENT = 0x8000
const O_CREAT = 0o100
/** The bit that O_TMPFILE has for itself. */
const O_TMPFILE = 0o20000000
const S_ISUID_OR_S_ISGID = 0o6000
const [TIOCSTI, TIOCLINUX, TIOCSETD] = [0x5412, 0x541c, 0x5423]
/** From SIOCGIFNAME to the last of SIOCIWFIRSTPRIV. What any socket answers to is below. */
const [FIRST_SIOC, LAST_SIOC] = [0x8910, 0x8bff]

const setIdReason =
  'No set-id bit ever reaches the disk: through an id-mapped mount the file would belong to root on the host, and run as root there.'

/** Refuses set-id bits in the mode that is this argument. */
function setId(argument: 1 | 2, ...names: readonly Syscall[]): Refusal {
  const when = someBit(argument, S_ISUID_OR_S_ISGID)
  return { names, answer: 'EPERM', when, whenText: 'with a set-id bit in the mode', reason: setIdReason }
}

/** The same where the mode counts only if a file may be made; it is left over from another call otherwise. */
function setIdOfNew(flags: 1 | 2, mode: 2 | 3, ...names: readonly Syscall[]): Refusal {
  const when = all(someBit(flags, O_CREAT | O_TMPFILE), someBit(mode, S_ISUID_OR_S_ISGID))
  return {
    names,
    answer: 'EPERM',
    when,
    whenText: 'with a set-id bit in the mode of a new file',
    reason: setIdReason,
  }
}

/** Where the filter departs from the OCI default profile. */
export const differences: readonly Refusal[] = [
  {
    names: ['ptrace', 'process_vm_readv', 'process_vm_writev'],
    answer: 'EPERM',
    reason:
      'They reach into other processes of the same user: at level process these are processes outside of the job. The price: no debugger runs in a job.',
  },
  {
    names: ['name_to_handle_at'],
    answer: 'EPERM',
    reason:
      'A handle names a file outside of any view; it is of use only to open_by_handle_at, which is refused.',
  },
  {
    names: ['modify_ldt'],
    answer: 'EPERM',
    reason: 'It serves programs of 16 bits only, and has been the way into kernels.',
  },
  {
    names: ['socket', 'socketpair'],
    answer: 'EPERM',
    when: not(oneOf(0, AF_UNIX)),
    whenText: 'with another family than AF_UNIX',
    reason:
      'A job has no network, and netlink, packet, vsock, alg and the rest are large parts of the kernel to attack. At level process this is what stands between the job and the network of the host.',
  },
  {
    names: ['clone'],
    answer: 'EPERM',
    when: someBit(0, CLONE_PARENT),
    whenText: 'with CLONE_PARENT',
    reason:
      'The child would appear as a child of somebody else, outside of the job, and hide from the account of forks.',
  },
  {
    names: ['io_uring_setup', 'io_uring_enter', 'io_uring_register'],
    answer: 'ENOSYS',
    reason:
      'What is asked for through them passes by every filter. The profile answers EPERM; told that the kernel lacks them, libraries fall back without a complaint.',
  },
  {
    names: ['openat2'],
    answer: 'ENOSYS',
    reason:
      'Its mode is in memory, where a filter cannot look for set-id bits; programs fall back to openat.',
  },
  setId(1, 'chmod', 'fchmod', 'creat', 'mkdir', 'mknod'),
  setId(2, 'fchmodat', 'mkdirat', 'mknodat'),
  setIdOfNew(1, 2, 'open'),
  setIdOfNew(2, 3, 'openat'),
  {
    names: ['ioctl'],
    answer: 'EPERM',
    when: oneOf(1, TIOCSTI, TIOCLINUX, TIOCSETD),
    whenText: 'with TIOCSTI, TIOCLINUX or TIOCSETD',
    reason:
      'The first two type into the terminal, for whoever reads from it after the job. The third makes the kernel load drivers of ancient serial lines, whose faults gave root more than once.',
  },
  {
    names: ['ioctl'],
    answer: 'EPERM',
    when: between(1, FIRST_SIOC, LAST_SIOC),
    whenText: 'with a request about network interfaces (SIOCGIFNAME and above)',
    reason:
      'Even a socket of AF_UNIX answers them: at level process with the addresses of the host. Some make the kernel load drivers of bridges and virtual networks.',
  },
  {
    names: ['prlimit64'],
    answer: 'EPERM',
    when: all(not(oneOf(0, 0)), notNull(2)),
    whenText: 'with new limits for a process that is named, be it the caller',
    reason:
      'At level process the supervisor may have the same user: a limit of one second of CPU time kills it, where Landlock refuses the signal.',
  },
  {
    names: ['shmget', 'shmat', 'shmctl', 'semget', 'semop', 'semtimedop', 'semctl'],
    answer: 'EPERM',
    level: 'process',
    reason:
      "Without an ipc namespace these objects are the whole machine's: they outlive the job, and those of other processes of the user are in reach.",
  },
  {
    names: ['msgget', 'msgsnd', 'msgrcv', 'msgctl', 'mq_open', 'mq_unlink'],
    answer: 'EPERM',
    level: 'process',
    reason: 'As for shared memory: queues outlive the job, and connect it to others.',
  },
]
