import { spawnSync } from 'node:child_process'
import { closeSync, globSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { bin, type CliResult, runtimo } from '../support/cli.ts'
import { findProcesses, until } from '../support/processes.ts'
import { fixture, temporaryDirectory } from '../support/supervisor.ts'

const shell = (cmd: string, ...flags: string[]): string[] => [
  'run',
  '-c',
  'ShellExec',
  '-a',
  JSON.stringify({ cmd }),
  '--no-pressure-guard',
  ...flags,
]

interface Document {
  readonly job_id: string
  readonly success: boolean
  readonly outcome: string
  readonly error: Readonly<Record<string, unknown>>
  readonly output: { readonly data: Readonly<Record<string, unknown>> }
  readonly spawned: readonly { readonly comm: string; readonly start_time: number }[]
}

function documentOf({ stdout }: CliResult): Document {
  return JSON.parse(stdout)
}

test("the README's command prints the kernel's name and names sleep", async () => {
  const env = { RUNTIMO_WAL_PATH: join(temporaryDirectory(), 'wal.jsonl') }
  const { stdout, exitCode } = await runtimo(shell('uname -sr; sleep 0.1 & wait'), { env })
  expect(stdout).toMatch(/^Linux \d/u)
  expect(stdout).toMatch(/started .*sleep \(\d+\)/u)
  expect(exitCode).toBe(0)
})

test('--json is one document with the seed’s names', async () => {
  const document = documentOf(await runtimo(shell('echo hi; sleep 0.05', '--json')))
  expect(document).toMatchObject({
    capability: 'ShellExec',
    outcome: 'completed',
    success: true,
    output: { success: true, data: { stdout: 'hi\n', exit_code: 0 }, message: 'Exited with code 0' },
    telemetry_before: { cpu: { count: expect.any(Number) } },
    telemetry_after: { memory: { total_bytes: expect.any(Number) } },
    process_before: { zombie_count: expect.any(Number) },
    process_after: { total: expect.any(Number) },
    posture: { level: 'sandbox', pid_namespace: true, network: 'none', seccomp: true },
    usage: { processes: 2, output_bytes: 3 },
    wal_seq: expect.any(Number),
    duration_ms: expect.any(Number),
    started_at: expect.any(Number),
    attribution: expect.stringMatching(/^(exact|sampled)$/u),
  })
  expect(document.job_id).toHaveLength(26)
  expect(document.spawned.map(({ comm }) => comm)).toContain('sleep')
})

test.each([
  ['success', shell('true'), 0],
  ['a failed command', shell('exit 7'), 1],
  ['arguments that do not fit', ['run', '-c', 'ShellExec', '-a', '{"cmdd":1}', '--no-pressure-guard'], 1],
  ['an unknown capability', ['run', '-c', 'ShelExec', '-a', '{}'], 2],
  ['bad JSON', ['run', '-c', 'ShellExec', '-a', '{'], 2],
  ['no command', [], 2],
  ['no capability', ['run'], 2],
  ['an unknown flag', ['run', '-c', 'ShellExec', '--fast'], 2],
  ['an unknown command', ['runn'], 2],
  ['a timeout out of range', shell('true', '--timeout', '0'), 2],
  ['a timeout', shell('sleep 60', '--timeout', '0.3'), 124],
])('%s has exit code', async (_name, args, code) => {
  const { exitCode, stderr, stdout } = await runtimo(args)
  expect(exitCode).toBe(code)
  expect(/RT_[A-Z_]+/u.test(stdout + stderr)).toBe(code !== 0)
})

test('a log that cannot be had is our own failure, and the job does not run', async () => {
  const mark = join(temporaryDirectory(), 'ran')
  const env = { RUNTIMO_WAL_PATH: '/proc/nowhere/wal.jsonl' }
  const { exitCode, stdout } = await runtimo(shell(`touch ${mark}`, '--json'), { env })
  expect(exitCode).toBe(125)
  expect(JSON.parse(stdout)).toMatchObject({ success: false, error: { code: 'RT_WAL_UNWRITABLE' } })
  expect(findProcesses(mark)).toEqual([])
})

test.each([
  ['a sleep', shell('sleep 61.25', '--timeout', '1')],
  ['a loop that ignores TERM', shell('trap "" TERM; while :; do :; done # 61.25', '--timeout', '1')],
  [
    'a module that never ends',
    ['run', '-c', 'Spin', '--from', fixture('spin.mjs'), '--timeout', '1', '--no-pressure-guard'],
  ],
  [
    'a module that never loads',
    ['run', '-c', 'Spin', '--from', fixture('spin-on-load.mjs'), '--timeout', '1', '--no-pressure-guard'],
  ],
])('%s is over at its deadline with 124, and nothing is left', async (_name, args) => {
  let supervisor = 0
  const { exitCode, stdout } = await runtimo(args, { onStart: (pid) => void (supervisor = pid) })
  expect(exitCode).toBe(124)
  expect(stdout).toContain('RT_TIMED_OUT')
  expect(findProcesses(/61\.25/u)).toEqual([])
  expect(globSync(`/sys/fs/cgroup/**/runtimo-${supervisor}-*`)).toEqual([])
})

test('Ctrl-C cancels the job, which is recorded', async () => {
  const env = { RUNTIMO_WAL_PATH: join(temporaryDirectory(), 'wal.jsonl') }
  const mark = `sleep 62.${process.pid}`
  const onStart = (pid: number): void => {
    void until('the job', () => findProcesses(mark).length === 1).then(() => process.kill(pid, 'SIGINT'))
  }
  const { exitCode, stdout } = await runtimo(shell(mark, '--json'), { env, onStart })
  expect(exitCode).toBe(130)
  const { job_id: job, outcome } = JSON.parse(stdout) as Document
  expect(outcome).toBe('cancelled')
  expect(findProcesses(mark)).toEqual([])
  const records = JSON.parse((await runtimo(['logs', '--job', job, '--json'], { env })).stdout)
  expect(records).toMatchObject([
    { type: 'job_started' },
    { type: 'job_validated' },
    { type: 'job_failed', outcome: 'cancelled' },
  ])
})

test('arguments come from a file or from standard input too', async () => {
  const file = join(temporaryDirectory(), 'args.json')
  writeFileSync(file, '{"cmd":"echo from file"}')
  const base = ['run', '-c', 'ShellExec', '-q', '--no-pressure-guard']
  expect((await runtimo([...base, '--args-file', file])).stdout).toBe('from file')
  expect((await runtimo([...base, '--args-stdin'], { input: '{"cmd":"echo from stdin"}' })).stdout).toBe(
    'from stdin',
  )
})

test('what a job prints cannot steer the terminal', async () => {
  const { stdout } = await runtimo(shell(String.raw`printf '\033]52;c;eA==\a\033[2J\302\233ok\n'`, '-q'))
  expect(stdout).toBe(String.raw`\x1b]52;c;eA==\x07\x1b[2J\x9bok`)
})

test('a dry run says what it would start, and starts nothing', async () => {
  const file = join(temporaryDirectory(), 'made')
  const document = documentOf(await runtimo(shell(`touch ${file}`, '--dry-run', '--json')))
  expect(document).toMatchObject({
    success: true,
    spawned: [],
    output: { data: { argv: ['/bin/sh', '-c', `touch ${file}`] } },
  })
})

test('stdin, cwd, env and unicode paths reach the command', async () => {
  const cwd = temporaryDirectory()
  const args = { cmd: 'cat; echo "$GREETING"; pwd', stdin: 'läsning\n', env: { GREETING: 'hej' } }
  const { stdout } = await runtimo([
    'run',
    '-c',
    'ShellExec',
    '-q',
    '--no-pressure-guard',
    '--cwd',
    cwd,
    '-a',
    JSON.stringify(args),
  ])
  expect(stdout).toBe(`läsning\nhej\n${cwd}`)
})

test('a working directory that is missing is named', async () => {
  const document = documentOf(await runtimo(shell('true', '--cwd', '/nowhere', '--json')))
  expect(document.error).toMatchObject({ code: 'RT_INVALID_OPTION', option: 'workingDir' })
  expect(document.error['message']).toContain('/nowhere')
})

test('neither does the JSON document, which holds the same text', async () => {
  const { stdout } = await runtimo(shell(String.raw`printf '\302\233\342\200\256\177'`, '--json'))
  expect(/[\u007f-\u009f\u202e]/u.test(stdout)).toBe(false)
  expect(JSON.parse(stdout)).toMatchObject({ output: { data: { stdout: '\u009b\u202e\u007f' } } })
})

test('a result that cannot be written is no success', () => {
  const full = openSync('/dev/full', 'w')
  const env = { ...process.env, RUNTIMO_WAL_PATH: join(temporaryDirectory(), 'wal.jsonl') }
  const args = ['--conditions=runtimo-source', bin, ...shell('true', '--json')]
  const { status } = spawnSync(process.execPath, args, { env, stdio: ['ignore', full, 'ignore'] })
  closeSync(full)
  expect(status).toBe(125)
})

test('a terminal that was stopped does not stop the deadline', ({ skip }) => {
  const script = fileURLToPath(new URL('../fixtures/stuck-terminal.py', import.meta.url))
  const hasPython = spawnSync('python3', ['--version']).status === 0
  skip(!hasPython && process.env['CI'] === undefined, 'no python3 to make a terminal with')
  const mark = `66.${process.pid}`
  const args = [bin, ...shell(`yes ${mark}`, '--timeout', '1')]
  const { stdout } = spawnSync(
    'python3',
    [script, process.execPath, '--conditions=runtimo-source', ...args],
    {
      env: { ...process.env, RUNTIMO_WAL_PATH: join(temporaryDirectory(), 'wal.jsonl'), MARK: `yes ${mark}` },
    },
  )
  expect(String(stdout)).toBe('seen, and gone\n')
})
