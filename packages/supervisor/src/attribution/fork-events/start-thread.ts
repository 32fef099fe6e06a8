import { once } from 'node:events'
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { runFirst } from '../../linux/priority.ts'
import type { Hello, ThreadData } from './question.ts'

export interface ListenerThread {
  readonly worker: Worker
  readonly tid: number
}

export async function startThread(workerData: ThreadData, runsFirst: boolean): Promise<ListenerThread> {
  // A URL in a string is not rewritten by the compiler: .ts from sources, .js when built.
  const entry = new URL(`./thread${extname(import.meta.url)}`, import.meta.url)
  // The cache halves the start; nothing else of the environment is wanted.
  const { NODE_COMPILE_CACHE } = process.env
  const worker = new Worker(entry, {
    name: 'fork-events',
    workerData,
    execArgv: [],
    env: NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE },
  })
  const [hello] = await once(worker, 'message')
  const { tid }: Hello = hello
  // Many programs live for less than a millisecond: to learn their names it must be there before they end.
  if (runsFirst) runFirst(tid)
  return { worker, tid }
}
