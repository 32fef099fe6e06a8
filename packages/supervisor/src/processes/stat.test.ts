import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isOver, parseStat } from './stat.ts'

function statText(comm: string, startTime = 12_345): string {
  const numbers = `7 8 -9 0 -1 4194304 1 2 3 4 150 50 30 -10 20 0 1 0 ${startTime} 1000000 25`
  return `42 (${comm}) S ${numbers} 18446744073709551615 0 0 17 1\n`
}

test('parses ids, times and memory', () => {
  expect(parseStat(statText('sh'))).toEqual({
    pid: 42,
    ppid: 7,
    pgid: 8,
    session: -9,
    startTime: 12_345,
    comm: 'sh',
    state: 'S',
    userMs: 1500,
    systemMs: 500,
    cpuMs: 2000,
    waitedUserMs: 300,
    waitedSystemMs: -100,
    rssBytes: 25 * 4096,
    threads: 1,
  })
})

test('counts resident memory in pages of the given size', () => {
  expect(parseStat(statText('sh'), 65_536)?.rssBytes).toBe(25 * 65_536)
})

test('a zombie is over, unless other threads of it live', () => {
  expect(isOver({ state: 'Z', threads: 1 })).toBe(true)
  expect(isOver({ state: 'Z', threads: 2 })).toBe(false)
  expect(isOver({ state: 'S', threads: 1 })).toBe(false)
})

test('no name can forge another field', () => {
  const anyText = fc.string({ unit: fc.nat({ max: 0xffff }).map((code) => String.fromCharCode(code)) })
  const hostile = fc.string({ unit: fc.constantFrom('(', ')', ' ', '\n', 'R', 'Z', '0', '1'), maxLength: 15 })
  fc.assert(
    fc.property(fc.oneof(anyText, hostile), fc.nat(), (comm, startTime) => {
      const stat = parseStat(statText(comm, startTime))
      expect(stat).toMatchObject({ pid: 42, comm, state: 'S', ppid: 7, startTime, rssBytes: 25 * 4096 })
    }),
  )
})

test('a text that was cut off is no process', () => {
  const text = statText('a) R (b')
  fc.assert(
    fc.property(fc.nat({ max: text.indexOf(' 25 ') + 3 }), (length) => {
      expect(parseStat(text.slice(0, length))).toBeUndefined()
    }),
  )
})

test('any other text is no process, and no error', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(parseStat(text)).toBeUndefined()
    }),
  )
})
