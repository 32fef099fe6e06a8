import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Json } from '@runtimo/capabilities'
import { afterAll, expect, test } from 'vitest'
import type { Reply } from '../protocol/messages.ts'
import { Host } from './serve.ts'

const workingDir = mkdtempSync(join(tmpdir(), 'runtimo-test-serve-'))
afterAll(() => rmSync(workingDir, { recursive: true }))
writeFileSync(join(workingDir, 'small'), 'x')
const context = { jobId: 'one', dryRun: false, workingDir }

/** Each write of a worker, as the types of its replies. */
function given(): { host: Host; writes: Reply['type'][][] } {
  const writes: Reply['type'][][] = []
  return {
    host: new Host({ send: (...replies) => void writes.push(replies.map(({ type }) => type)) }),
    writes,
  }
}

test('what is loaded is run on request: each stage is told when it is reached', async () => {
  const { host, writes } = given()
  await host.handle({ type: 'load', jobId: 'one', source: { kind: 'builtin', name: 'FileRead' } })
  expect(writes).toEqual([['loaded']])
  await host.handle({ type: 'run', jobId: 'one', args: { path: 'small' }, context })
  expect(writes).toEqual([['loaded'], ['validated'], ['returned']])
})

test.each<[string, Json, Reply['type'][]]>([
  ['arguments that do not fit', { typo: 1 }, ['refused']],
  ['a file that is not there', { path: 'nowhere' }, ['validated', 'refused']],
])('a refusal is the last word: %s', async (_name, args, types) => {
  const { host, writes } = given()
  await host.handle({ type: 'load', jobId: 'one', source: { kind: 'builtin', name: 'FileRead' } })
  await host.handle({ type: 'run', jobId: 'one', args, context })
  expect(writes.flat().slice(1)).toEqual(types)
})

test('nothing runs that was not loaded', async () => {
  const { host, writes } = given()
  await host.handle({ type: 'run', jobId: 'one', args: {}, context })
  expect(writes).toEqual([['refused']])
})

test('a command is not served, nor what is none of ours', async () => {
  const { host, writes } = given()
  for (const name of ['ShellExec', './module.mjs']) {
    await host.handle({ type: 'serve', name, jobId: 'one', args: { cmd: 'true' }, context })
  }
  expect(writes).toEqual([['refused'], ['refused']])
})

test('a worker that is warmed says that it is ready, and has no capability yet', async () => {
  const { host, writes } = given()
  await host.handle({ type: 'warm' })
  await host.handle({ type: 'run', jobId: 'one', args: {}, context })
  expect(writes).toEqual([['ready'], ['refused']])
})
