import { existsSync } from 'node:fs'
import process from 'node:process'
import type { Ability } from './control-groups.ts'

/** Why a group cannot do something here, and what would change that. */
export interface Refusal {
  readonly cause: string
  readonly cure: string
}

export interface Missing extends Refusal {
  readonly ability: Ability
}

const user = process.getuid?.() === 0 ? '' : '--user '
// The shell steps aside into a group of its own: a group with processes in it cannot have limited children.
const inScope = `\`systemd-run ${user}--scope -p Delegate=yes sh -c 'g=/sys/fs/cgroup$(sed -n s/^0:://p /proc/self/cgroup); mkdir $g/supervisor && echo $$ >$g/supervisor/cgroup.procs && exec "$@"' sh COMMAND\``
const asService = 'as a service: Delegate=yes and DelegateSubgroup=supervisor (systemd 254 or newer)'
const inContainer =
  'in a container: docker run --cgroupns=private --security-opt writable-cgroups=true (Docker 28 or newer), podman run --security-opt unmask=/sys/fs/cgroup'

const unify = 'boot with the unified hierarchy (systemd.unified_cgroup_hierarchy=1)'

/** Whether version 2 is where systemd has it when it uses nothing else. */
function isUnified(directory: string): boolean {
  const [top] = /^.*?\/sys\/fs\/cgroup(?=\/|$)/u.exec(directory) ?? []
  return top !== undefined && existsSync(`${top}/cgroup.controllers`)
}

/** Each hierarchy has its own group of a process, and so its own command. */
function inGroup(directory: string): string {
  const give = `mkdir -p "$1" && chown -R "$2" "$1" && echo $0 >"$1/cgroup.procs"`
  return `in the shell that starts us, for each hierarchy that is told of: \`sudo sh -c '${give}' $$ '${directory}/runtimo' ${process.getuid?.()}\`; or ${unify}: beside version 1, Delegate=yes gives controllers to no user`
}

export const refusals = {
  absent: (controller: string): Refusal => ({
    cause: `no control group hierarchy with ${controller} is mounted`,
    cure: `mount one (mount -t cgroup2 none /sys/fs/cgroup); memory may want cgroup_enable=memory at boot`,
  }),
  invisible: (mount: string): Refusal => ({
    cause: `our own group is not to be seen below ${mount}: it was mounted from outside of our control group namespace, or shows another part`,
    cure: `mount the hierarchy anew inside the namespace; ${inContainer}`,
  }),
  readOnly: (directory: string): Refusal => ({
    cause: `${directory} is read only`,
    cure: inContainer,
  }),
  notDelegated: (directory: string): Refusal => ({
    cause: `${directory} is not delegated to us`,
    cure: isUnified(directory) ? `${inScope}; ${asService}` : inGroup(directory),
  }),
  busy: (directory: string): Refusal => ({
    cause: `${directory} holds processes, us among them, and so cannot give its controllers to children; its parent is not delegated to us`,
    cure: isUnified(directory)
      ? `start in a group of your own below a delegated one: ${inScope}; ${asService}; in a container the first process does the same below /sys/fs/cgroup`
      : unify,
  }),
  notGiven: (directory: string, controller: string): Refusal => ({
    cause: `${directory} has no controller ${controller}`,
    cure: `delegate it: Delegate=cpu memory pids io in the unit of the service, or of user@.service; memory may want cgroup_enable=memory at boot`,
  }),
  oldKernel: (feature: string): Refusal => ({
    cause: `this kernel's control groups have no ${feature}`,
    cure: 'use a newer kernel (5.14 has cgroup.kill)',
  }),
  uncounted: (): Refusal => ({
    cause: 'version 1 charges what is written later to nobody, so its counts of bytes would be too low',
    cure: unify,
  }),
  threaded: (directory: string): Refusal => ({
    cause: `${directory} is a threaded group: its children cannot hold processes`,
    cure: 'start in a group of type domain',
  }),
  failed: (directory: string, error: NodeJS.ErrnoException): Refusal => ({
    cause: `no group can be made in ${directory}: ${error.message}`,
    cure: 'see cgroup.max.descendants and cgroup.max.depth there and above',
  }),
} as const

/** The refusal that an error of making or limiting a group tells of. */
export function toRefusal(directory: string, error: unknown): Refusal {
  if (!(error instanceof Error)) throw error
  const { code }: NodeJS.ErrnoException = error
  if (code === 'EROFS') return refusals.readOnly(directory)
  if (code === 'EACCES' || code === 'EPERM') return refusals.notDelegated(directory)
  return refusals.failed(directory, error)
}
