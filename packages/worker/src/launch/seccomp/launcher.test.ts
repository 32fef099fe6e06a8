import { describe, expect, test } from 'vitest'
import type { Argument, Call } from '../call.ts'
import { Flags } from '../flags.ts'
import { LaunchPlan } from '../plan.ts'
import { madeUpJob, madeUpPolicy } from '../policy-fixture.ts'
import { arches, levels, run } from './filter-fixture.ts'

/** Of what is known only when the call is made: an address, a descriptor or a pid. */
const somewhere = 0x7ffe_1234_5678n

function argumentOf(argument: Argument): bigint {
  if (typeof argument === 'number') return BigInt(argument)
  return argument instanceof Flags ? BigInt(argument.value) : somewhere
}

function textOf({ text }: Call): string {
  return text
}

describe.each(arches.flatMap((arch) => levels.map((level) => ({ arch, level }))))(
  '$arch, $level',
  ({ arch, level }) => {
    const { calls } = new LaunchPlan(madeUpPolicy(level, true, arch)).job(madeUpJob(level))
    const filter = calls.findIndex(({ name }) => name === 'seccomp')

    test('all that the launcher does once the filter is set, the filter allows', () => {
      const after = calls.slice(filter + 1)
      const refused = after.filter(
        ({ name, args }) => run(arch, level, name, args.map(argumentOf)).answer !== 'allow',
      )
      expect(refused.map(textOf)).toEqual([])
      expect(after.map(({ name }) => name)).toEqual(
        expect.arrayContaining(['close_range', 'execve', 'write']),
      )
    })
  },
)

test('before it, a sandbox does what the filter refuses', () => {
  const { base } = new LaunchPlan(madeUpPolicy('sandbox', true))
  const refused = base.calls.filter(
    ({ name, args }) => run('x64', 'sandbox', name, args.map(argumentOf)).answer !== 'allow',
  )
  const names = new Set(refused.map(({ name }) => name))
  expect([...names]).toEqual(expect.arrayContaining(['unshare', 'mount', 'move_mount', 'pivot_root']))
})
