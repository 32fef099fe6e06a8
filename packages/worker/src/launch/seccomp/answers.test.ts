import { expect, test } from 'vitest'
import { fill } from '../../../../../tools/syscall-table.ts'
import type { Arch } from '../policy.ts'
import { LAST_KNOWN, SYSCALLS, syscallNumber } from '../syscalls.ts'
import { arches, type Level, levels, namesOn, run } from './filter-fixture.ts'

/** What the program, not its source, does with a number: one of our answers, or it looks at the arguments. */
function decision(arch: Arch, level: Level, number: number): string {
  const { answer, readArguments } = run(arch, level, number)
  return readArguments ? 'by its arguments' : answer
}

/** Every number that the table has room for, by what becomes of it. */
function printAnswers(arch: Arch, level: Level): string {
  const names = new Map<number, string>(namesOn(arch).map((name) => [syscallNumber(name, arch), name]))
  const numbers = Array.from({ length: LAST_KNOWN + 1 }, (_, number) => number)
  const groups = Map.groupBy(numbers, (number) => decision(arch, level, number))
  const listed = Array.from(groups, ([what, members]) => {
    const known = members.flatMap((number) => names.get(number) ?? [])
    const unknown = members.length - known.length
    return `${what}:\n${fill(known.toSorted())}\n${unknown === 0 ? '' : `  and ${unknown} that nobody has\n`}`
  })
  return listed.toSorted().join('\n')
}

test.each(arches.flatMap((arch) => levels.map((level) => ({ arch, level }))))(
  'what becomes of every number on $arch at level $level is the reviewed list',
  async ({ arch, level }) => {
    await expect(printAnswers(arch, level)).toMatchFileSnapshot(`printed/${arch}-${level}.txt`)
  },
)

test('a number above the table is told that it does not exist, without a look at its arguments', () => {
  expect(LAST_KNOWN).toBe(Math.max(...Object.values(SYSCALLS).flat()))
  for (const arch of arches) {
    for (const level of levels) {
      for (const number of [LAST_KNOWN + 1, 451, 452, 463, 511, 512, 547, 1000, 0x3fffffff]) {
        expect({ number, what: decision(arch, level, number) }).toEqual({ number, what: 'ENOSYS' })
      }
    }
  }
})
