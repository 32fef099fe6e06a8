import type { Machine } from '../machine.ts'

/** Why something cannot be had here, and what changes that. */
export interface Diagnosis {
  readonly cause: string
  readonly cure: string
}

/** A system call that was refused, with the name of its error such as EPERM. */
export interface Refused {
  /** Such as `unshare`. */
  readonly call: string
  /** With its arguments, as in a printed tape. */
  readonly text: string
  readonly purpose: string
  readonly errno: string
}

export function says({ call, errno }: Refused): string {
  return `${call} answers ${errno}`
}

/** The container's filter of system calls, when there is one on us: likely the reason for EPERM and ENOSYS. */
export function filterDiagnosis(refused: Refused, machine: Machine): Diagnosis[] {
  if (!machine.hasFilter || !['EPERM', 'ENOSYS', 'EACCES'].includes(refused.errno)) return []
  const where = machine.container === undefined ? '' : ` (${machine.container})`
  return [
    {
      cause: `${says(refused)}: a seccomp filter is on this process${where}, see Seccomp in /proc/self/status`,
      cure: unconfined(machine),
    },
  ]
}

/** Options of whoever started the container. */
export function unconfined({ container }: Machine): string {
  const cures = {
    Docker:
      '`docker run --security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined …`',
    Podman: '`podman run --security-opt seccomp=unconfined --security-opt unmask=ALL …`',
    Kubernetes:
      'in the pod: `hostUsers: false`, and in its securityContext `seccompProfile: {type: Unconfined}`, `appArmorProfile: {type: Unconfined}`, `procMount: Unmasked`',
  }
  if (container === 'Docker' || container === 'Podman' || container === 'Kubernetes') return cures[container]
  return `start this process without the filter; in a container: ${cures.Docker}, or ${cures.Podman}`
}

/** A line for sysctl, and how to keep it. */
export function sysctl(name: string, value: number): string {
  return `\`sysctl -w ${name}=${value}\` as root, and the line \`${name} = ${value}\` in /etc/sysctl.d/60-runtimo.conf to keep it`
}

export function upgrade(version: string): string {
  return `use Linux ${version} or newer`
}
