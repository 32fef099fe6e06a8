import fs from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { countEntries } from './entries.ts'
import { WrittenFiles } from './written-files.ts'

function workspace(): string {
  const directory = fs.mkdtempDisposableSync(join(os.tmpdir(), 'runtimo-limits-'))
  onTestFinished(() => directory.remove())
  return directory.path
}

function fill(directory: string, count: number): void {
  fs.mkdirSync(directory, { recursive: true })
  for (let index = 0; index < count; index++) fs.writeFileSync(join(directory, `f${index}`), '')
}

test('files, directories and what is in them count; what a link leads to does not', async () => {
  const [path, other] = [workspace(), workspace()]
  fill(join(path, 'deep', 'deeper'), 3)
  fill(other, 5)
  fs.symlinkSync(other, join(path, 'link'))
  expect(await countEntries([path], 1000)).toBe(6)
})

test('counting stops where the answer is certain', async () => {
  const path = workspace()
  fill(path, 50)
  expect(await countEntries([path], 10)).toBe(10)
})

test('what is gone, or may not be listed, counts nothing', async () => {
  expect(await countEntries(['/nowhere/at/all'], 10)).toBe(0)
})

test('only what the job added counts, and not more of it than settles the matter', async () => {
  const path = workspace()
  fill(path, 4)
  using files = new WrittenFiles([path], 5)
  await files.ready
  await files.recount()
  expect(files.count).toBe(0)
  fill(join(path, 'new'), 3)
  await files.recount()
  expect(files.count).toBe(4)
  fill(join(path, 'bomb'), 500)
  await files.recount()
  expect(files.count).toBe(6)
})
