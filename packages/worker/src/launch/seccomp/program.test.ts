import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileSearch } from './compile.ts'
import { oneOf } from './condition.ts'
import { audit, interpret } from './interpreter-fixture.ts'
import { Program } from './program.ts'
import type { NumberRange } from './ranges.ts'
import { answerTo } from './reference-fixture.ts'

const answers = ['allow', 'EPERM', 'ENOSYS', 'kill'] as const

/** Every number has a rule of its own, and each rule is this long: jumps are far. */
function manyRanges(count: number, values: number): NumberRange[] {
  return Array.from({ length: count }, (_, first) => ({
    first,
    rule: {
      exceptions: [
        { when: oneOf(0, ...Array.from({ length: values }, (_unused, i) => 7 * i + first)), answer: 'EPERM' },
      ],
      otherwise: answers[first % answers.length] ?? 'allow',
    },
  }))
}

function compiled(ranges: readonly NumberRange[]): Buffer {
  const program = new Program()
  program.loadNumber(compileSearch(program, ranges))
  return program.toBytes()
}

test('jumps further than a byte can say arrive', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 300 }), (count, values) => {
      const ranges = manyRanges(count, values)
      const program = compiled(ranges)
      for (const { first: number, rule } of ranges) {
        for (const value of [0, number, number + 7 * (values - 1), number + 7 * values, number + 1]) {
          const args = [BigInt(value)]
          const { answer } = interpret(program, { number, architecture: audit.x64, args })
          expect(answer).toBe(answerTo(rule, args))
        }
      }
    }),
    { numRuns: 30 },
  )
})

/** Both branches of one jump, over so many instructions that do nothing. */
function jumpsOver(first: number, second: number): [yes: string, no: string] {
  const program = new Program()
  const kill = program.answer('kill')
  for (let i = 0, next = kill; i < second; i++) next = program.loadNumber(next)
  const allow = program.answer('allow')
  for (let i = 0, next = allow; i < first; i++) next = program.loadNumber(next)
  program.loadNumber(program.branch('equal', 7, allow, kill))
  const bytes = program.toBytes()
  const answerTo7 = interpret(bytes, { number: 7, architecture: 0, args: [] }).answer
  return [answerTo7, interpret(bytes, { number: 8, architecture: 0, args: [] }).answer]
}

test('a jump arrives on both sides when one distance, the other or both just do not fit', () => {
  for (let first = 250; first <= 258; first++) {
    for (let second = 0; second <= 4; second++) {
      expect({ first, second, answers: jumpsOver(first, second) }).toEqual({
        first,
        second,
        answers: ['allow', 'kill'],
      })
    }
  }
})

test('what follows a load is what it was told to go on with, not what was written last', () => {
  const program = new Program()
  const kill = program.answer('kill')
  program.answer('allow')
  program.loadNumber(kill)
  expect(interpret(program.toBytes(), { number: 7, architecture: 0, args: [] }).answer).toBe('kill')
})

test('the search takes a step more for twice as many ranges', () => {
  const steps = [64, 128, 256].map((count) => {
    const ranges = manyRanges(count, 1).map(({ first, rule }) => ({
      first,
      rule: { ...rule, exceptions: [] },
    }))
    const program = compiled(ranges)
    const runs = ranges.map(
      ({ first: number }) => interpret(program, { number, architecture: 0, args: [] }).steps,
    )
    return Math.max(...runs)
  })
  expect(steps).toEqual([8, 9, 10])
})

test('a program without ranges is refused', () => {
  expect(() => compileSearch(new Program(), [])).toThrow('no ranges')
})
