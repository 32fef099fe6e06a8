import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { madeUpJob, madeUpPolicy } from './policy-fixture.ts'
import { basePlace, bootPlace } from './memory.ts'
import { LaunchPlan } from './plan.ts'
import { recordBytes } from './player.ts'
import { type Status, StatusReader } from './status.ts'
import { words } from './word.ts'

const plan = new LaunchPlan(madeUpPolicy('sandbox', true))
const tapes = [plan.base, plan.job(madeUpJob('sandbox'))]
const read = (...chunks: readonly Buffer[]): Status[] => {
  const reader = new StatusReader(() => tapes)
  return chunks.flatMap((chunk) => reader.push(chunk))
}

const ready = words(1)
const held = words(4)
const ended = (code: number, status: number): Buffer => {
  const frame = Buffer.alloc(16)
  frame.writeBigInt64LE(2n)
  frame.writeInt32LE(code, 8)
  frame.writeInt32LE(status, 12)
  return frame
}
const usage = (io: string, tasks: string, numbers: readonly number[] = []): Buffer => {
  const rusage = Array.from({ length: 18 }, (_, i) => numbers[i] ?? 0)
  const texts = Buffer.alloc(256 + 32)
  texts.write(io)
  texts.write(tasks, 256)
  return Buffer.concat([words(3, ...rusage), texts])
}
const io = 'rchar: 1\nwchar: 2\nsyscr: 3\nsyscw: 4\nread_bytes: 5\nwrite_bytes: 6\ncancelled_write_bytes: 7\n'
const failedAt = (address: number, result: number): Buffer => words(address, result)

describe('frames of a launcher', () => {
  test('are read however they are cut', () => {
    const all = Buffer.concat([ready, held, ended(1, 7), usage(io, '8\n')])
    const whole = read(all)
    expect(whole.map(({ kind }) => kind)).toEqual(['ready', 'held', 'ended', 'usage'])
    fc.assert(
      fc.property(fc.nat(all.length), fc.nat(all.length), (a, b) => {
        const [from = 0, to = 0] = [a, b].toSorted((x, y) => x - y)
        expect(read(all.subarray(0, from), all.subarray(from, to), all.subarray(to))).toEqual(whole)
      }),
    )
  })

  test('tell an exit code from a signal', () => {
    expect(read(ended(1, 7), ended(2, 9), ended(3, 11))).toEqual([
      { kind: 'ended', code: 7, signal: null },
      { kind: 'ended', code: null, signal: 9 },
      { kind: 'ended', code: null, signal: 11 },
    ])
  })

  test('tell the usage in milliseconds and bytes', () => {
    const numbers = [1, 500_000, 2, 250_000, 3, ...Array.from({ length: 11 }, () => 0), 4, 5]
    expect(read(usage(io, '8\n', numbers))).toEqual([
      {
        kind: 'usage',
        usage: {
          userMs: 1500,
          systemMs: 2250,
          maxRssBytes: 3072,
          voluntarySwitches: 4,
          involuntarySwitches: 5,
          readBytes: 5,
          writtenBytes: 6,
          readChars: 1,
          writtenChars: 2,
          tasks: 7,
        },
      },
    ])
  })

  test('leave out what the kernel does not tell', () => {
    expect(read(usage('', ''))).toMatchObject([{ usage: { readBytes: undefined, tasks: undefined } }])
  })

  test('name the record that failed, of whichever tape', () => {
    const at = plan.base.calls.findIndex(({ name }) => name === 'unshare')
    expect(read(failedAt(basePlace.records.address + at * recordBytes, -1))).toMatchObject([
      {
        kind: 'failed',
        call: 'unshare',
        purpose: 'namespaces for everybody are allowed on this host',
        errno: 1,
      },
    ])
    expect(read(failedAt(bootPlace.records.address, -104))).toMatchObject([{ call: 'recvmsg', errno: 104 }])
  })

  test.each([
    ['an unknown kind', words(5)],
    ['the kind 0', words(0)],
    ['an address between records', failedAt(basePlace.records.address + 1, -1)],
    ['an address of no tape', failedAt(0x7000_0000, -1)],
    ['a negative word', failedAt(-1, -1)],
    ['an end that is none', ended(0, 0)],
    ['an end by being stopped', ended(5, 19)],
    ['a negative count', usage(io, '8', [-1])],
    ['no counters in their text', usage('rchar: x', '8')],
    ['a count of tasks that is no number', usage(io, 'eight')],
  ])('are refused: %s', (_name, frame) => {
    expect(() => read(frame)).toThrow(RangeError)
  })
})
