import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { fixtureTree } from '../telemetry/fixture-tree.ts'
import { readChildren } from './children.ts'
import { startChild } from './child-fixture.ts'

test('lists a child, and no longer when it has ended', async () => {
  const child = await startChild('sleep', ['5'])
  expect(readChildren(process.pid)).toContain(child.pid)
  await child.end()
  expect(readChildren(process.pid)).not.toContain(child.pid)
})

test('lists what another thread has started', async () => {
  const program = `
    const { parentPort } = require('node:worker_threads')
    const child = require('node:child_process').spawn('sleep', ['5'])
    child.on('exit', () => process.exit())
    parentPort.postMessage(child.pid)`
  const worker = new Worker(program, { eval: true })
  const ended = once(worker, 'exit')
  const [pid] = await once(worker, 'message')
  expect(readChildren(process.pid)).toContain(pid)
  process.kill(Number(pid), 'SIGKILL')
  await ended
})

test('joins the children of all threads', () => {
  using tree = fixtureTree({ '/proc/7/task/7/children': '8 9 ', '/proc/7/task/12/children': '10 ' })
  tree.write('/proc/7/task/13/comm', 'a thread without the file')
  expect(readChildren(7, tree.root).toSorted((a, b) => a - b)).toEqual([8, 9, 10])
})

test('a process that is gone has none', () => {
  using tree = fixtureTree()
  expect(readChildren(7, tree.root)).toEqual([])
})
