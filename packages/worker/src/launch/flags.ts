/** Constants of the system calls, by the names of the manual pages; the same on x64 and arm64. */
const constants = {
  AT_FDCWD: -100,
  AT_SYMLINK_NOFOLLOW: 0x100,
  AT_REMOVEDIR: 0x200,
  AT_EMPTY_PATH: 0x1000,
  AT_RECURSIVE: 0x8000,
  O_RDONLY: 0,
  O_WRONLY: 1,
  O_CREAT: 0o100,
  O_EXCL: 0o200,
  O_CLOEXEC: 0o2000000,
  O_PATH: 0o10000000,
  PROT_READ: 1,
  SIGKILL: 9,
  SIGCHLD: 17,
  SIG_BLOCK: 0,
  SIG_SETMASK: 2,
  SFD_NONBLOCK: 0o4000,
  SFD_CLOEXEC: 0o2000000,
  MSG_DONTWAIT: 0x40,
  MSG_WAITALL: 0x100,
  AF_UNIX: 1,
  SOCK_STREAM: 1,
  SOCK_CLOEXEC: 0o2000000,
  SIOCSIFFLAGS: 0x8914,
  CLOSE_RANGE_CLOEXEC: 4,
  P_ALL: 0,
  P_PID: 1,
  WNOHANG: 1,
  WEXITED: 4,
  WNOWAIT: 0x1000000,
  __WALL: 0x40000000,
  __WCLONE: 0x80000000,
  RUSAGE_CHILDREN: -1,
  PR_SET_PDEATHSIG: 1,
  PR_SET_DUMPABLE: 4,
  PR_SET_NAME: 15,
  PR_CAPBSET_DROP: 24,
  PR_SET_CHILD_SUBREAPER: 36,
  PR_SET_NO_NEW_PRIVS: 38,
  PR_CAP_AMBIENT: 47,
  PR_CAP_AMBIENT_CLEAR_ALL: 4,
  CLONE_NEWNS: 0x20000,
  CLONE_NEWCGROUP: 0x2000000,
  CLONE_NEWUTS: 0x4000000,
  CLONE_NEWIPC: 0x8000000,
  CLONE_NEWUSER: 0x10000000,
  CLONE_NEWPID: 0x20000000,
  CLONE_NEWNET: 0x40000000,
  MS_RDONLY: 1,
  MS_NOSUID: 2,
  MS_NODEV: 4,
  MS_NOEXEC: 8,
  MS_REC: 0x4000,
  MS_PRIVATE: 0x40000,
  MNT_DETACH: 2,
  OPEN_TREE_CLONE: 1,
  OPEN_TREE_CLOEXEC: 0o2000000,
  MOVE_MOUNT_F_EMPTY_PATH: 4,
  MOUNT_ATTR_RDONLY: 1,
  MOUNT_ATTR_NOSUID: 2,
  MOUNT_ATTR_NODEV: 4,
  MOUNT_ATTR_NOEXEC: 8,
  MOUNT_ATTR_IDMAP: 0x100000,
  RLIMIT_CPU: 0,
  RLIMIT_FSIZE: 1,
  RLIMIT_CORE: 4,
  RLIMIT_NPROC: 6,
  RLIMIT_NOFILE: 7,
  SECCOMP_SET_MODE_FILTER: 1,
  LANDLOCK_RULE_PATH_BENEATH: 1,
} as const

export type FlagName = keyof typeof constants

/** A number, and how the printed tape shows it. */
export class Flags {
  readonly value: number
  readonly text: string

  constructor(value: number, text: string) {
    this.value = value
    this.text = text
  }
}

export function flags(...names: readonly FlagName[]): Flags {
  return new Flags(
    names.reduce((sum, name) => sum + constants[name], 0),
    names.join('|'),
  )
}

/** Permission bits, in octal as everybody writes them. */
export function mode(bits: number): Flags {
  return new Flags(bits, `0${bits.toString(8)}`)
}

const errnos = {
  EPERM: 1,
  ENOENT: 2,
  ESRCH: 3,
  ECHILD: 10,
  EAGAIN: 11,
  EINVAL: 22,
} as const

export type Errno = keyof typeof errnos

/** The result of a call that fails so. */
export function failure(errno: Errno): number {
  return -errnos[errno]
}

export function errnoName(result: number): Errno | undefined {
  // The literal has these keys and no others, which Object.keys() does not say.
  return (Object.keys(errnos) as Errno[]).find((name) => failure(name) === result)
}
