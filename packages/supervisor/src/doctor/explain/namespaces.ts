import type { NamespaceKind } from '../../isolation/posture.ts'
import type { Machine } from '../machine.ts'
import { type Diagnosis, filterDiagnosis, type Refused, says, sysctl, upgrade } from './diagnosis.ts'

/** Enough for every sandbox, and what many distributions have. */
const enough = 15_000

/** Why `unshare`, or `clone` with namespaces, was refused; `kinds` are those that were asked for. */
export function explainNamespaces(
  refused: Refused,
  kinds: readonly NamespaceKind[],
  machine: Machine,
): Diagnosis[] {
  const { errno } = refused
  if (errno === 'ENOSPC' || errno === 'EUSERS') return explainLimit(refused, kinds, machine)
  if (errno === 'EINVAL') {
    const cause = `${says(refused)}: this kernel was built without one of: ${kinds.join(', ')} namespaces`
    return [
      {
        cause,
        cure: 'use a kernel with CONFIG_USER_NS, CONFIG_PID_NS, CONFIG_NET_NS, CONFIG_IPC_NS, CONFIG_UTS_NS',
      },
    ]
  }
  const causes = [
    ...explainUnprivileged(refused, machine),
    ...filterDiagnosis(refused, machine),
    ...explainChroot(refused, machine),
  ]
  if (causes.length > 0) return causes
  const cause = `${says(refused)}: a security module or an outer sandbox forbids it`
  return [{ cause, cure: 'see `dmesg | tail` for the name of who refused, and allow user namespaces there' }]
}

/** Settings of distributions. They hold for root too: the launcher has left root behind when it gets there. */
export function explainUnprivileged(refused: Refused, { knob }: Machine): Diagnosis[] {
  const found: Diagnosis[] = []
  if (knob('kernel/unprivileged_userns_clone') === 0) {
    const name = 'kernel.unprivileged_userns_clone'
    found.push({ cause: `${says(refused)}: ${name} is 0`, cure: sysctl(name, 1) })
  }
  if (knob('kernel/apparmor_restrict_unprivileged_userns') === 1) {
    const name = 'kernel.apparmor_restrict_unprivileged_userns'
    found.push({
      cause: `${says(refused)}: ${name} is 1, so that a user namespace gives no rights`,
      cure: `${sysctl(name, 0)}; or an AppArmor profile with \`userns,\` for this node binary`,
    })
  }
  return found
}

function explainLimit(refused: Refused, kinds: readonly NamespaceKind[], { knob }: Machine): Diagnosis[] {
  const exhausted = kinds.filter((kind) => knob(`user/max_${kind}_namespaces`) === 0)
  if (exhausted.length === 0) {
    const cause = `${says(refused)}: as many namespaces as user.max_*_namespaces allow are in use, or they are nested 32 deep`
    return [{ cause, cure: `raise them: ${sysctl('user.max_user_namespaces', 2 * enough)}` }]
  }
  return exhausted.map((kind) => {
    const name = `user.max_${kind}_namespaces`
    return { cause: `${says(refused)}: ${name} is 0`, cure: sysctl(name, enough) }
  })
}

function explainChroot({ call, errno }: Refused, { isChroot }: Machine): Diagnosis[] {
  if (!isChroot || errno !== 'EPERM') return []
  const cause = `${call} answers ${errno}: this process runs in a chroot, where the kernel gives no user namespace`
  return [
    { cause, cure: 'start it in a mount namespace of its own instead: pivot_root, as container engines do' },
  ]
}

/** Why a line of uid_map, gid_map or setgroups was refused. */
export function explainIdMap(refused: Refused, machine: Machine): Diagnosis[] {
  const { errno } = refused
  if (errno === 'ENOENT') {
    const cause = `${says(refused)}: there is no /proc here, or the kernel is too old`
    return [{ cause, cure: '`mount -t proc proc /proc` as root' }]
  }
  if (errno === 'EROFS') {
    return [
      { cause: `${says(refused)}: /proc is mounted read only`, cure: '`mount -o remount,rw /proc` as root' },
    ]
  }
  const causes = [...explainUnprivileged(refused, machine), ...filterDiagnosis(refused, machine)]
  if (causes.length > 0) return causes
  const cause = `${says(refused)}: our own user is not mapped in the namespace that we are in, or a security module forbids it`
  return [
    {
      cause,
      cure: `see /proc/self/uid_map and \`dmesg | tail\`; ${upgrade('5.12')} in an unconfined container`,
    },
  ]
}
