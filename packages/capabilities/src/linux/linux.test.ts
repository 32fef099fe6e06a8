import {
  closeSync,
  constants,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { linkDescriptor } from './link.ts'
import { openat2, resolveFlags } from './openat2.ts'
import { renameExchange, renameNoReplace } from './rename.ts'
import { seekData, seekHole } from './seek.ts'
import { listXattrs, removeXattr, setXattr } from './xattrs.ts'

const O_PATH = 0o10000000
const O_TMPFILE = 0o20000000 | constants.O_DIRECTORY

function directory(): { path: string; fd: number } {
  const path = mkdtempSync(join(tmpdir(), 'runtimo-linux-'))
  const fd = open(path, O_PATH | constants.O_DIRECTORY)
  onTestFinished(() => rmSync(path, { recursive: true }))
  return { path, fd }
}

function open(path: string, flags: number): number {
  const fd = openSync(path, flags, 0o600)
  onTestFinished(() => closeSync(fd))
  return fd
}

const failure = (code: string, syscall: string): unknown =>
  expect.objectContaining({ code, syscall, message: expect.stringContaining(`${code}: `) })

test('openat2 opens beneath a directory, and says what it does not take', () => {
  const { path, fd } = directory()
  writeFileSync(join(path, 'a'), 'here')
  symlinkSync('a', join(path, 'link'))
  const how = { flags: constants.O_RDONLY, resolve: resolveFlags.beneath }
  const opened = openat2(fd, 'a', how)
  onTestFinished(() => closeSync(opened))
  expect(readFileSync(opened, 'utf8')).toBe('here')
  expect(() => openat2(fd, '../x', how)).toThrow(failure('EXDEV', 'openat2'))
  expect(() => openat2(fd, 'missing', how)).toThrow(failure('ENOENT', 'openat2'))
  expect(() => openat2(fd, 'link', { ...how, resolve: resolveFlags.noSymlinks })).toThrow(
    failure('ELOOP', 'openat2'),
  )
})

test('openat2 makes a file with the mode that is asked for', () => {
  const { path, fd } = directory()
  const how = { flags: constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, mode: 0o600, resolve: 0 }
  const opened = openat2(fd, 'a', how)
  onTestFinished(() => closeSync(opened))
  expect(statSync(join(path, 'a')).mode & 0o777).toBe(0o600)
  expect(readFileSync(`/proc/self/fdinfo/${opened}`, 'utf8')).toMatch(/flags:\s0?2\d{6}\n/u)
})

test('a file is renamed without replacing another, or the two change names', () => {
  const { path, fd } = directory()
  for (const name of ['a', 'b']) writeFileSync(join(path, name), name)
  expect(() => renameNoReplace(fd, 'a', fd, 'b')).toThrow(failure('EEXIST', 'renameat2'))
  renameExchange(fd, 'a', fd, 'b')
  expect(['a', 'b'].map((name) => readFileSync(join(path, name), 'utf8'))).toEqual(['b', 'a'])
  renameNoReplace(fd, 'a', fd, 'c')
  expect(readFileSync(join(path, 'c'), 'utf8')).toBe('b')
})

test('a file without a name gets one, unless it is taken', () => {
  const { path, fd } = directory()
  const file = open(path, O_TMPFILE | constants.O_RDWR)
  writeSync(file, 'content')
  linkDescriptor(file, fd, 'läs')
  expect(readFileSync(join(path, 'läs'), 'utf8')).toBe('content')
  writeFileSync(join(path, 'taken'), '')
  const another = open(path, O_TMPFILE | constants.O_RDWR)
  expect(() => linkDescriptor(another, fd, 'taken')).toThrow(failure('EEXIST', 'linkat'))
})

test('extended attributes are set, listed with any bytes, and removed, through O_PATH as well', () => {
  const { path } = directory()
  writeFileSync(join(path, 'a'), '')
  const fd = open(join(path, 'a'), O_PATH)
  const value = Buffer.from([0, 255, 10])
  setXattr(fd, 'user.one', value)
  setXattr(fd, 'user.\u00ff\u0080', Buffer.alloc(0))
  expect(listXattrs(fd)).toEqual({ 'user.one': value, 'user.\u00ff\u0080': Buffer.alloc(0) })
  removeXattr(fd, 'user.one')
  expect(() => removeXattr(fd, 'user.one')).toThrow(failure('ENODATA', 'removexattr'))
  expect(Object.keys(listXattrs(fd))).toEqual(['user.\u00ff\u0080'])
})

test('a file system without extended attributes has none', () => {
  expect(listXattrs(open('/proc/self/status', constants.O_RDONLY))).toEqual({})
})

test('data and holes of a sparse file are found', () => {
  const { path } = directory()
  const fd = open(join(path, 'a'), constants.O_RDWR | constants.O_CREAT)
  ftruncateSync(fd, 3_145_728)
  expect(seekData(fd, 0)).toBeUndefined()
  writeSync(fd, 'x', 1_048_576)
  expect(seekData(fd, 0)).toBe(1_048_576)
  expect(seekHole(fd, 1_048_576)).toBeGreaterThan(1_048_576)
  expect(seekHole(fd, 0)).toBe(0)
  expect(() => seekHole(fd, 4_000_000)).toThrow(failure('ENXIO', 'lseek'))
})
