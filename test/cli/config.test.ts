import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { configPage, configPagePath } from '../../tools/config-page.ts'
import { runtimo } from '../support/cli.ts'
import { temporaryDirectory } from '../support/supervisor.ts'

const echo = ['run', '-c', 'ShellExec', '-a', '{"cmd":"sleep 5"}', '--no-pressure-guard', '--json']

function configFile(text: string): string {
  const file = join(temporaryDirectory(), 'config.toml')
  writeFileSync(file, text, { mode: 0o600 })
  return file
}

test('docs/configuration.md is what the table of settings says', () => {
  expect(readFileSync(configPagePath, 'utf8')).toBe(configPage())
})

test('config show says what is in force, and with --origin where it comes from', async () => {
  const RUNTIMO_CONFIG = configFile('[wal]\nkeep_days = 90\nmax_bytes = 1\n')
  const env = { RUNTIMO_CONFIG, RUNTIMO_WAL_MAX_BYTES: '5' }
  const { stdout } = await runtimo(['config', 'show', '--origin'], { env })
  expect(stdout).toMatch(/^wal\.max_bytes +5 +environment RUNTIMO_WAL_MAX_BYTES$/mu)
  expect(stdout).toMatch(new RegExp(`^wal\\.keep_days +90 +file ${RUNTIMO_CONFIG}$`, 'mu'))
  expect(stdout).toMatch(/^jobs\.wait_secs +15 +default$/mu)
  const plain = JSON.parse((await runtimo(['config', 'show', '--json'], { env })).stdout)
  expect(plain).toMatchObject({ file: RUNTIMO_CONFIG, settings: { 'wal.max_bytes': 5, 'files.roots': null } })
  const origins = JSON.parse((await runtimo(['config', 'show', '--origin', '--json'], { env })).stdout)
  expect(origins).toMatchObject({
    settings: { 'wal.keep_days': { value: 90, origin: { from: 'file', name: RUNTIMO_CONFIG } } },
  })
})

test('config check lists every problem with its line, and exits with 2', async () => {
  const file = configFile('[wal]\npth = "/a"\nkeep_days = "x\\u001b[2J"\n')
  const { stdout, exitCode } = await runtimo(['config', 'check', file])
  expect(exitCode).toBe(2)
  expect(stdout).toContain(`${file}:2: wal.pth: expected a known key (did you mean wal.path?), got "/a"`)
  expect(stdout).toContain(`${file}:3: wal.keep_days: expected a number from 0, got`)
  expect(stdout).not.toContain('\u001b[2J')
  const json = await runtimo(['config', 'check', '--json', file])
  expect(json.exitCode).toBe(2)
  expect(JSON.parse(json.stdout)).toMatchObject({
    ok: false,
    file,
    problems: [
      { line: 2, key: 'wal.pth' },
      { line: 3, key: 'wal.keep_days' },
    ],
  })
})

test('config check finds nothing in a good file, and warns of a variable that looks misspelt', async () => {
  const RUNTIMO_CONFIG = configFile('tenant = "a"')
  const env = { RUNTIMO_CONFIG, RUNTIMO_WAL_PTH: '/a', RUNTIMO_SOMETHING_QUITE_DIFFERENT: '1' }
  const { stdout, exitCode } = await runtimo(['config', 'check', '--json'], { env })
  expect(exitCode).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    ok: true,
    problems: [],
    warnings: ['RUNTIMO_WAL_PTH means nothing (did you mean RUNTIMO_WAL_PATH?)'],
  })
})

test.each([
  ['run', ...echo.slice(1)],
  ['logs', '--json'],
  ['session', 'list', '--json'],
  ['wal', 'head', '--json'],
])('%s does not go by a part of a configuration that is wrong', async (...args) => {
  const env = { RUNTIMO_CONFIG: configFile('[wal]\nkeep_dais = 3') }
  const { stdout, exitCode } = await runtimo(args, { env })
  expect(exitCode).toBe(2)
  expect(JSON.parse(stdout)).toMatchObject({
    error: { code: 'RT_CONFIG_INVALID', file: env.RUNTIMO_CONFIG, line: 2, key: 'wal.keep_dais' },
  })
})

test('a file that others may write is not obeyed', async () => {
  const RUNTIMO_CONFIG = configFile('tenant = "his"')
  chmodSync(RUNTIMO_CONFIG, 0o622)
  const { stdout, exitCode } = await runtimo(['config', 'show', '--json'], { env: { RUNTIMO_CONFIG } })
  expect(exitCode).toBe(2)
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'RT_CONFIG_INVALID', file: RUNTIMO_CONFIG } })
})

test('run takes its deadline, its log and its guards from the file, and flags go over it', async () => {
  const directory = temporaryDirectory()
  const wal = join(directory, 'log/wal.jsonl')
  const env = {
    RUNTIMO_WAL_PATH: '',
    RUNTIMO_CONFIG: configFile(`tenant = "t7"\n[jobs]\ntimeout_secs = 0.4\n[wal]\npath = "${wal}"`),
  }
  const fromFile = await runtimo(echo, { env })
  expect(JSON.parse(fromFile.stdout)).toMatchObject({ outcome: 'timed_out', error: { code: 'RT_TIMED_OUT' } })
  expect(fromFile.exitCode).toBe(124)
  expect(readFileSync(wal, 'utf8')).toContain('"tenant":"t7"')
  const quick = [
    'run',
    '-c',
    'ShellExec',
    '-a',
    '{"cmd":"sleep 0.6"}',
    '--no-pressure-guard',
    '--timeout',
    '10',
  ]
  expect(await runtimo(quick, { env })).toMatchObject({ exitCode: 0 })
})

test('a log in a place that cannot be written is RT_WAL_UNWRITABLE with 125, and no job is run', async () => {
  const directory = temporaryDirectory()
  const mark = join(directory, 'ran')
  const args = JSON.stringify({ cmd: `touch ${mark}` })
  for (const path of ['/proc/nowhere/wal.jsonl', '/sys/wal.jsonl']) {
    const { stdout, exitCode } = await runtimo(
      ['run', '-c', 'ShellExec', '-a', args, '--cwd', directory, '--no-pressure-guard', '--json'],
      { env: { RUNTIMO_WAL_PATH: path } },
    )
    expect(exitCode).toBe(125)
    expect(JSON.parse(stdout)).toMatchObject({
      success: false,
      error: { code: expect.stringMatching(/^RT_WAL_/u) },
    })
    expect(() => readFileSync(mark)).toThrow('ENOENT')
  }
})
