import { once } from 'node:events'
import { type Duplex, duplexPair } from 'node:stream'
import { encodeFrame } from '@runtimo/worker'
import { expect, test } from 'vitest'
import { WorkerChannel } from './worker-channel.ts'

const jobId = 'one'
const context = { jobId, dryRun: false, workingDir: '/' }
const stages = ['validated', 'returned', 'inspected'] as const
const validated = { type: 'validated', jobId }
const returned = { type: 'returned', jobId, value: 1 }
const inspected = { type: 'inspected', jobId, residue: [] }
const answers = [validated, returned, inspected]
const refused = {
  type: 'refused',
  jobId,
  refusal: { code: 'RT_CAPABILITY_FAILED', message: 'no', details: {} },
}

interface Given {
  readonly channel: WorkerChannel
  /** The worker's end. */
  readonly worker: Duplex
  readonly ended: PromiseWithResolvers<{ code: number | null; signal: null }>
}

function given(hasThread = false): Given {
  const [ours, worker] = duplexPair()
  const ended = Promise.withResolvers<{ code: number | null; signal: null }>()
  return { channel: new WorkerChannel(ours, ended.promise, hasThread), worker, ended }
}

/** What becomes of each answer to a job, when the worker says this. */
async function serve({ channel, worker }: Given, said: readonly object[]): Promise<string[]> {
  const asked = channel.request({ type: 'serve', name: 'Given', jobId, args: {}, context }, stages)
  await once(worker, 'data')
  worker.write(Buffer.concat(said.map(encodeFrame)))
  const settled = await Promise.all(
    asked.map(
      async (answer: Promise<{ type: string }>) => await answer.catch(({ code }) => ({ type: code })),
    ),
  )
  return settled.map(({ type }) => type)
}

test('one request is answered by one reply for each stage, in their order', async () => {
  const one = given()
  expect(await serve(one, answers)).toEqual(stages)
  expect(await serve(one, answers)).toEqual(stages)
  expect(one.channel.received).toBe(6)
})

test.each([
  ['the first', [refused], 0],
  ['the second', [validated, refused], 1],
  ['the last', [validated, returned, refused], 2],
])('a refusal takes the place of all that are to come: %s', async (_name, said, place) => {
  const one = given()
  const expected = stages.map((stage, index) => (index < place ? stage : 'RT_CAPABILITY_FAILED'))
  expect(await serve(one, said)).toEqual(expected)
  expect(one.channel.isBroken).toBe(false)
})

test.each<[string, readonly object[]]>([
  ['the second before the first', [returned, inspected]],
  ['a stage left out', [validated, inspected]],
  ['a stage twice', [validated, validated]],
  ['more after a refusal', [refused, returned]],
  ['more after the last', [...answers, inspected]],
  ['the last of another job', [validated, returned, { ...inspected, jobId: 'two' }]],
  ['a refusal of another job', [{ ...refused, jobId: 'two' }]],
  ['that it is ready', [{ type: 'ready' }]],
  ['that its thread has ended, which it has not', [{ type: 'ended', jobId, reason: 'exited' }]],
])('what is not the next answer breaks the channel: %s', async (_name, said) => {
  const one = given()
  await serve(one, said)
  expect(one.channel.isBroken).toBe(true)
  await expect(one.channel.warm()).rejects.toMatchObject({ code: 'RT_PROTOCOL_VIOLATION' })
})

test('a worker that is warmed must say no more than that it is ready', async () => {
  const { channel, worker } = given()
  const warm = channel.warm()
  worker.write(encodeFrame(refused))
  await expect(warm).rejects.toMatchObject({ code: 'RT_PROTOCOL_VIOLATION' })
})

test('a thread that ended is told for all that are to come', async () => {
  const said = [validated, { type: 'ended', jobId, reason: 'out_of_memory' }]
  expect(await serve(given(true), said)).toEqual(['validated', 'RT_LIMIT_EXCEEDED', 'RT_LIMIT_EXCEEDED'])
})

test('a worker that ended is told for all that are to come', async () => {
  const one = given()
  one.ended.resolve({ code: 3, signal: null })
  expect(await serve(one, [validated])).toEqual(['validated', 'RT_CRASHED', 'RT_CRASHED'])
})
