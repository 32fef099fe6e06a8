import process from 'node:process'
import { MessageChannel } from 'node:worker_threads'
import { Piscina } from 'piscina'
import { channelFd, openChannel } from './protocol/channel.ts'
import type { EndReason, Reply, Request } from './protocol/messages.ts'
import type { ServeTask, Told, WarmTask } from './thread.ts'

/** Heap of one job's thread. Buffers are outside of it: no level without a memory limit bounds those. */
const resourceLimits = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 }

// The entry of level `thread`: a process that may be sacrificed, with one thread for its one job.
const pool = new Piscina<ServeTask | WarmTask, void>({
  filename: import.meta.resolve('@runtimo/worker/thread'),
  minThreads: 1,
  maxThreads: 1,
  idleTimeout: Infinity,
  resourceLimits,
})

let send: (request: Request) => void = () => undefined

const channel = openChannel(channelFd, { onRequest, onClose: () => process.exit(0) })
channel.send({ type: 'ready' })

function onRequest(request: Request): void {
  if (request.type === 'warm') return void warm()
  if (request.type === 'load') send = start(request.jobId)
  send(request)
}

async function warm(): Promise<void> {
  await pool.run({ kind: 'warm' })
  channel.send({ type: 'ready' })
}

/** Gives the job a thread, passes its replies on, and says when the thread is gone. */
function start(jobId: string): (request: Request) => void {
  const { port1, port2 } = new MessageChannel()
  const told: Told = 'told'
  port1.on('message', (reply: Reply) => {
    channel.send(reply)
    port1.postMessage(told)
  })
  const task: ServeTask = { kind: 'serve', port: port2 }
  void pool
    .run(task, { transferList: [port2] })
    .then(() => 'exited' as const, toReason)
    .then((reason) => channel.send({ type: 'ended', jobId, reason }))
  return (request) => port1.postMessage(request)
}

function toReason(error: unknown): EndReason {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'out_of_memory' : 'exited'
}
