import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runtimo } from '../support/cli.ts'
import { temporaryDirectory } from '../support/supervisor.ts'

const touch = (file: string): string[] => [
  'explain',
  '-c',
  'ShellExec',
  '-a',
  JSON.stringify({ cmd: `touch ${file}` }),
]

test('it says what would hold the job, and starts nothing', async () => {
  const cwd = temporaryDirectory()
  const { stdout, exitCode } = await runtimo([...touch('made'), '--cwd', cwd, '--memory', '64M', '--json'])
  expect(exitCode).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    capability: 'ShellExec',
    kind: 'command',
    posture: { level: 'sandbox', pid_namespace: true, network: 'none', seccomp: true, landlock: true },
    limits: { memory_bytes: 67_108_864 },
    argv: ['/bin/sh', '-c', 'touch made'],
    mounts: expect.arrayContaining([{ path: cwd, access: 'write' }]),
  })
  expect(existsSync(join(cwd, 'made'))).toBe(false)
})

test('--tape prints every system call up to the program', async () => {
  const { stdout } = await runtimo([...touch('x'), '--tape'])
  expect(stdout).toMatch(/unshare\(CLONE_NEWUSER/u)
  expect(stdout).toMatch(/seccomp\(/u)
  expect(stdout).toMatch(/execve\("\/bin\/sh", .*touch x/u)
})

test('values of the environment are not printed', async () => {
  const args = JSON.stringify({ cmd: 'true', env: { TOKEN: 'very-secret' } })
  const { stdout } = await runtimo(['explain', '-c', 'ShellExec', '-a', args])
  expect(stdout).toContain('TOKEN')
  const tape = await runtimo(['explain', '-c', 'ShellExec', '-a', args, '--tape'])
  expect(tape.stdout).toContain('TOKEN')
  expect(stdout + tape.stdout).not.toContain('very-secret')
})

test('of a module it says what it would have, without loading it', async () => {
  const folder = temporaryDirectory()
  const from = join(folder, 'module.mjs')
  writeFileSync(
    from,
    `import { writeFileSync } from 'node:fs'\nwriteFileSync('${join(folder, 'loaded')}', '')\nexport default {}`,
  )
  const { stdout } = await runtimo([
    'explain',
    '-c',
    'Given',
    '-a',
    '{}',
    '--from',
    from,
    '--cwd',
    folder,
    '--json',
  ])
  expect(JSON.parse(stdout)).toMatchObject({ kind: 'function', posture: { level: 'sandbox' } })
  expect(existsSync(join(folder, 'loaded'))).toBe(false)
})

test.each([
  ['what cannot be met', ['--require', 'cpu=1'], 125, 'RT_POSTURE_UNAVAILABLE'],
  ['an unknown field', ['--require', 'speed=1'], 2, 'RT_INVALID_OPTION'],
  ['no pair', ['--require', 'seccomp'], 2, 'RT_USAGE'],
  ['a size that is none', ['--memory', 'much'], 2, 'RT_USAGE'],
  ['a count that is none', ['--pids', '-1'], 2, 'RT_USAGE'],
])('%s is refused', async (_name, flags, code, error) => {
  const { exitCode, stderr, stdout } = await runtimo([...touch('x'), ...flags])
  expect(stdout + stderr).toContain(error)
  expect(exitCode).toBe(code)
})

test('what is required and in force runs', async () => {
  const flags = ['seccomp=true', 'network=none', 'pid_namespace=true', 'level=sandbox', 'landlock=true']
  const required = flags.flatMap((flag) => ['--require', flag])
  const { exitCode } = await runtimo([
    'run',
    '-c',
    'ShellExec',
    '-a',
    '{"cmd":"true"}',
    '--no-pressure-guard',
    ...required,
  ])
  expect(exitCode).toBe(0)
})
