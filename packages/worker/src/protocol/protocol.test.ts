import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeFrame, FrameReader } from './frame.ts'
import { parseReply } from './reply.ts'
import { countValues, maxValues } from './values.ts'

test('frames come out whole, however the stream is cut', () => {
  const message = fc.record({ type: fc.string(), text: fc.string({ unit: 'binary' }) })
  fc.assert(
    fc.property(fc.array(message, { maxLength: 5 }), fc.array(fc.nat(40)), (messages, cuts) => {
      const stream = Buffer.concat(messages.map(encodeFrame))
      const reader = new FrameReader(1_000_000)
      const bodies: Buffer[] = []
      let at = 0
      for (const cut of [...cuts, stream.length]) {
        bodies.push(...reader.push(stream.subarray(at, at + cut)))
        at = Math.min(stream.length, at + cut)
      }
      expect(bodies.map((body) => JSON.parse(body.toString()))).toEqual(JSON.parse(JSON.stringify(messages)))
    }),
  )
})

test('a frame over the limit is refused by its header, before its body', () => {
  const header = Buffer.alloc(4)
  header.writeUInt32LE(1001)
  expect(() => new FrameReader(1000).push(header)).toThrow('over the limit')
})

test.each([
  ['not JSON', '{', 'not JSON'],
  ['not an object', '[]', 'not an object'],
  ['of no type', '{}', 'unknown shape'],
  ['of another type', '{"type":"load","jobId":"x"}', 'unknown shape'],
  ['without a job', '{"type":"returned","value":1}', 'unknown shape'],
  [
    'with a code that no worker has',
    '{"type":"refused","jobId":"x","refusal":{"code":"RT_PRESSURE","message":"","details":{}}}',
    'unknown shape',
  ],
  ['with a reason that is none', '{"type":"ended","jobId":"x","reason":"bored"}', 'unknown shape'],
  [
    'with a key that reaches a prototype',
    '{"type":"returned","jobId":"x","value":{"__proto__":1}}',
    '__proto__',
  ],
  [
    'nested without end',
    `{"type":"returned","jobId":"x","value":${'['.repeat(5000)}${']'.repeat(5000)}}`,
    'levels',
  ],
  ['of too many values', `{"type":"returned","jobId":"x","value":[${'0,'.repeat(maxValues)}0]}`, 'values'],
])('a reply %s is described, not believed', (_name, text, words) => {
  expect(parseReply(Buffer.from(text))).toContain(words)
})

test('any bytes at all are a reply or a description, never an exception', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(['string', 'object']).toContain(typeof parseReply(Buffer.from(bytes)))
    }),
  )
})

test('values in strings do not count', () => {
  expect(countValues(Buffer.from(JSON.stringify(['a,[{"\\",b', 1, { c: [] }])))).toBe(6)
})
