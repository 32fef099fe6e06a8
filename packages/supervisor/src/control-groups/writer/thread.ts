import { parentPort } from 'node:worker_threads'
import { obey } from './obey.ts'
import type { Reply, Request } from './tree-writer.ts'

parentPort?.on('message', (request: Request) => {
  parentPort?.postMessage(answer(request), [])
})

function answer({ id, order }: Request): Reply {
  try {
    return { id, busy: obey(order) }
  } catch (error) {
    // The code of an error does not survive the way between threads.
    const { code, message }: NodeJS.ErrnoException = error instanceof Error ? error : new Error(String(error))
    return { id, busy: [], error: { code, message } }
  }
}
