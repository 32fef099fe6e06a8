import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { walk } from './walk.ts'
import { lead, plant, ways } from './tree-fixture.ts'

test.each([
  ['', 'it is empty'],
  ['a\0/etc/passwd', 'NUL'],
  ['\0', 'NUL'],
  ['a\ud800b', 'surrogate'],
  ['\udc00', 'surrogate'],
  ['n'.repeat(256), 'a name in it takes 256 bytes'],
  ['é'.repeat(128), 'a name in it takes 256 bytes'],
  [`/${'./'.repeat(2048)}x`, 'it takes 4098 bytes'],
  ['a/'.repeat(2047), 'bytes with its directory, of 4095 at most'],
])('%j is refused, and why is said', (path, problem) => {
  for (const [, resolvers] of ways) {
    expect(lead(plant(), path, resolvers)).toMatchObject({
      code: 'RT_FILE_NAME',
      problem: expect.stringContaining(problem),
      path: expect.not.stringMatching(/\p{Surrogate}/u),
    })
  }
})

test('a link whose text is no UTF-8 is refused, not taken for what it looks like', () => {
  const tree = plant('work/\ufffd')
  symlinkSync(Buffer.from([0xff]), join(tree.work, 'link'))
  expect(lead(tree, 'link', [walk])).toMatchObject({
    code: 'RT_FILE_NAME',
    message: expect.stringContaining('no UTF-8'),
  })
  mkdirSync(join(tree.work, 'dir'))
  writeFileSync(Buffer.concat([Buffer.from(join(tree.work, 'dir/')), Buffer.from([0xff])]), '')
  expect(lead(tree, 'dir/\ufffd', [walk])).toMatchObject({ path: 'work/dir/\ufffd' })
})
