import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runtimo } from '../support/cli.ts'
import { temporaryDirectory } from '../support/supervisor.ts'

test('list names the capabilities, with schemas on request', async () => {
  expect((await runtimo(['list'])).stdout).toMatch(/FileRead .*\n.*FileWrite .*\n.*ShellExec .*\n.*Undo/u)
  expect(JSON.parse((await runtimo(['list', '--json', '--schema'])).stdout)).toMatchObject([
    { name: 'FileRead', kind: 'function', args: { required: ['path'] } },
    { name: 'FileWrite', kind: 'function', args: { required: ['path', 'content'] } },
    { name: 'ShellExec', kind: 'command', args: { required: ['cmd'] } },
    { name: 'Undo', kind: 'function' },
  ])
})

test('telemetry, processes, zombies and version answer in JSON and for people', async () => {
  expect(JSON.parse((await runtimo(['telemetry', '--json'])).stdout)).toMatchObject({
    cpu: { usage_percent: expect.any(Number) },
    memory: { total_bytes: expect.any(Number) },
  })
  expect((await runtimo(['processes', '-n', '2'])).stdout).toMatch(
    /^PID .*\n.*\n.*\n\d+ processes, \d+ zombies$/u,
  )
  expect(JSON.parse((await runtimo(['zombies', '--json'])).stdout)).toMatchObject({
    zombies: expect.any(Array),
  })
  expect((await runtimo(['version'])).stdout).toMatch(/^runtimo \d+\.\d+\.\d+$/u)
})

test('a log that does not exist yet is empty', async () => {
  const env = { RUNTIMO_WAL_PATH: join(temporaryDirectory(), 'wal.jsonl') }
  expect(await runtimo(['logs', '--json'], { env })).toMatchObject({ stdout: '[]', exitCode: 0 })
})

test('with flags in a bundle a failure is one JSON document too', async () => {
  const { stdout, exitCode } = await runtimo(['run', '-qjc', 'Nope'])
  expect(exitCode).toBe(2)
  expect(JSON.parse(stdout)).toMatchObject({ success: false, error: { code: 'RT_UNKNOWN_CAPABILITY' } })
})

test('help is printed for every command', async () => {
  for (const command of [[], ['run'], ['logs'], ['list']]) {
    const { stdout, exitCode } = await runtimo([...command, '--help'])
    expect({ exitCode, usage: stdout.slice(0, 6) }).toEqual({ exitCode: 0, usage: 'Usage:' })
  }
})

test.each(['/proc', '/proc/nowhere', '/dev/null', ''])(
  'a home that cannot hold a cache (%s) does no harm',
  async (HOME) => {
    const env = { HOME, XDG_CACHE_HOME: '', NODE_COMPILE_CACHE: '' }
    expect(await runtimo(['version'], { env })).toMatchObject({ exitCode: 0 })
  },
)
