import { isOlder, type Machine } from '../machine.ts'
import { type Diagnosis, filterDiagnosis, type Refused, says, upgrade } from './diagnosis.ts'

/** Why a Landlock domain was refused. */
export function explainLandlock(refused: Refused, machine: Machine): Diagnosis[] {
  const { errno } = refused
  if (errno === 'EOPNOTSUPP') {
    const cause = `${says(refused)}: this kernel has Landlock, and it is turned off`
    return [
      {
        cause,
        cure: 'boot with `landlock` first in `lsm=`, such as lsm=landlock,lockdown,yama,apparmor,bpf (see /sys/kernel/security/lsm)',
      },
    ]
  }
  if (errno === 'E2BIG')
    return [
      {
        cause: `${says(refused)}: its rules are nested 16 deep`,
        cure: 'start outside of other Landlock sandboxes',
      },
    ]
  if (isOlder(machine, 5, 13)) {
    return [
      { cause: `Landlock came with Linux 5.13, this is ${machine.kernel.join('.')}`, cure: upgrade('5.13') },
    ]
  }
  const causes = filterDiagnosis(refused, machine)
  if (causes.length > 0) return causes
  const cause = `${says(refused)}: this kernel was built without Landlock`
  return [{ cause, cure: 'use a kernel with CONFIG_SECURITY_LANDLOCK=y' }]
}

/** Why the filter of system calls was refused. */
export function explainSeccomp(refused: Refused, machine: Machine): Diagnosis[] {
  if (refused.errno === 'ENOMEM') {
    return [
      {
        cause: `${says(refused)}: filters are nested too deep, or memory is short`,
        cure: 'start outside of other sandboxes',
      },
    ]
  }
  const causes = filterDiagnosis(refused, machine)
  if (causes.length > 0) return causes
  const cause = `${says(refused)}: this kernel was built without filters of system calls`
  return [{ cause, cure: 'use a kernel with CONFIG_SECCOMP_FILTER=y' }]
}

/** Why root's launcher could not become another user. */
export function explainUid(refused: Refused, machine: Machine): Diagnosis[] {
  const { errno } = refused
  if (errno === 'EAGAIN') return explainCount(refused)
  if (errno === 'EINVAL') {
    const cause = `${says(refused)}: the user is not in the id map of the user namespace that we are in (/proc/self/uid_map)`
    return [
      { cause, cure: 'map 65536 ids (`podman run` and `unshare --map-auto` do), or start as a normal user' },
    ]
  }
  const causes = filterDiagnosis(refused, machine)
  if (causes.length > 0) return causes
  const cause = `${says(refused)}: root here may not change its user (no CAP_SETUID, CAP_SETGID)`
  return [{ cause, cure: '`docker run --cap-add SETUID --cap-add SETGID …`, or start as a normal user' }]
}

/** Why there is no room for one more process. */
export function explainCount(refused: Refused): Diagnosis[] {
  const cause = `${says(refused)}: as many processes as RLIMIT_NPROC (\`ulimit -u\`), pids.max of our control group or kernel.pid_max allow`
  return [
    {
      cause,
      cure: '`ulimit -u unlimited`; `docker run --pids-limit -1 …`; `systemctl set-property UNIT TasksMax=infinity`',
    },
  ]
}

/** Why a limit of the job was refused. */
export function explainLimit(refused: Refused): Diagnosis[] {
  const cause = `${says(refused)}: our own hard limit is lower (\`ulimit -Ha\`)`
  return [
    {
      cause,
      cure: 'raise it before the start (`ulimit -Hn 65536` as root, LimitNOFILE= in the unit, `docker run --ulimit nofile=65536 …`), or ask for less',
    },
  ]
}

/** Why the job's first process could not join its control group. */
export function explainJoin(refused: Refused): Diagnosis[] {
  if (refused.errno === 'EAGAIN') return explainCount(refused)
  const cause = `${says(refused)}: the job's control group cannot be joined`
  return [
    {
      cause,
      cure: 'a process moves between groups only below one that is delegated to us; `runtimo doctor` says how',
    },
  ]
}
