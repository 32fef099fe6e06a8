import { existsSync } from 'node:fs'
import process from 'node:process'
import { userNamespaceTape } from '@runtimo/worker'
import { arch } from '../../isolation/arch.ts'
import type { NamespaceKind } from '../../isolation/posture.ts'
import { type Check, has, lacks, ofSandbox, type Subject } from '../check.ts'
import type { Refused } from '../explain/diagnosis.ts'
import { explainNamespaces, explainUnprivileged } from '../explain/namespaces.ts'
import type { Machine } from '../machine.ts'
import { judge } from './judge.ts'
import { play } from './play.ts'

const user = ofSandbox('user_namespace', 'level')
const subjects: ReadonlyMap<NamespaceKind, Subject> = new Map([
  ['user', user],
  ['mnt', ofSandbox('mount_namespace', 'view')],
  ['pid', ofSandbox('pid_namespace', 'pidNamespace')],
  ['net', ofSandbox('network_namespace', 'network')],
  ['ipc', ofSandbox('ipc_namespace', 'level')],
  ['uts', ofSandbox('uts_namespace', 'level')],
  ['cgroup', ofSandbox('cgroup_namespace', 'level')],
])

export function haveNamespaces(): Check[] {
  return [...subjects.values()].map((each) => has(each, 'unshared'))
}

export async function probeUserNamespace(executable: string, machine: Machine): Promise<Check> {
  const refused = await play(executable, userNamespaceTape(arch(), process.pid))
  return refused === undefined ? has(user, 'unshared') : judge(user, refused, machine)
}

/**
 * Which kind it was, after the kernel refused all at once. The others come only with a user namespace: without
 * one they are not tried.
 */
export async function judgeNamespaces(
  executable: string,
  refused: Refused,
  machine: Machine,
): Promise<Check[]> {
  const alone = await probeUserNamespace(executable, machine)
  if (!alone.have) return [alone]
  // Root may have one, and the user that it becomes may not.
  if (explainUnprivileged(refused, machine).length > 0) return [judge(user, refused, machine)]
  const others = [...subjects].filter(([kind]) => kind !== 'user')
  const absent = others.filter(([kind]) => isAbsent(kind, machine))
  const guilty = absent.length > 0 ? absent : others
  return [
    alone,
    ...guilty.map(([kind, each]) =>
      lacks(each, `${refused.text}: ${refused.errno}`, explainNamespaces(refused, [kind], machine)),
    ),
  ]
}

function isAbsent(kind: NamespaceKind, { knob }: Machine): boolean {
  return knob(`user/max_${kind}_namespaces`) === 0 || !existsSync(`/proc/self/ns/${kind}`)
}
