import { type FailedStep, nameOfError } from '../isolation/launch-error.ts'
import type { NamespaceKind } from '../isolation/posture.ts'
import type { Missing } from '../isolation/requirement.ts'
import {
  explainJoin,
  explainLandlock,
  explainLimit,
  explainCount,
  explainSeccomp,
  explainUid,
} from './explain/confinement.ts'
import type { Diagnosis, Refused } from './explain/diagnosis.ts'
import { explainIdMappedMount, explainMount } from './explain/mounts.ts'
import { explainIdMap, explainNamespaces } from './explain/namespaces.ts'
import { type Machine, readMachine } from './machine.ts'

/** A step of the launcher that the kernel refused. */
export type LaunchFailure = Refused

/** What a step is for, in terms of the posture, and who knows why it is refused. */
interface Topic {
  readonly field: string
  readonly wanted: string
  readonly explain: (failure: LaunchFailure, machine: Machine) => readonly Diagnosis[]
}

/** The error by name; empty where a call answered something else than was expected. */
export function toRefused({ call, text, purpose, errno }: FailedStep): LaunchFailure {
  return { call, text, purpose, errno: nameOfError(errno) ?? '' }
}

/** Whether a step writes the map of users of a new user namespace. */
export function isIdMapStep({ text }: LaunchFailure): boolean {
  return /\/proc\/self\/(?:uid_map|gid_map|setgroups)/u.test(text)
}

/**
 * Says of a failed step of the launcher which part of the posture cannot be had, why, and what changes that.
 * Empty when the step says nothing of this machine, such as a program or a working directory that is not there.
 */
export function explainLaunchFailure(failure: LaunchFailure, machine: Machine = readMachine()): Missing[] {
  const topic = findTopic(failure)
  if (topic === undefined) return []
  const { field, wanted, explain } = topic
  const diagnoses = explain(failure, machine)
  const known = diagnoses.length > 0 ? diagnoses : [unknown(failure)]
  return known.map(({ cause, cure }) => ({ field, wanted, cause, cure }))
}

function findTopic(failure: LaunchFailure): Topic | undefined {
  const { call, text, purpose } = failure
  const kinds = namespacesIn(text)
  if (kinds.length > 0 && (call === 'unshare' || call === 'clone')) return ofNamespaces(kinds)
  if (isIdMapStep(failure)) return sandbox('a map of users', explainIdMap)
  if (/cgroup\.(?:procs|kill)/u.test(`${text} ${purpose}`)) {
    return { field: 'cgroup', wanted: 'a control group for the job', explain: explainJoin }
  }
  if (text.includes('MOUNT_ATTR_IDMAP')) return ofRoot
  return topics.find(({ calls }) => calls.includes(call))
}

const ofRoot: Topic = {
  field: 'uid',
  wanted: "a user other than root, whose files in the workspace are root's",
  explain: explainIdMappedMount,
}

const topics: readonly (Topic & { readonly calls: readonly string[] })[] = [
  {
    calls: [
      'mount',
      'mount_setattr',
      'open_tree',
      'move_mount',
      'pivot_root',
      'umount2',
      'fsopen',
      'fsmount',
    ],
    ...sandbox('a root of its own', explainMount),
  },
  {
    calls: ['setgroups', 'setresuid', 'setresgid'],
    field: 'uid',
    wanted: 'a user other than root',
    explain: explainUid,
  },
  {
    calls: ['landlock_create_ruleset', 'landlock_add_rule', 'landlock_restrict_self'],
    field: 'landlock',
    wanted: 'true',
    explain: explainLandlock,
  },
  { calls: ['seccomp'], field: 'seccomp', wanted: 'true', explain: explainSeccomp },
  {
    calls: ['clone', 'clone3', 'fork', 'vfork'],
    field: 'pids',
    wanted: 'one more process',
    explain: explainCount,
  },
  { calls: ['prlimit64', 'setrlimit'], field: 'limits', wanted: "the job's limits", explain: explainLimit },
  { calls: ['socket', 'ioctl'], field: 'network', wanted: 'none', explain: () => [] },
  {
    calls: ['sethostname', 'mkdirat', 'mknodat', 'symlinkat'],
    ...sandbox('a root of its own', explainMount),
  },
  { calls: ['capset', 'prctl'], field: 'level', wanted: 'no privileges', explain: () => [] },
]

function sandbox(part: string, explain: Topic['explain']): Topic {
  return { field: 'level', wanted: `sandbox (${part})`, explain }
}

function ofNamespaces(kinds: readonly NamespaceKind[]): Topic {
  const only = kinds.find((kind) => kind !== 'user')
  // Root at level process: so that its job, another user, gets root's workspace.
  if (!kinds.includes('user')) return ofRoot
  const isOne = kinds.length === 2
  const field = isOne && only === 'pid' ? 'pidNamespace' : isOne && only === 'net' ? 'network' : 'level'
  return {
    field,
    wanted: `sandbox (namespaces: ${kinds.join(', ')})`,
    explain: (failure, machine) => explainNamespaces(failure, kinds, machine),
  }
}

const flags: ReadonlyMap<string, NamespaceKind> = new Map([
  ['CLONE_NEWUSER', 'user'],
  ['CLONE_NEWNS', 'mnt'],
  ['CLONE_NEWPID', 'pid'],
  ['CLONE_NEWNET', 'net'],
  ['CLONE_NEWIPC', 'ipc'],
  ['CLONE_NEWUTS', 'uts'],
  ['CLONE_NEWCGROUP', 'cgroup'],
])

function namespacesIn(text: string): NamespaceKind[] {
  return [...text.matchAll(/CLONE_NEW[A-Z]+/gu)].flatMap(([flag]) => flags.get(flag) ?? [])
}

function unknown({ text, errno, purpose }: LaunchFailure): Diagnosis {
  const what = purpose === '' ? text : `${text} (${purpose})`
  return {
    cause: `${what} answers ${errno}`,
    cure: 'see `runtimo doctor`, and `dmesg | tail` for who refused',
  }
}
