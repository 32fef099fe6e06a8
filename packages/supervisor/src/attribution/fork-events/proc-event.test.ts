import { expect, test } from 'vitest'
import { decodeProcEvent } from './proc-event.ts'

const HEAD = '4c000000030000008f0e0000000000000100000001000000 8f0e000000000000 28000000'

test.each([
  {
    what: 'fork',
    hex: '01000000 01000000 a056fbe92b010000 0a000000 0b000000 0c000000 0c000000',
    event: { kind: 'fork', parent: 11, pid: 12, thread: false },
  },
  {
    what: 'new thread',
    hex: '01000000 01000000 a056fbe92b010000 0a000000 0b000000 0d000000 0c000000',
    event: { kind: 'fork', parent: 11, pid: 12, thread: true },
  },
  {
    what: 'exec',
    hex: '02000000 01000000 a056fbe92b010000 3e1a0000 3e1a0000 00000000 00000000',
    event: { kind: 'exec', pid: 6718 },
  },
  {
    what: 'renaming',
    hex: '00020000 01000000 a056fbe92b010000 3e1a0000 3e1a0000 666f726b733a31000000000000000000',
    event: { kind: 'comm', pid: 6718, tid: 6718, comm: 'forks:1' },
  },
  {
    what: 'exit',
    hex: '00000080 01000000 a056fbe92b010000 3e1a0000 3e1a0000 00070000 11000000',
    event: { kind: 'exit', pid: 6718, tid: 6718, status: 0x700 },
  },
])('a $what is decoded', ({ hex, event }) => {
  const bytes = Buffer.from((HEAD + hex).replaceAll(' ', ''), 'hex')
  expect(decodeProcEvent(bytes, bytes.length)).toEqual({ ...event, at: 1_288_120_784_544 })
})

test('an acknowledgement is no event, nor is a fragment', () => {
  const bytes = Buffer.alloc(76)
  expect(decodeProcEvent(bytes, 76)).toBeUndefined()
  expect(decodeProcEvent(Buffer.alloc(4096, 1), 40)).toBeUndefined()
})
