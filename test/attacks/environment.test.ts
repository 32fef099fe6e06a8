import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { levels } from '@runtimo/capabilities'
import type { JobResult } from '@runtimo/supervisor'
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { siege, control, judge, Unconfined } from '../support/attack.ts'
import { type Acts, attempt, printed, python, succeeded, tryEach } from '../support/shell.ts'
import { fixture, temporaryDirectory } from '../support/supervisor.ts'

const commandLevels = ['sandbox', 'process'] as const

/** Where a program of Node that runs with our variables leaves what it measured: nothing of it is to stay. */
const coverage = mkdtempSync(join(tmpdir(), 'coverage-'))
afterAll(() => rmSync(coverage, { recursive: true }))

/** What makes programs run, or obey, something else (E01 to E03). */
const loaders: Readonly<Record<string, string>> = {
  LD_PRELOAD: '/nowhere/evil.so',
  LD_LIBRARY_PATH: '/nowhere',
  LD_AUDIT: '/nowhere/evil.so',
  NODE_OPTIONS: '--require=/nowhere/evil.js',
  NODE_PATH: '/nowhere',
  NODE_V8_COVERAGE: coverage,
  BASH_ENV: '/nowhere/evil.sh',
  ENV: '/nowhere/evil.sh',
  PROMPT_COMMAND: 'evil',
  IFS: 'x',
  PS4: '$(evil)',
  PYTHONSTARTUP: '/nowhere/evil.py',
  PYTHONPATH: '/nowhere',
  PERL5OPT: '-Mevil',
  RUBYOPT: '-revil',
  JAVA_TOOL_OPTIONS: '-javaagent:evil.jar',
  GIT_SSH_COMMAND: 'evil',
  GIT_CONFIG_COUNT: '1',
}
const secrets = { AWS_SECRET_ACCESS_KEY: 'secret', DATABASE_URL: 'secret', npm_config__authToken: 'secret' }

/** Gives this process variables, until the test's end. */
function stub(values: Readonly<Record<string, string>>): void {
  onTestFinished(() => void vi.unstubAllEnvs())
  for (const [name, value] of Object.entries(values)) vi.stubEnv(name, value)
}

const marker = `secret-${process.pid}`
const reading: Acts = {
  supervisor: `cat /proc/${process.pid}/environ | tr '\\0' '\\n' | grep MARKER=${marker}`,
  parent: `cat /proc/$PPID/environ | tr '\\0' '\\n' | grep MARKER=${marker}`,
  everybody: `cat /proc/[0-9]*/environ | tr '\\0' '\\n' | grep ^MARKER=${marker}`,
}

async function haveAll(): Promise<void> {
  const { NODE_OPTIONS: _, ...others } = loaders // it would stop the program that starts the control
  const given = Object.entries({ ...others, ...secrets }).map(([name, value]) => `${name}='${value}'`)
  const text = await Unconfined.shell(`env ${given.join(' ')} /usr/bin/env 2>&1`).stdout
  for (const name of [...Object.keys(others), ...Object.keys(secrets)]) expect(text).toContain(`${name}=`)
  expect(text).toContain('cannot be preloaded')
}
const loadersLoad = control(
  'without us, a program has every variable, and the loaders do what they say',
  haveAll,
)

async function readSecrets(): Promise<void> {
  const holder = new Unconfined(['env', `MARKER=${marker}`, 'sh', '-c', 'echo up; sleep 30'], {
    isJobUser: true,
  })
  expect(await holder.line(/^(?<up>up)$/mu)).toEqual({ up: 'up' })
  const reader = Unconfined.shell(tryEach({ everybody: reading['everybody'] ?? '' }), { isJobUser: true })
  expect(await reader.stdout).toBe('everybody\n')
}
const secretsAreRead = control('without us, the variables of one process are read by another', readSecrets)

const deleting = (outside: string): Acts => ({
  quotes: `r"m" -f ${outside} && [ ! -e ${outside} ]`,
  substitution: `$(echo rm) -f ${outside}`,
  backticks: `\`echo rm\` -f ${outside}`,
  absolute: `/bin/rm -f ${outside}`,
  encoded: `echo ${Buffer.from(`rm -f ${outside}`).toString('base64')} | base64 -d | sh`,
  python: python(`import os; os.unlink("${outside}")`),
  prompt: `echo 'import os; os.unlink("${outside}")' | /usr/bin/python3`,
  perl: `perl -e 'unlink "${outside}" or exit 1'`,
  emptied: `: >${outside}`,
  'by find': `find ${outside} -delete`,
})

/** For each way: whether what stood there is as it was. */
async function deleteEach(act: (way: string) => Promise<unknown>, outside: string): Promise<boolean[]> {
  const kept: boolean[] = []
  for (const way of Object.values(deleting(outside))) {
    writeFileSync(outside, 'x')
    await act(`(${way}); true`)
    kept.push(existsSync(outside) && readFileSync(outside, 'utf8') === 'x')
  }
  return kept
}

async function deleteAll(): Promise<void> {
  const outside = join(temporaryDirectory(), 'precious')
  const kept = await deleteEach((way) => Unconfined.shell(way).stdout, outside)
  expect(new Set(kept)).toEqual(new Set([false]))
}
const deletionsDelete = control('without us, however a deletion is written, it deletes', deleteAll)

async function commandsInNames(): Promise<void> {
  const cwd = temporaryDirectory()
  await Unconfined.shell('cd a; touch made\n$(touch made) -rf', { cwd }).ended
  expect(existsSync(join(cwd, 'made'))).toBe(true)
}
const namesAreRun = control('without us, a name that is put into a command line is run', commandsInNames)

/** Processes but for a launcher of ours, which may have been started before the arguments were found wanting. */
const foreign = ({ spawned }: JobResult): unknown[] => spawned.filter(({ comm }) => comm !== 'runtimo')

describe.each(commandLevels)('a command at level %s', (level) => {
  test('has none of our variables that are not on the list, though the policy names them (E02, E03, E04)', async () => {
    await loadersLoad()
    stub({ ...loaders, ...secrets, GRANTED: 'yes' })
    const supervisor = siege({ policy: { env: [...Object.keys(loaders), 'GRANTED'] } })
    const result = await supervisor.run(
      'ShellExec',
      { cmd: '/usr/bin/env' },
      { level, workingDir: temporaryDirectory() },
    )
    const names = printed(result)
      .split('\n')
      .map((line) => line.split('=')[0])
    await judge(supervisor, result, {
      outcome: 'completed',
      spawned: ['env'],
      unharmed: () => expect(names.filter((name = '') => name in loaders || name in secrets)).toEqual([]),
      twin: () => expect(names).toContain('GRANTED'),
    })
  })

  test('does not find the secrets of the supervisor anywhere else (E04)', async () => {
    await secretsAreRead()
    stub({ MARKER: marker })
    const supervisor = siege()
    const twin = { twin: `cat /proc/self/environ | tr '\\0' '\\n' | grep ^PATH=` }
    const result = await attempt(supervisor, { ...reading, ...twin }, { level })
    const answers = succeeded(result)
    await judge(supervisor, result, {
      outcome: 'completed',
      spawned: ['sh'],
      unharmed: () => expect(answers.filter((name) => name in reading)).toEqual([]),
      twin: () => expect(answers).toEqual(['twin']),
    })
  })

  test('cannot be given what loads code into it, but other variables, as they are (E01, E07)', async () => {
    await loadersLoad()
    const supervisor = siege()
    const run = (env: object): ReturnType<typeof supervisor.run> =>
      supervisor.run(
        'ShellExec',
        { cmd: 'printf %s "$VALUE"', env },
        { level, workingDir: temporaryDirectory() },
      )
    for (const name of ['LD_PRELOAD', 'LD_LIBRARY_PATH', 'LD_AUDIT', 'RUNTIMO_BOUNDARY', 'A=B', '', 'A\0B']) {
      const result = await run({ [name]: '/nowhere/evil.so' })
      expect(result.error).toMatchObject({ pointer: expect.stringMatching(/^\/env/u) })
      await judge(supervisor, result, {
        outcome: 'failed',
        code: 'RT_INVALID_ARGS',
        unharmed: () => expect(foreign(result)).toEqual([]),
      })
    }
    const value = 'a\nb; touch /tmp/x $(id) `id` "\''
    const twin = await run({ VALUE: value })
    expect(printed(twin)).toBe(value)
    await judge(supervisor, twin, { outcome: 'completed' })
  })

  test('however a deletion is written, what it may not delete is there afterwards (E05)', async () => {
    await deletionsDelete()
    const supervisor = siege()
    const outside = join(temporaryDirectory(), 'precious')
    const workingDir = temporaryDirectory()
    writeFileSync(join(workingDir, 'inside'), '')
    const kept = await deleteEach(async (cmd) => {
      const result = await supervisor.run('ShellExec', { cmd }, { level, workingDir })
      const unharmed = (): void =>
        expect({ cmd, isThere: existsSync(outside) }).toEqual({ cmd, isThere: true })
      await judge(supervisor, result, { outcome: 'completed', unharmed })
    }, outside)
    expect(new Set(kept)).toEqual(new Set([true]))
    const twin = await supervisor.run('ShellExec', { cmd: 'r"m" inside && ls' }, { level, workingDir })
    await judge(supervisor, twin, { outcome: 'completed', spawned: ['sh'] })
    expect(existsSync(join(workingDir, 'inside'))).toBe(false)
  })

  test('a NUL is refused wherever it stands, and no name is taken for a command (E07)', async () => {
    await namesAreRun()
    const supervisor = siege()
    const workingDir = temporaryDirectory()
    const name = 'a; touch made\n$(touch made) -rf'
    mkdirSync(join(workingDir, name))
    for (const args of [
      { cmd: 'echo a\0b' },
      { cmd: 'true', cwd: 'a\0b' },
      { cmd: 'true', env: { A: 'a\0b' } },
    ]) {
      const result = await supervisor.run('ShellExec', args, { level, workingDir })
      const unharmed = (): void => expect(foreign(result)).toEqual([])
      await judge(supervisor, result, { outcome: 'failed', code: 'RT_INVALID_ARGS', unharmed })
    }
    const twin = await supervisor.run('ShellExec', { cmd: 'pwd', cwd: name }, { level, workingDir })
    const made = [join(workingDir, 'made'), join(workingDir, name, 'made')]
    await judge(supervisor, twin, {
      outcome: 'completed',
      unharmed: () => expect(made.filter((path) => existsSync(path))).toEqual([]),
      twin: () => expect(printed(twin)).toBe(`${join(workingDir, name)}\n`),
    })
  })
})

test.each(levels)('a worker at level %s has neither loaders nor secrets (E02, E04)', async (level) => {
  await loadersLoad()
  const from = fixture('misbehave.mjs')
  stub({ ...loaders, ...secrets })
  const supervisor = siege()
  const result = await supervisor.run('Misbehave', { how: 'environment' }, { from, level })
  const names = Object.keys(Object(result.output.data))
  await judge(supervisor, result, {
    outcome: 'completed',
    unharmed: () => expect(names.filter((name) => name in loaders || name in secrets)).toEqual([]),
    twin: () => expect(names).toContain('PATH'),
  })
})
