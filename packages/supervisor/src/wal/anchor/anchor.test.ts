import { execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { appendFileSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { jobEvents, linesOf, logPath } from '../read/log-fixture.ts'
import { verifyLog } from '../verify/verify.ts'
import { writeAnchor } from './write.ts'

const { privateKey, publicKey } = makeKeys('ed25519')
const other = makeKeys('ed25519')
const events = jobEvents(20)

function makeKeys(type: 'ed25519' | 'ed448'): { privateKey: string; publicKey: string } {
  const made = type === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ed448')
  return {
    privateKey: made.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKey: made.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  }
}

function logOf(count: number): string {
  const path = logPath()
  writeFileSync(path, Buffer.concat(linesOf(events.slice(0, count))))
  return path
}

test('a past that was rewritten from scratch is whole by itself, and is found by an anchor', async () => {
  const path = logOf(20)
  const { hash } = await writeAnchor(path, privateKey)
  const forged = events.map((event, index) => (index === 5 ? { ...event, job_id: 'nobody' } : event))
  writeFileSync(path, Buffer.concat(linesOf(forged)))
  expect(await verifyLog(path)).toMatchObject({ ok: true, records: 20 }) // the attack
  expect(await verifyLog(path, { publicKey })).toMatchObject({ ok: false, seq: 20, kind: 'foreign' })
  expect(await verifyLog(path, { anchor: hash })).toMatchObject({ ok: false, kind: 'foreign' })
  expect(await verifyLog(path, { anchor: `20:${hash}` })).toMatchObject({
    ok: false,
    seq: 20,
    kind: 'foreign',
  })
})

test('a log that ends before its anchor was truncated', async () => {
  const path = logOf(20)
  const { hash } = await writeAnchor(path, privateKey)
  writeFileSync(path, Buffer.concat(linesOf(events.slice(0, 15))))
  expect(await verifyLog(path)).toMatchObject({ ok: true, lastSeq: 15 }) // the attack
  const offset = statSync(path).size
  expect(await verifyLog(path, { publicKey })).toMatchObject({
    ok: false,
    offset,
    seq: 16,
    kind: 'truncated',
  })
  expect(await verifyLog(path, { anchor: `20:${hash}` })).toMatchObject({ kind: 'truncated' })
})

test('anchors are met while the log goes on, each with its own key', async () => {
  const path = logOf(10)
  await writeAnchor(path, privateKey)
  await writeAnchor(path, other.privateKey)
  writeFileSync(path, Buffer.concat(linesOf(events)))
  await writeAnchor(path, privateKey)
  expect(await verifyLog(path, { publicKey })).toMatchObject({
    ok: true,
    anchors: { met: 2, passed: 0, otherKeys: 1 },
  })
  expect(await verifyLog(path, { publicKey, from: 15 })).toMatchObject({
    ok: true,
    anchors: { met: 1, passed: 1 },
  })
  expect(statSync(`${path}.anchors`).mode & 0o777).toBe(0o600)
})

test.each([
  ['another seq', (line: string) => line.replace('"seq":20', '"seq":19')],
  ['another hash', (line: string) => line.replace(/"hash":"./u, '"hash":"x')],
  ['another time', (line: string) => line.replace(/"ts":\d/u, '"ts":9')],
  ['no signature', (line: string) => line.replace(/"signature":"[^"]*"/u, '"signature":""')],
  ['half a line', (line: string) => line.slice(0, 80)],
])('an anchor with %s is not trusted', async (_name, change) => {
  const path = logOf(20)
  await writeAnchor(path, privateKey)
  const file = `${path}.anchors`
  writeFileSync(file, change(readFileSync(file, 'utf8')))
  expect(await verifyLog(path, { publicKey })).toMatchObject({ ok: false, file, offset: 0, kind: 'foreign' })
})

test('anchors that are gone, or of another key only, do not pass for checked', async () => {
  const path = logOf(20)
  await writeAnchor(path, other.privateKey)
  expect(await verifyLog(path, { publicKey })).toMatchObject({ ok: false, kind: 'truncated' })
  await expect(verifyLog(path, { anchors: `${path}.anchors` })).rejects.toMatchObject({ code: 'RT_USAGE' })
  rmSync(`${path}.anchors`)
  expect(await verifyLog(path, { publicKey })).toMatchObject({ ok: false, file: `${path}.anchors` })
})

test('a line that a crash cut short does not swallow the next anchor', async () => {
  const path = logOf(20)
  appendFileSync(`${path}.anchors`, '{"v":1,', { mode: 0o600 })
  await writeAnchor(path, privateKey)
  expect(readFileSync(`${path}.anchors`, 'utf8').split('\n')).toHaveLength(3)
})

test('keys are what openssl writes, and nothing else', async () => {
  const path = logOf(3)
  const file = `${path}.pem`
  execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', file])
  const made = readFileSync(file, 'utf8')
  const open = execFileSync('openssl', ['pkey', '-in', file, '-pubout'], { encoding: 'utf8' })
  await writeAnchor(path, made)
  expect(await verifyLog(path, { publicKey: open })).toMatchObject({ ok: true, anchors: { met: 1 } })
  await expect(writeAnchor(path, makeKeys('ed448').privateKey)).rejects.toMatchObject({
    code: 'RT_USAGE',
    message: expect.stringContaining('ed448'),
  })
  await expect(writeAnchor(path, 'nonsense')).rejects.toMatchObject({ code: 'RT_USAGE' })
  await expect(verifyLog(path, { anchor: 'abc' })).rejects.toMatchObject({ code: 'RT_USAGE' })
})

test('a log without a last record is not anchored', async () => {
  const path = logOf(3)
  appendFileSync(path, 'nonsense\n')
  await expect(writeAnchor(path, privateKey)).rejects.toMatchObject({ code: 'RT_WAL_CORRUPT' })
  writeFileSync(path, '')
  await expect(writeAnchor(path, privateKey)).rejects.toMatchObject({ code: 'RT_USAGE' })
})
