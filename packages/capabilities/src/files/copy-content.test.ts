import { randomBytes } from 'node:crypto'
import { closeSync, ftruncateSync, openSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { copyContent } from './copy-content.ts'
import { givenDirectory } from './place-fixture.ts'

const blocks = (path: string): number => statSync(path).blocks
const block = 65_536

function given(path: string, size: number, pieces: readonly (readonly [number, Buffer])[]): void {
  const fd = openSync(path, 'w')
  for (const [at, bytes] of pieces) writeSync(fd, bytes, 0, bytes.length, at)
  ftruncateSync(fd, size)
  closeSync(fd)
}

test.each([
  ['empty', 0, []],
  ['one hole', 50 * block, []],
  ['a hole at the end', 50 * block, [[0, randomBytes(10)]]],
  ['data at the end', 50 * block + 7, [[50 * block, randomBytes(7)]]],
  ['holes between', 90 * block, [3, 30, 60].map((at) => [at * block + 5, randomBytes(2 * block)] as const)],
  ['no hole', 3 * block, [[0, randomBytes(3 * block)]]],
] as const)('the copy has the bytes and the holes: %s', async (_title, size, pieces) => {
  const directory = givenDirectory()
  const from = join(directory, 'from')
  const to = join(directory, 'to')
  given(from, size, pieces)
  {
    await using source = await open(from)
    await using target = await open(to, 'w+')
    await copyContent(source, target)
  }
  expect(readFileSync(to).equals(readFileSync(from))).toBe(true)
  expect(blocks(to)).toBeLessThanOrEqual(blocks(from))
})

test('a plain copy of bytes has no holes', () => {
  const path = join(givenDirectory(), 'from')
  given(path, 50 * block, [])
  writeFileSync(`${path}.plain`, readFileSync(path))
  expect([blocks(path), blocks(`${path}.plain`)]).toEqual([0, 50 * (block / 512)])
})
