import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { execa } from 'execa'
import { describe, expect, test } from 'vitest'
import { bin, runtimo } from '../support/cli.ts'
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

test('it names what is frozen though it is not there, and the variable that marks the job', async () => {
  const cwd = temporaryDirectory()
  const { stdout } = await runtimo([...touch('x'), '--cwd', cwd, '--json'])
  expect(JSON.parse(stdout)).toMatchObject({
    environment: expect.arrayContaining(['PATH', 'RUNTIMO_BOUNDARY']),
    frozen: expect.arrayContaining([join(cwd, '.envrc')]),
  })
  expect(existsSync(join(cwd, '.envrc'))).toBe(false)
})

// The launcher forbids to be traced: only root may read its memory all the same.
const isTraceable =
  process.geteuid?.() === 0 && spawnSync('strace', ['-Y', '-o', '/dev/null', 'true']).status === 0
if (!isTraceable) console.warn('explain: without root and strace no launch is compared with its tape')

describe.skipIf(!isTraceable)('the printed tape is what strace shows of a launch', () => {
  test.each(['sandbox', 'process'])('at level %s', async (level) => {
    const [cwd, folder] = [temporaryDirectory(), temporaryDirectory()]
    writeFileSync(join(cwd, '.env'), 'SECRET=1')
    const job = ['-c', 'ShellExec', '-a', '{"cmd":"true"}', '--cwd', cwd, '--level', level]
    const { stdout } = await runtimo(['explain', ...job, '--tape'])
    const trace = join(folder, 'trace')
    const strace = ['-f', '-Y', '-s', '4096', '-e', `trace=${traced.join()}`, '-o', trace, '--']
    const program = [process.execPath, '--conditions=runtimo-source', bin]
    const env = { RUNTIMO_WAL_PATH: join(folder, 'wal.jsonl'), XDG_CONFIG_HOME: folder }
    await execa('strace', [...strace, ...program, 'run', ...job, '--no-pressure-guard'], { env })
    const told = callsIn(stdout, /^ {2}(\w+)\((.*)$/u)
    const seen = callsIn(readFileSync(trace, 'utf8'), /^\d+<runtimo> +(\w+)\((.*)$/u)
    // A call that fails leads to others: those are printed, and not all of them are made.
    const rest = [...told]
    const untold = seen.filter((call) => {
      const at = rest.indexOf(call)
      rest.splice(0, at + 1)
      return at === -1
    })
    expect(untold).toEqual([])
    expect(pathsOf(told)).toEqual(pathsOf(seen))
  })
})

const traced = ['openat', 'open_tree', 'mount', 'move_mount', 'mkdirat', 'symlinkat', 'pivot_root', 'execve']

/** Names of calls, each with its texts; names that are made at a launch as they are printed. */
function callsIn(text: string, pattern: RegExp): string[] {
  return text.split('\n').flatMap((line) => {
    const [, name = '', rest = ''] = pattern.exec(line) ?? []
    if (!traced.includes(name)) return []
    const texts = [...rest.replace(/ {3}# .*/u, '').matchAll(/"([^"]*)"/gu)].map(([, each = '']) => each)
    const named = texts
      .map((each) => each.replace(/job-runtimo-[\w-]+/u, '<folder of the job>'))
      .map((each) => each.replace(/(?<=\/)runtimo-\d[\w-]+(?=\/cgroup)/u, '<leaf>'))
    return `${name} ${(name === 'execve' ? named.slice(0, 1) : named).join(' ')}`
  })
}

function pathsOf(calls: readonly string[]): string[] {
  const paths = calls.flatMap((call) => call.split(' ').filter((text) => text.startsWith('/')))
  return [...new Set(paths)].toSorted()
}

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
