import type { Arch, JobPolicy, LaunchPolicy } from './policy.ts'

/** For tests: a policy with one of everything, and nothing of this machine. */
export function madeUpPolicy(
  level: LaunchPolicy['level'],
  isDropped: boolean,
  arch: Arch = 'x64',
): LaunchPolicy {
  const isSandbox = level === 'sandbox'
  return {
    arch,
    supervisorPid: 4711,
    level,
    landlockAbi: 7,
    user: isDropped ? { uid: 65_534, gid: 65_534, isDropped } : { uid: 1000, gid: 1000, isDropped },
    joins: ['/cgroup/job/cgroup.procs'],
    killSwitch: isSandbox ? undefined : '/cgroup/job/cgroup.kill',
    mounts: [
      ...(isSandbox
        ? ([
            { source: '/usr', target: '/usr', type: 'directory', access: 'read', isIdMapped: false },
          ] as const)
        : []),
      ...(isSandbox || isDropped
        ? ([
            {
              source: '/home/me/work',
              target: '/home/me/work',
              type: 'directory',
              access: 'write',
              isIdMapped: isDropped,
            },
          ] as const)
        : []),
    ],
    root: isSandbox
      ? {
          symlinks: [{ path: '/bin', target: 'usr/bin' }],
          files: [{ path: '/etc/passwd', content: 'job:x:1000:1000::/home/job:/bin/sh\n' }],
          tmpfs: [
            { path: '/tmp', bytes: 67_108_864, inodes: 10_000, mode: 0o1777 },
            { path: '/home/job', bytes: 67_108_864, inodes: 10_000, mode: 0o700 },
          ],
          hostname: 'sandbox',
        }
      : undefined,
  }
}

/** For tests: of a function of ours that root runs. */
export function madeUpTrusted(): LaunchPolicy {
  const user = { uid: 0, gid: 0, isDropped: false }
  const keeps = ['CAP_CHOWN', 'CAP_DAC_OVERRIDE', 'CAP_FOWNER'] as const
  return { ...madeUpPolicy('process', false), user, keeps }
}

export function madeUpJob(level: LaunchPolicy['level']): JobPolicy {
  const isSandbox = level === 'sandbox'
  return {
    argv: ['/bin/sh', '-c', 'echo hello'],
    env: { PATH: '/usr/bin:/bin' },
    cwd: '/home/me/work',
    limits: { processes: 64, descriptors: 1024, fileSizeBytes: 1_073_741_824, cpuSeconds: 30 },
    landlock: { read: ['/usr', '/etc/passwd'], write: ['/home/me/work'] },
    hasFilter: true,
    masks: isSandbox
      ? [
          { path: '/home/me/work/.env', type: 'file' },
          { path: '/home/me/work/.ssh', type: 'directory' },
        ]
      : [],
    frozen: isSandbox ? ['/home/me/work/.git/hooks'] : [],
  }
}
