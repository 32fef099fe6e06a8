import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { levels } from '@runtimo/capabilities'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { arena, judge, Unconfined } from '../support/attack.ts'
import { printed, python, succeeded, tryEach } from '../support/shell.ts'
import { fixture, temporaryDirectory } from '../support/supervisor.ts'

const commandLevels = ['sandbox', 'process'] as const

/** What makes programs run, or obey, something else (E01 to E03). */
const loaders: Readonly<Record<string, string>> = {
  LD_PRELOAD: '/nowhere/evil.so',
  LD_LIBRARY_PATH: '/nowhere',
  LD_AUDIT: '/nowhere/evil.so',
  NODE_OPTIONS: '--require=/nowhere/evil.js',
  NODE_PATH: '/nowhere',
  NODE_V8_COVERAGE: '/tmp/nowhere',
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

test('without us, a program has every variable, and the loaders do what they say', async () => {
  const { NODE_OPTIONS: _, ...others } = loaders // it would stop the program that starts the control
  const given = Object.entries({ ...others, ...secrets }).map(([name, value]) => `${name}='${value}'`)
  const control = Unconfined.shell(`env ${given.join(' ')} /usr/bin/env 2>&1`)
  const text = await control.stdout
  for (const name of [...Object.keys(others), ...Object.keys(secrets)]) expect(text).toContain(`${name}=`)
  expect(text).toContain('cannot be preloaded')
})

describe.each(commandLevels)('a command at level %s', (level) => {
  test('has none of our variables that are not on the list, though the policy names them (E02, E03, E04)', async () => {
    stub({ ...loaders, ...secrets, GRANTED: 'yes' })
    const supervisor = arena({ policy: { env: [...Object.keys(loaders), 'GRANTED'] } })
    const result = await supervisor.run(
      'ShellExec',
      { cmd: '/usr/bin/env' },
      { level, workingDir: temporaryDirectory() },
    )
    const names = printed(result)
      .split('\n')
      .map((line) => line.split('=')[0])
    expect(names).toContain('GRANTED')
    expect(names.filter((name = '') => name in loaders || name in secrets)).toEqual([])
    await judge(supervisor, result, { outcome: 'completed', spawned: ['env'] })
  })

  test('does not find the secrets of the supervisor anywhere else (E04)', async () => {
    const marker = `secret-${process.pid}-${level}`
    stub({ MARKER: marker })
    const supervisor = arena()
    const acts = {
      supervisor: `cat /proc/${process.pid}/environ | tr '\\0' '\\n' | grep MARKER`,
      parent: `cat /proc/$PPID/environ | tr '\\0' '\\n' | grep MARKER`,
      everybody: `cat /proc/[0-9]*/environ | tr '\\0' '\\n' | grep ^MARKER=`,
    }
    expect(await Unconfined.shell(tryEach({ everybody: acts.everybody })).stdout).toBe('everybody\n')
    const cmd = tryEach({ ...acts, twin: `cat /proc/self/environ | tr '\\0' '\\n' | grep ^PATH=` })
    const result = await supervisor.run('ShellExec', { cmd }, { level, workingDir: temporaryDirectory() })
    expect(succeeded(result)).toEqual(['twin'])
    await judge(supervisor, result, { outcome: 'completed' })
  })

  test('cannot be given what loads code into it, but other variables, as they are (E01, E07)', async () => {
    const supervisor = arena()
    const run = (env: object): ReturnType<typeof supervisor.run> =>
      supervisor.run(
        'ShellExec',
        { cmd: 'printf %s "$VALUE"', env },
        { level, workingDir: temporaryDirectory() },
      )
    for (const name of ['LD_PRELOAD', 'LD_LIBRARY_PATH', 'LD_AUDIT', 'RUNTIMO_BOUNDARY', 'A=B', '', 'A\0B']) {
      const result = await run({ [name]: '/nowhere/evil.so' })
      expect({ name, code: result.error?.code }).toEqual({ name, code: 'RT_INVALID_ARGS' })
    }
    const value = 'a\nb; touch /tmp/x $(id) `id` "\''
    const twin = await run({ VALUE: value })
    expect(printed(twin)).toBe(value)
    await judge(supervisor, twin, { outcome: 'completed' })
  })

  test('however a deletion is written, what it may not delete is there afterwards (E05)', async () => {
    const supervisor = arena()
    const outside = join(temporaryDirectory(), 'precious')
    const workingDir = temporaryDirectory()
    writeFileSync(join(workingDir, 'inside'), '')
    const encoded = Buffer.from(`rm -f ${outside}`).toString('base64')
    const ways = {
      quotes: `r"m" -f ${outside} && [ ! -e ${outside} ]`,
      substitution: `$(echo rm) -f ${outside}`,
      backticks: `\`echo rm\` -f ${outside}`,
      absolute: `/bin/rm -f ${outside}`,
      encoded: `echo ${encoded} | base64 -d | sh`,
      python: python(`import os; os.unlink("${outside}")`),
      prompt: `echo 'import os; os.unlink("${outside}")' | /usr/bin/python3`,
      perl: `perl -e 'unlink "${outside}" or exit 1'`,
      emptied: `: >${outside}`,
      'by find': `find ${outside} -delete`,
    }
    for (const way of Object.values(ways)) {
      writeFileSync(outside, 'x')
      await supervisor.run('ShellExec', { cmd: `${way}; true` }, { level, workingDir })
      expect({ way, isThere: existsSync(outside) }).toEqual({ way, isThere: true })
    }
    const deleted = await Unconfined.shell(`${ways.encoded}; [ -e ${outside} ] || echo deleted`).stdout
    expect(deleted).toBe('deleted\n')
    const twin = await supervisor.run('ShellExec', { cmd: 'r"m" inside && ls' }, { level, workingDir })
    await judge(supervisor, twin, { outcome: 'completed' })
    expect(existsSync(join(workingDir, 'inside'))).toBe(false)
  })

  test('a NUL is refused wherever it stands, and no name is taken for a command (E07)', async () => {
    const supervisor = arena()
    const workingDir = temporaryDirectory()
    const name = 'a; touch made\n$(touch made) -rf'
    mkdirSync(join(workingDir, name))
    for (const args of [
      { cmd: 'echo a\0b' },
      { cmd: 'true', cwd: 'a\0b' },
      { cmd: 'true', env: { A: 'a\0b' } },
    ]) {
      const result = await supervisor.run('ShellExec', args, { level, workingDir })
      expect(result).toMatchObject({ outcome: 'failed', error: { code: 'RT_INVALID_ARGS' } })
    }
    const twin = await supervisor.run('ShellExec', { cmd: 'pwd', cwd: name }, { level, workingDir })
    expect(printed(twin)).toBe(`${join(workingDir, name)}\n`)
    await judge(supervisor, twin, { outcome: 'completed' })
    expect(existsSync(join(workingDir, 'made')) || existsSync(join(workingDir, name, 'made'))).toBe(false)
  })
})

test.each(levels)('a worker at level %s has neither loaders nor secrets (E02, E04)', async (level) => {
  const from = fixture('misbehave.mjs')
  stub({ ...loaders, ...secrets })
  const supervisor = arena()
  const result = await supervisor.run('Misbehave', { how: 'environment' }, { from, level })
  const names = Object.keys(Object(result.output.data))
  expect(names).toContain('PATH')
  expect(names.filter((name) => name in loaders || name in secrets)).toEqual([])
  await judge(supervisor, result, { outcome: 'completed' })
})
