import { readlinkSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { Answers } from './answers.ts'
import { Lineages } from './lineages.ts'
import { listen } from './listen.ts'
import type { Hello, ThreadData } from './question.ts'

// The thread never returns to its event loop: it sleeps in read(), and takes messages when a fence tells it to.
const { connector, supervisor }: ThreadData = workerData
const tid = Number(readlinkSync('/proc/thread-self').split('/').at(-1))
if (parentPort !== null) {
  const hello: Hello = { tid }
  parentPort.postMessage(hello, [])
  const lineages = new Lineages(supervisor)
  listen(connector, { pid: supervisor, tid }, lineages, new Answers(parentPort, lineages))
}
