import { type Check, has, lacks } from '../check.ts'
import { upgrade } from '../explain/diagnosis.ts'
import { isOlder, type Machine } from '../machine.ts'

const subject = { ability: 'kernel', field: 'level', neededFor: 'sandbox' } as const

/** mount_setattr makes whole trees of mounts read-only at once; nothing before it did. */
export function probeKernel(machine: Machine): Check {
  const version = machine.kernel.join('.')
  if (!isOlder(machine, 5, 12)) return has(subject, `Linux ${version}`)
  const cause = `mount_setattr, by which the view is made read-only, came with Linux 5.12, this is ${version}`
  return lacks(subject, `Linux ${version}`, [{ cause, cure: upgrade('5.12') }])
}
