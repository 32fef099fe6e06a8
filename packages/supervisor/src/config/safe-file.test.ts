import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { loadConfig } from './load.ts'

const isRoot = process.geteuid?.() === 0
let directory = ''
let file = ''

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'runtimo-config-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  chmodSync(directory, 0o755)
  mkdirSync(join(directory, 'conf'), { mode: 0o755 })
  file = join(directory, 'conf/config.toml')
  writeFileSync(file, 'tenant = "ours"', { mode: 0o644 })
})

async function tenant(path: string = file): Promise<string> {
  return await loadConfig({ file: path, env: {} }).then(
    ({ values }) => values.tenant,
    (error: unknown) => `refused: ${String(error)}`,
  )
}

function asSomebodyElse(command: string): void {
  execFileSync('sh', ['-c', command], { uid: 1000, gid: 1000 })
}

test('a file that only we may write is read, also through a link of ours', async () => {
  const link = join(directory, 'link.toml')
  symlinkSync(file, link)
  expect(await tenant()).toBe('ours')
  expect(await tenant(link)).toBe('ours')
})

test.skipIf(!isRoot)(
  'a file that somebody else may write is refused: he could say what jobs may do',
  async () => {
    chmodSync(file, 0o666)
    asSomebodyElse(`echo 'tenant = "his"' > ${file}`)
    expect(readFileSync(file, 'utf8')).toContain('his')
    expect(await tenant()).toMatch(/^refused: .*nobody else may write, got mode 0666, owner 0/u)
  },
)

test.skipIf(!isRoot)('a file in a directory in which somebody else may exchange it is refused', async () => {
  chmodSync(join(directory, 'conf'), 0o777)
  asSomebodyElse(`cd ${directory}/conf && mv config.toml old && cp old config.toml`)
  expect(readFileSync(file, 'utf8')).toContain('ours')
  expect(await tenant()).toMatch(/^refused: .*of ours or of root.*owner 1000/u)
  // The same with a file of ours: it is the directory that is not to be trusted.
  rmSync(file)
  writeFileSync(file, 'tenant = "ours"', { mode: 0o600 })
  expect(await tenant()).toMatch(/^refused: .*conf to be a directory .*got mode 0777/u)
  chmodSync(join(directory, 'conf'), 0o1777)
  expect(await tenant()).toBe('ours')
})

test.skipIf(!isRoot)('a directory of somebody else above it is refused', async () => {
  chownSync(directory, 1000, 1000)
  expect(await tenant()).toMatch(/^refused: .*got mode 0755, owner 1000/u)
})

test('a link in a directory that others may write is refused, wherever it leads', async () => {
  const open = join(directory, 'open')
  mkdirSync(open)
  chmodSync(open, 0o777)
  symlinkSync(file, join(open, 'config.toml'))
  expect(await tenant(join(open, 'config.toml'))).toMatch(/^refused: .*open to be a directory/u)
})

test('a link to a file in a directory that others may write is refused', async () => {
  chmodSync(join(directory, 'conf'), 0o777)
  const link = join(directory, 'link.toml')
  symlinkSync(file, link)
  expect(await tenant(link)).toMatch(/^refused: .*conf to be a directory/u)
})

test('a pipe in its place does not hold us up, a directory and a huge file are refused', async () => {
  const pipe = join(directory, 'pipe.toml')
  execFileSync('mkfifo', ['-m', '600', pipe])
  expect(await tenant(pipe)).toMatch(/a regular file, got another kind/u)
  expect(await tenant(directory)).toMatch(/a regular file, got another kind/u)
  writeFileSync(file, `# ${'x'.repeat(65_536)}`)
  expect(await tenant()).toMatch(/at most 65536 bytes, got more/u)
})
