import { isOlder, type Machine } from '../machine.ts'
import { type Diagnosis, filterDiagnosis, type Refused, says, unconfined, upgrade } from './diagnosis.ts'
import { explainUnprivileged } from './namespaces.ts'

/** Why a mount, or a change of one, was refused inside of the namespaces. */
export function explainMount(refused: Refused, machine: Machine): Diagnosis[] {
  const { call, text, errno } = refused
  if (errno === 'ENOSYS' && isOlder(machine, 5, 12)) {
    return [
      { cause: `${call} came with Linux 5.12, this is ${machine.kernel.join('.')}`, cure: upgrade('5.12') },
    ]
  }
  if (call === 'open_tree' && (errno === 'ENOENT' || errno === 'EACCES')) return [explainPath(refused)]
  if (isOfProc(text) && errno === 'EPERM') return explainProc(refused, machine)
  if (errno === 'ENODEV') {
    return [
      {
        cause: `${says(refused)}: this kernel has no such file system`,
        cure: 'use a kernel with tmpfs and procfs',
      },
    ]
  }
  if (errno === 'ENOSPC') {
    const cause = `${says(refused)}: as many mounts as fs.mount-max allows`
    return [{ cause, cure: '`sysctl -w fs.mount-max=100000` as root' }]
  }
  if (call === 'pivot_root' && errno === 'EINVAL') {
    const cause = `${says(refused)}: our root is the initial ramdisk, or no mount point`
    return [
      {
        cause,
        cure: 'start in a mount namespace with a root of its own: `unshare -m`, bind the root on itself, pivot_root',
      },
    ]
  }
  const powerless = explainPowerless(refused, machine)
  const causes = [
    ...(powerless.length > 0 ? powerless : explainUnprivileged(refused, machine)),
    ...filterDiagnosis(refused, machine),
  ]
  if (causes.length > 0 || (errno !== 'EPERM' && errno !== 'EACCES')) return causes
  const cause = `${says(refused)} for ${text}: a security module such as AppArmor's docker-default forbids mounts`
  return [{ cause, cure: unconfined(machine) }]
}

/** Something that the job was to see. */
function explainPath(refused: Refused): Diagnosis {
  const [, path = 'a path'] = /"([^"]*)"/u.exec(refused.text) ?? []
  const cause = `${says(refused)} for ${path}`
  if (refused.errno === 'ENOENT') return { cause: `${cause}: it is gone`, cure: 'start the job again' }
  return {
    cause: `${cause}: this user may not go there`,
    cure: `\`chmod o+x\` every directory above ${path}`,
  }
}

/** The kernel gives a new /proc only where all of the old one can be seen. */
export function explainProc(refused: Refused, machine: Machine): Diagnosis[] {
  const { procMasks } = machine
  if (procMasks.length === 0) {
    const causes = [...explainUnprivileged(refused, machine), ...filterDiagnosis(refused, machine)]
    if (causes.length > 0) return causes
    const cause = `${says(refused)} for a new /proc: no /proc that can be seen whole is mounted here`
    return [{ cause, cure: '`mount -t proc proc /proc` as root' }]
  }
  const cause = `${says(refused)} for a new /proc: parts of the one here are covered (${procMasks.join(', ')})`
  return [
    {
      cause,
      cure: machine.canAdminister || machine.container === undefined ? uncover(machine) : unmasked(machine),
    },
  ]
}

/** Why a mount with its own table of users was refused. */
export function explainIdMappedMount(refused: Refused, machine: Machine): Diagnosis[] {
  const { errno } = refused
  if (errno === 'ENOSYS' || isOlder(machine, 5, 12))
    return explainMount({ ...refused, errno: 'ENOSYS' }, machine)
  if (errno === 'EINVAL') {
    const cause = `${says(refused)}: the file system of the working directory has no id-mapped mounts`
    return [
      {
        cause,
        cure: 'work on ext4, xfs, btrfs, or tmpfs (Linux 6.3 or newer), such as `--cwd` below another mount; or start as a normal user',
      },
    ]
  }
  const causes = [...filterDiagnosis(refused, machine), ...explainPowerless(refused, machine)]
  if (causes.length > 0) return causes
  const cause = `${says(refused)}: root here does not own the file system, which was mounted outside of its user namespace`
  return [{ cause, cure: 'start as a normal user, or as root of the machine' }]
}

/** The launcher of root takes its mounts while it is root. */
function explainPowerless(refused: Refused, { isRoot, canAdminister }: Machine): Diagnosis[] {
  if (!isRoot || canAdminister || refused.errno !== 'EPERM') return []
  const cause = `${says(refused)}: we are root without CAP_SYS_ADMIN`
  const cure =
    'start as a normal user (`setpriv --reuid 1000 --regid 1000 --clear-groups …`, `docker run --user 1000 …`), or `docker run --cap-add SYS_ADMIN …`'
  return [{ cause, cure }]
}

function isOfProc(text: string): boolean {
  return text.startsWith('mount("proc"')
}

function uncover({ procMasks }: Machine): string {
  const points = procMasks.toReversed().join(' ')
  return `\`umount ${points}\` as root; in a container \`docker run --security-opt systempaths=unconfined …\` or \`podman run --security-opt unmask=ALL …\``
}

function unmasked({ container }: Machine): string {
  if (container === 'Kubernetes')
    return 'in the pod: `hostUsers: false` and `procMount: Unmasked` in its securityContext'
  if (container === 'Podman') return '`podman run --security-opt unmask=ALL …`'
  return '`docker run --security-opt systempaths=unconfined …`'
}
