import { type Check, lacks, type Subject } from '../check.ts'
import type { Refused } from '../explain/diagnosis.ts'
import { explainLaunchFailure } from '../launch-failure.ts'
import type { Machine } from '../machine.ts'

/** The check of an ability whose step of the launcher was refused. */
export function judge(subject: Subject, refused: Refused, machine: Machine): Check {
  const { text, errno } = refused
  const known = explainLaunchFailure(refused, machine)
  const unknown = { cause: `${text} answers ${errno}`, cure: 'see `dmesg | tail` for who refused' }
  return lacks(subject, `${text}: ${errno}`, known.length > 0 ? known : [unknown])
}
