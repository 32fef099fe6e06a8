import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { execa } from 'execa'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createSealedMemory } from './memfd.ts'
import { sealFile, type SealedFile } from './sealed-file.ts'

// A small program that is everywhere; what it prints shows that it ran.
const program = readFileSync('/usr/bin/printf')
const noMemory = (): number => {
  throw new Error('memfd_create: EACCES')
}

describe('a sealed file', () => {
  test('runs from memory, by child_process and by execa', async () => {
    using file = sealFile('printf', program)
    expect(file).toMatchObject({ kind: 'memory', folder: undefined, refused: [] })
    expect(spawnSync(file.path, ['ran']).stdout.toString()).toBe('ran')
    const { stdout } = await execa(file.path, ['ran too'], {
      stdio: ['pipe', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
    })
    expect(stdout).toBe('ran too')
  })

  test('cannot be changed, shrunk or grown, not even by us', () => {
    using file = sealFile('printf', program)
    expect(() => writeFileSync(file.path, 'other', { flag: 'r+' })).toThrow('EPERM')
    expect(() => writeFileSync(file.path, '', { flag: 'w' })).toThrow('EPERM')
    expect(() => writeFileSync(file.path, 'more', { flag: 'a' })).toThrow('EPERM')
  })

  test('without seals could be', () => {
    const copy = join(folder(), 'printf')
    writeFileSync(copy, program, { mode: 0o700 })
    writeFileSync(copy, 'other', { flag: 'r+' })
    expect(readFileSync(copy).subarray(0, 5).toString()).toBe('other')
  })

  test('lives in a folder, without a name, where memory runs nothing', () => {
    const place = folder()
    using file = sealFile('printf', program, { folders: [place], createMemory: noMemory })
    expect(file).toMatchObject({ kind: 'unlinked file', folder: place })
    expect(file.refused).toEqual(['memory: memfd_create: EACCES'])
    expect(readdirSync(place)).toEqual([])
    expect(spawnSync(file.path, ['ran']).stdout.toString()).toBe('ran')
  })

  test('skips a folder that is missing and says why', () => {
    const place = folder()
    const folders = [join(place, 'missing'), place]
    using file = sealFile('printf', program, { folders, createMemory: noMemory })
    expect(file.folder).toBe(place)
    expect(file.refused[1]).toContain('ENOENT')
  })

  test('names every place when there is none', () => {
    const missing = join(folder(), 'missing')
    const seal = (): SealedFile =>
      sealFile('printf', program, { folders: [missing, '/proc'], createMemory: noMemory })
    expect(seal).toThrow(
      new RegExp(`no place to run printf from: memory: .*EACCES; ${missing}: ENOENT.*; /proc: ENOENT`, 'u'),
    )
  })

  test('closes its descriptor when disposed, once', () => {
    const before = readdirSync('/proc/self/fd').length
    const file = sealFile('printf', program)
    file[Symbol.dispose]()
    file[Symbol.dispose]()
    expect(readdirSync('/proc/self/fd')).toHaveLength(before)
  })

  test('has a number above those of a child', () => {
    using file = sealFile('printf', program)
    expect(Number(file.path.split('/').at(-1))).toBeGreaterThanOrEqual(64)
  })
})

const noNamespace = reasonAgainstMounts()
if (noNamespace !== undefined) console.warn(`skipped: a noexec folder: ${noNamespace}`)

test.skipIf(noNamespace !== undefined)('a folder mounted noexec is tried, refused and left clean', () => {
  const noexec = folder()
  const other = folder()
  const script = `
    import { readdirSync, readFileSync } from 'node:fs'
    import { sealFile } from ${JSON.stringify(join(import.meta.dirname, 'sealed-file.ts'))}
    const createMemory = () => { throw new Error('no') }
    using file = sealFile('printf', readFileSync('/usr/bin/printf'), { folders: ${JSON.stringify([noexec, other])}, createMemory })
    console.log(JSON.stringify({ ...file, left: readdirSync(${JSON.stringify(noexec)}) }))
  `
  const mount = `mount -t tmpfs -o noexec none ${noexec} && exec "$0" --conditions=runtimo-source --input-type=module -e "$1"`
  const output = execFileSync('unshare', ['-m', 'sh', '-c', mount, process.execPath, script])
  const report: unknown = JSON.parse(output.toString())
  expect(report).toMatchObject({ kind: 'unlinked file', folder: other, left: [] })
  expect(report).toHaveProperty('refused.1', expect.stringContaining('EACCES'))
})

test('memory that may not be sealed twice is closed again', () => {
  const before = readdirSync('/proc/self/fd').length
  const tooLong = 'n'.repeat(300)
  expect(() => createSealedMemory(tooLong, program)).toThrow('memfd_create: EINVAL')
  expect(readdirSync('/proc/self/fd')).toHaveLength(before)
})

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'runtimo-sealed-'))
  onTestFinished(() => rmSync(path, { recursive: true }))
  return path
}

function reasonAgainstMounts(): string | undefined {
  const { error, status, stderr } = spawnSync('unshare', ['-m', 'true'])
  return status === 0 ? undefined : String(error ?? stderr)
}
