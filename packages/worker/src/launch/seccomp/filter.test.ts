import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Arch } from '../policy.ts'
import { LAST_KNOWN, type Syscall, syscallNumber } from '../syscalls.ts'
import { differences } from './differences.ts'
import { arches, type Level, levels, namesOn, run } from './filter-fixture.ts'
import { seccompFilter } from './filter.ts'
import { audit, interpret } from './interpreter-fixture.ts'
import { ociAnswer } from './oci-fixture.ts'
import { answerTo } from './reference-fixture.ts'
import { ruleOf } from './rules.ts'

/** Numbers that mean something as one argument or another, and what happens to be in a register. */
const tellingNumbers = [
  0, 1, 2, 8, 16, 38, 40, 0o100, 0o755, 0o1777, 0o2000, 0o4000, 0o4755, 0o2755, 0o20000000, 0o20200100,
  0x5401, 0x5412, 0x541c, 0x5423, 0x8000, 0x8910, 0x8bff, 0x8c00, 0x20000, 0x40000, 0x10000000, 0x7e020000,
  0xffffffff,
]
const telling = fc.constantFrom(...tellingNumbers)
const word = fc.oneof(
  { weight: 6, arbitrary: telling.map(BigInt) },
  {
    weight: 2,
    arbitrary: fc.tuple(telling, telling).map(([low, high]) => (BigInt(high) << 32n) | BigInt(low)),
  },
  { weight: 1, arbitrary: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) },
)
const words = fc.array(word, { minLength: 6, maxLength: 6 })

function steps(arch: Arch, level: Level, name: Syscall): number {
  const samples = fc.sample(words, { numRuns: 50, seed: 2 })
  return Math.max(...samples.map((args) => run(arch, level, name, args).steps))
}

describe.each(arches.flatMap((arch) => levels.map((level) => ({ arch, level }))))(
  '$arch, $level',
  ({ arch, level }) => {
    const known = namesOn(arch)

    test('the program says what the rules say, whatever the arguments', () => {
      fc.assert(
        fc.property(fc.constantFrom(...known), words, (name, args) => {
          const { answer } = run(arch, level, name, args)
          expect(answer).toBe(answerTo(ruleOf(name, level), args))
        }),
        { numRuns: 5000 },
      )
    })

    test('it differs from the OCI default profile just where a reason is given', () => {
      const differing = new Set<Syscall>()
      const samples = fc.sample(words, { numRuns: 300, seed: 1 })
      for (const name of known) {
        for (const args of samples) {
          if (run(arch, level, name, args).answer !== ociAnswer(name, args)) differing.add(name)
        }
      }
      const explained = differences.filter((difference) => (difference.level ?? level) === level)
      const names = new Set(
        explained.flatMap((difference) => difference.names).filter((name) => known.includes(name)),
      )
      expect([...differing].toSorted()).toEqual([...names].toSorted())
    })

    test('whatever the table does not know is answered as by a kernel that lacks it', () => {
      const numbers = new Set(known.map((name) => syscallNumber(name, arch)))
      const unknown = Array.from({ length: 1000 }, (_, number) => number).filter(
        (number) => !numbers.has(number),
      )
      expect(unknown.length).toBe(1000 - known.length)
      for (const number of [...unknown, 0x3fffffff, 0xffffffff]) {
        expect(run(arch, level, number).answer, `number ${number}`).toBe('ENOSYS')
      }
    })

    test('a call of another architecture kills', () => {
      fc.assert(
        fc.property(fc.nat(), fc.integer({ min: 0, max: LAST_KNOWN }), (architecture, number) => {
          fc.pre(architecture !== audit[arch])
          const program = seccompFilter(arch, level)
          expect(interpret(program, { number, architecture, args: [] }).answer).toBe('kill')
        }),
        {
          numRuns: 100,
          examples: [
            [audit.i386, 20],
            [audit.arm, 20],
            [audit[arch === 'x64' ? 'arm64' : 'x64'], 39],
          ],
        },
      )
    })

    test('a call that is allowed whatever the arguments is decided without them, so that the kernel remembers it', () => {
      const always = known.filter((name) => {
        const rule = ruleOf(name, level)
        return rule.otherwise === 'allow' && rule.exceptions.length === 0
      })
      expect(always.length).toBeGreaterThan(180)
      for (const name of always) {
        const { answer, readArguments } = run(arch, level, name)
        expect({ name, answer, readArguments }).toEqual({ name, answer: 'allow', readArguments: false })
      }
    })

    test('no decision takes more than 20 instructions, opening a file 15', () => {
      expect(Math.max(...known.map((name) => steps(arch, level, name)))).toBeLessThanOrEqual(20)
      expect(steps(arch, level, 'openat')).toBeLessThanOrEqual(15)
    })
  },
)
