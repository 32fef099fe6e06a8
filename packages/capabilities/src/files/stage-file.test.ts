import { createHash } from 'node:crypto'
import { chmodSync, chownSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import process from 'node:process'
import { expect, onTestFinished, test } from 'vitest'
import type { Place } from '../paths/place.ts'
import { type FileAttributes, readAttributes } from './attributes.ts'
import { identityOf } from './identity.ts'
import { givenDirectory, givenPlace, isRoot } from './place-fixture.ts'
import { stageFile } from './stage-file.ts'
import { aclFor1234, setXattrOf } from './xattr-fixture.ts'

async function attributesOf(path: string): Promise<FileAttributes> {
  await using file = await open(path)
  return await readAttributes(file)
}

/** Writes a file; what staging says of it must be what is there. */
async function put(place: Place, content: string, wanted: Partial<FileAttributes>): Promise<FileAttributes> {
  const expected = await identityOf(place)
  await using staged = await stageFile(place, 'test', wanted, (file) => file.writeFile(content))
  await staged.commit(expected)
  const attributes = await attributesOf(place.path)
  expect(staged.state).toEqual({
    kind: 'file',
    sha256: createHash('sha256').update(content).digest('hex'),
    size: Buffer.byteLength(content),
    ...attributes,
  })
  expect(readFileSync(place.path, 'utf8')).toBe(content)
  return attributes
}

test('a new file has the mode of the umask, or the one that is given', async () => {
  const directory = givenDirectory()
  expect(await put(givenPlace(directory, 'a'), 'läs', {})).toMatchObject({ mode: 0o666 & ~process.umask() })
  expect(await put(givenPlace(directory, 'b'), '', { mode: 0o604 })).toMatchObject({ mode: 0o604 })
})

test('a new file inherits the default ACL of its directory, as one made by open does', async () => {
  const directory = givenDirectory()
  setXattrOf(directory, 'system.posix_acl_default', aclFor1234)
  const place = givenPlace(directory)
  const attributes = await put(place, 'x', {})
  writeFileSync(`${place.path}.plain`, 'x')
  expect(attributes).toEqual(await attributesOf(`${place.path}.plain`))
  expect(Object.keys(attributes.xattrs)).toContain('system.posix_acl_access')
})

test('given attributes are set, all of them and no other', async () => {
  const directory = givenDirectory()
  const old = givenPlace(directory, 'old')
  writeFileSync(old.path, 'x')
  setXattrOf(old.path, 'user.note', Buffer.from([0, 255]))
  setXattrOf(old.path, 'system.posix_acl_access', aclFor1234)
  if (isRoot) chownSync(old.path, 1000, 1001)
  const wanted = await attributesOf(old.path)
  expect(wanted.xattrs).toMatchObject({ 'system.posix_acl_access': aclFor1234.toString('base64') })

  setXattrOf(directory, 'system.posix_acl_default', aclFor1234)
  const plain = { ...wanted, mode: 0o640, xattrs: {} }
  expect(await put(old, 'y', wanted)).toEqual(wanted)
  expect(await put(old, 'z', plain)).toEqual(plain)
})

test.runIf(isRoot)(
  'set-id bits are set when they are asked for, though a new owner takes them away',
  async () => {
    const wanted = { mode: 0o4755, uid: 1000, gid: 1000, xattrs: {} }
    expect(await put(givenPlace(givenDirectory()), 'x', wanted)).toEqual(wanted)
  },
)

test('what will be secret is secret while it is written', async () => {
  const place = givenPlace(givenDirectory())
  let mode = 0
  await using staged = await stageFile(place, 'test', { mode: 0o644 }, async (file) => {
    mode = (await file.stat()).mode & 0o777
  })
  expect([mode, staged.state.mode]).toEqual([0o600, 0o644])
})

test('an attribute that cannot be kept is refused by its name, and nothing is left', async () => {
  const directory = givenDirectory()
  const place = givenPlace(directory)
  const wanted = { xattrs: { 'user.': '' } }
  await expect(stageFile(place, 'test', wanted, async () => {})).rejects.toMatchObject({
    code: 'RT_FILE_PERMISSION',
    message: expect.stringContaining(`${place.path}: its attribute user. cannot be kept`),
  })
  expect(readdirSync(directory)).toEqual([])
})

test('when writing fails nothing is left, and the message names the path', async () => {
  const directory = givenDirectory()
  const place = givenPlace(directory)
  const staging = stageFile(place, 'test', {}, async (file) => {
    await file.write('half')
    throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', errno: -28 })
  })
  await expect(staging).rejects.toMatchObject({
    code: 'RT_FILE_IO',
    message: `${place.path}: no space left on device (ENOSPC)`,
    details: { path: place.path, errno: 'ENOSPC' },
  })
  expect(readdirSync(directory)).toEqual([])
})

test.skipIf(isRoot)('a directory that cannot be listed is written to all the same', async () => {
  const directory = givenDirectory()
  const place = givenPlace(directory)
  chmodSync(directory, 0o300)
  onTestFinished(() => chmodSync(directory, 0o700))
  await put(place, 'x', {})
  expect(statSync(place.path).size).toBe(1)
})
