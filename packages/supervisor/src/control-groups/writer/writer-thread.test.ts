import { execFileSync } from 'node:child_process'
import { closeSync, constants, existsSync, mkdirSync, openSync, writeFileSync } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fixtureTree } from '../../telemetry/fixture-tree.ts'
import { expect, onTestFinished, test } from 'vitest'
import { WriterThread } from './writer-thread.ts'

test('four writes that block stop the thread pool, but as many of the writer stop nothing', async () => {
  // A pipe that nobody reads blocks whoever opens it for writing, as a group may that is killed.
  const root = temporary()
  const pipes = ['a', 'b', 'c', 'd'].map((name) => join(root, name))
  execFileSync('mkfifo', pipes)
  writeFileSync(join(root, 'other'), 'read')

  const blocked = pipes.map((pipe) => open(pipe, constants.O_WRONLY))
  const starved = readFile(join(root, 'other'), 'utf8')
  expect(await Promise.race([starved, turns(50)])).toBe('nothing yet')
  const readers = pipes.map(startReading)
  expect(await starved).toBe('read')
  for (const handle of await Promise.all(blocked)) await handle.close()
  for (const reader of readers) closeSync(reader)

  const writer = start()
  const writes = Promise.all(pipes.map((pipe) => writer.write(root, basename(pipe), '1')))
  expect(await readFile(join(root, 'other'), 'utf8')).toBe('read')
  expect(await Promise.race([writes, turns(50)])).toBe('nothing yet')
  const others = pipes.map(startReading)
  await writes
  for (const reader of others) closeSync(reader)
})

test('groups are made all or none, and removed with those below', async () => {
  const root = temporary()
  const writer = start()
  await writer.make([join(root, 'a'), join(root, 'b')])
  await expect(writer.make([join(root, 'c'), join(root, 'b')])).rejects.toMatchObject({ code: 'EEXIST' })
  expect(existsSync(join(root, 'c'))).toBe(false)
  mkdirSync(join(root, 'a/b/c'), { recursive: true })
  expect(await writer.remove([join(root, 'a'), join(root, 'b'), join(root, 'gone')])).toEqual([])
  expect([existsSync(join(root, 'a')), existsSync(join(root, 'b'))]).toEqual([false, false])
})

test('a control file is never created', async () => {
  const root = temporary()
  await expect(start().write(root, 'cgroup.kill', '1')).rejects.toMatchObject({ code: 'ENOENT' })
  expect(existsSync(join(root, 'cgroup.kill'))).toBe(false)
})

test('what was asked for is done before it closes; afterwards it refuses', async () => {
  const root = temporary()
  const writer = start()
  const making = writer.make([join(root, 'a')])
  await writer[Symbol.asyncDispose]()
  await making
  expect(existsSync(join(root, 'a'))).toBe(true)
  await expect(writer.make([join(root, 'b')])).rejects.toThrow('closed')
})

test('a process that forgets to close it ends, but not before what it asked for is done', () => {
  const root = temporary()
  const module = JSON.stringify(new URL('writer-thread.ts', import.meta.url).href)
  const make = `new WriterThread().make([${JSON.stringify(join(root, 'a'))}])`
  const script = `import { WriterThread } from ${module}; ${make}.then(() => console.log('made'))`
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
  })
  expect(output).toBe('made\n')
})

function start(): WriterThread {
  const writer = new WriterThread()
  onTestFinished(() => writer[Symbol.asyncDispose]())
  return writer
}

/** Without waiting for a writer. */
function startReading(pipe: string): number {
  return openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK)
}

function temporary(): string {
  const tree = fixtureTree()
  onTestFinished(() => tree[Symbol.dispose]())
  return tree.root
}

/** Turns of the event loop, which goes on. */
async function turns(count: number): Promise<string> {
  for (let turn = 0; turn < count; turn++) {
    await new Promise((resolve) => {
      setTimeout(resolve, 1)
    })
  }
  return 'nothing yet'
}
