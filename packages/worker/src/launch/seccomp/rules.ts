import type { LaunchPolicy } from '../policy.ts'
import type { Syscall } from '../syscalls.ts'
import type { Answer } from './answer.ts'
import type { Condition } from './condition.ts'
import { differences } from './differences.ts'
import { ociAllowed, ociRefusals } from './oci-default.ts'
import type { Refusal } from './refusal.ts'

export interface Rule {
  /** The first that holds decides. */
  readonly exceptions: readonly { readonly when: Condition; readonly answer: Answer }[]
  readonly otherwise: Answer
}

const allowed = new Set(ociAllowed)
const refusals = [...differences, ...ociRefusals]

/** What the OCI default profile allows, less our differences. */
export function ruleOf(name: Syscall, level: LaunchPolicy['level']): Rule {
  const applying = refusals.filter((refusal) => applies(refusal, name, level))
  const whole = applying.find(({ when }) => when === undefined)
  if (whole !== undefined) return { exceptions: [], otherwise: whole.answer }
  if (!allowed.has(name)) return { exceptions: [], otherwise: 'EPERM' }
  const exceptions = applying.flatMap(({ when, answer }) => (when === undefined ? [] : [{ when, answer }]))
  return { exceptions, otherwise: 'allow' }
}

function applies(refusal: Refusal, name: Syscall, level: LaunchPolicy['level']): boolean {
  return refusal.names.includes(name) && (refusal.level ?? level) === level
}
