export type Arch = 'x64' | 'arm64'

/**
 * What a launcher is told before it is known which job it will serve: everything here is decided, nothing is
 * looked up. All paths are absolute; those of the host are resolved (no symbolic links).
 */
export interface LaunchPolicy {
  readonly arch: Arch
  /** The pid of the supervisor: when anybody else is its parent, the launcher ends. */
  readonly supervisorPid: number
  readonly level: 'process' | 'sandbox'
  /** What the kernel answers to LANDLOCK_CREATE_RULESET_VERSION; 0 without Landlock. */
  readonly landlockAbi: number
  readonly user: LaunchUser
  /** Level process, of root that stays root: what its first process keeps of root's power. Absent: nothing. */
  readonly keeps?: readonly CapabilityName[]
  /**
   * Files `cgroup.procs` of the job's control groups. The launcher opens them while it may, and the job's
   * first process joins by them; the launcher itself stays outside.
   */
  readonly joins: readonly string[]
  /** Level process: the file `cgroup.kill`, for a guard to write when the launcher is gone. */
  readonly killSwitch: string | undefined
  /**
   * In this order. Level sandbox: into the new root. Level process: over the same path, in a mount namespace
   * that only root can make.
   */
  readonly mounts: readonly Mount[]
  /** Level sandbox only, and always there. */
  readonly root: RootView | undefined
}

/** Changes owners; reads and writes all files; acts on all files as their owner does. */
export type CapabilityName = 'CAP_CHOWN' | 'CAP_DAC_OVERRIDE' | 'CAP_FOWNER'

export interface LaunchUser {
  readonly uid: number
  readonly gid: number
  /** True: root starts the launcher, which becomes this user and gives up root's groups. */
  readonly isDropped: boolean
}

export interface Mount {
  readonly source: string
  readonly target: string
  readonly type: 'directory' | 'file'
  readonly access: 'read' | 'write'
  /** What the job creates belongs to root on disk: by the user namespace that is descriptor `idMapFd`. */
  readonly isIdMapped: boolean
}

/** What the new root has besides the mounts. */
export interface RootView {
  readonly symlinks: readonly { readonly path: string; readonly target: string }[]
  /** Files of our making, such as /etc/passwd. */
  readonly files: readonly { readonly path: string; readonly content: string }[]
  /** Private to the job, mounted before `mounts`. */
  readonly tmpfs: readonly TmpfsMount[]
  readonly hostname: string
}

export interface TmpfsMount {
  readonly path: string
  readonly bytes: number
  readonly inodes: number
  readonly mode: number
}

/** What a launcher is told when its job is known. */
export interface JobPolicy {
  readonly argv: readonly [string, ...string[]]
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  readonly limits: ResourceLimits
  /** Paths as the job sees them, each with all that is below. Undefined: no Landlock. */
  readonly landlock: { readonly read: readonly string[]; readonly write: readonly string[] } | undefined
  /** The system call filter. */
  readonly hasFilter: boolean
  /** Level sandbox: paths inside the view that exist and are covered by something empty and read-only. */
  readonly masks: readonly { readonly path: string; readonly type: 'directory' | 'file' }[]
  /** Level sandbox: paths inside the view that exist and become read-only. */
  readonly frozen: readonly string[]
}

/** Undefined: as inherited. */
export interface ResourceLimits {
  /** RLIMIT_NPROC: processes and threads. */
  readonly processes?: number | undefined
  /** RLIMIT_NOFILE */
  readonly descriptors?: number | undefined
  /** RLIMIT_FSIZE, in bytes. */
  readonly fileSizeBytes?: number | undefined
  /** RLIMIT_CPU of each process, in whole seconds. */
  readonly cpuSeconds?: number | undefined
}
