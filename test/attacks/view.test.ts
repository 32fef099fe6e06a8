import { chmodSync, lstatSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { describe, expect, test } from 'vitest'
import type { JobResult } from '@runtimo/supervisor'
import { arena, isRoot, judge } from '../support/attack.ts'
import { attempt, printed, succeeded, unconfined } from '../support/shell.ts'
import { temporaryDirectory } from '../support/supervisor.ts'

const uid = process.geteuid?.() ?? 0
const levels = ['sandbox', 'process'] as const

/** A directory inside one that nobody else may enter, with a secret beside it. */
function closedWorkspace(): string {
  const closed = temporaryDirectory()
  const workingDir = join(closed, 'a', 'b')
  mkdirSync(workingDir, { recursive: true })
  writeFileSync(join(closed, 'secret'), 'secret')
  for (const path of [closed, join(closed, 'a'), workingDir]) chmodSync(path, 0o700)
  return workingDir
}

describe.each(levels)('level %s', (level) => {
  test('what a job creates belongs to the caller, and it has what the caller made', async () => {
    const supervisor = arena()
    const workingDir = temporaryDirectory()
    writeFileSync(join(workingDir, 'given'), 'given', { mode: 0o600 })
    const acts = {
      made: 'echo made >made && mkdir d && ln -s made l && mkfifo p',
      given: 'cat given && echo more >>given',
    }
    const result = await attempt(supervisor, acts, { level, workingDir })
    expect(succeeded(result)).toEqual(Object.keys(acts))
    const owners = ['made', 'd', 'l', 'p', 'given'].map((name) => lstatSync(join(workingDir, name)).uid)
    expect(new Set(owners)).toEqual(new Set([uid]))
    expect(readFileSync(join(workingDir, 'given'), 'utf8')).toBe('givenmore\n')
    await judge(supervisor, result, { outcome: 'completed' })
  })

  test('what is read-only stays as it is: the system, and directories that may only be read', async () => {
    const supervisor = arena()
    const given = temporaryDirectory()
    writeFileSync(join(given, 'file'), 'given')
    const acts = {
      root: 'touch /x',
      usr: 'touch /usr/x || touch /usr/bin/x',
      etc: 'echo x >>/etc/passwd || touch /etc/x',
      var: 'touch /var/x',
      change: `echo x >>${given}/file`,
      make: `touch ${given}/x`,
      remove: `rm -f ${given}/file`,
      modes: `chmod 777 ${given}/file`,
      times: `touch -d 2001-01-01 ${given}/file`,
      'by a link': `ln -s ${given}/file l && echo x >>l`,
      'by a hard link': `ln ${given}/file h && echo x >>h`,
    }
    // Landlock does not know these: only another uid, or a mount that is read-only, stops them.
    const unknown = level === 'process' && !isRoot ? ['modes', 'times'] : []
    const before = statSync(join(given, 'file'))
    const twin = { twin: `cat ${given}/file && ls /usr/bin` }
    const result = await attempt(supervisor, { ...acts, ...twin }, { level, read: [given] })
    expect(succeeded(result)).toEqual([...unknown, 'twin'])
    await judge(supervisor, result, { outcome: 'completed' })
    const { ino, size, nlink } = statSync(join(given, 'file'))
    expect({ ino, size, nlink }).toEqual({ ino: before.ino, size: 5, nlink: 1 })
  })

  test('links that lead out of the workspace lead nowhere (F01, F07)', async () => {
    const supervisor = arena()
    const outside = join(temporaryDirectory(), 'outside')
    writeFileSync(outside, 'secret')
    const workingDir = temporaryDirectory()
    symlinkSync(outside, join(workingDir, 'link'))
    symlinkSync('/', join(workingDir, 'root'))
    const acts = {
      read: 'cat link',
      write: 'echo x >link',
      'by the root': `cat root${outside}`,
      dots: `cat ${workingDir}/../../../../../../..${outside}`,
      slashes: `cat //${outside}`,
      process: `cat /proc/self/root${outside} || cat /proc/self/cwd/link || cat /proc/1/root${outside}`,
    }
    const works = ['read', 'write', 'by the root', 'dots', 'slashes', 'process']
    expect(await unconfined(acts, workingDir)).toEqual(works)
    writeFileSync(outside, 'secret')
    const result = await attempt(supervisor, acts, { level, workingDir })
    expect(succeeded(result)).toEqual([])
    await judge(supervisor, result, { outcome: 'completed' })
    expect(readFileSync(outside, 'utf8')).toBe('secret')
  })
})

/** Where the job has the uid of the caller, or a view of its own. */
const opening = isRoot ? (['sandbox'] as const) : levels
test.each(opening)(
  'at level %s a workspace that nobody else may enter works, and only that is in reach',
  async (level) => {
    const supervisor = arena()
    const workingDir = closedWorkspace()
    const twin = { pwd: `[ "$(pwd -P)" = ${workingDir} ]`, write: `mkdir c && echo x >${workingDir}/c/d` }
    const acts = { above: 'cat ../../secret', list: 'ls ../.. | grep secret' }
    const result = await attempt(supervisor, { ...acts, ...twin }, { level, workingDir })
    expect(succeeded(result)).toEqual(Object.keys(twin))
    await judge(supervisor, result, { outcome: 'completed' })
  },
)

test('at level process one that the job’s user may not reach is refused, and the error says so', async ({
  skip,
}) => {
  skip(!isRoot, 'only root has a workspace that the job’s user may not reach')
  const job = attempt(arena(), {}, { level: 'process', workingDir: closedWorkspace() })
  await expect(job).rejects.toMatchObject({
    code: 'RT_POSTURE_UNAVAILABLE',
    details: { missing: [{ field: 'workspace', cause: expect.any(String), cure: expect.any(String) }] },
  })
})

describe('level sandbox', () => {
  const level = 'sandbox'

  test('other jobs, their files and the rest of the machine are not seen; what is private is private', async () => {
    const supervisor = arena()
    const controller = new AbortController()
    const { promise: begun, resolve } = Promise.withResolvers<void>()
    const neighbour = supervisor.run(
      'ShellExec',
      { cmd: 'echo secret | tee /tmp/n /dev/shm/n ~/n n; sleep 30' },
      { level, workingDir: temporaryDirectory(), signal: controller.signal, onOutput: () => resolve() },
    )
    await begun
    const acts = {
      temporary: 'ls /tmp/n',
      shared: 'ls /dev/shm | grep .',
      home: 'ls ~ | grep .',
      processes: '[ $(ls /proc | grep -c "^[0-9]") -gt 6 ]',
      command: 'cat /proc/[0-9]*/cmdline | tr "\\0" " " | grep "sleep 3[0]"',
      name: `[ "$(uname -n)" = ${hostname()} ]`,
      memory: 'ipcs -m | grep -q 0x',
      host: 'ls /root || ls /srv || ls /opt || ls /mnt || ls /boot || ls /sys || ls /var/log',
    }
    const twin = {
      own: 'echo x | tee /tmp/x /dev/shm/x ~/x && [ $(uname -n) = sandbox ] && [ "$(whoami)" = job ]',
    }
    const result = await attempt(supervisor, { ...acts, ...twin }, { level })
    expect(succeeded(result)).toEqual(Object.keys(twin))
    await judge(supervisor, result, { outcome: 'completed' })
    controller.abort()
    const cancelled = { outcome: 'cancelled', code: 'RT_CANCELLED', spawned: ['tee'] } as const
    await judge(supervisor, await neighbour, cancelled)
  })

  test('paths are taken as they are, once (F07): none of these forms reads more than the plain one', async () => {
    const supervisor = arena()
    const outside = join(temporaryDirectory(), 'outside')
    const workingDir = temporaryDirectory()
    writeFileSync(outside, 'secret')
    writeFileSync(join(workingDir, 'inside'), 'inside')
    const read = (path: string): Promise<JobResult> =>
      supervisor.run('FileRead', { path }, { level, workingDir })
    const forms = [
      outside,
      `${workingDir}/..${outside.slice(outside.lastIndexOf('/', outside.lastIndexOf('/') - 1))}`,
      `//${outside}`,
      `/./${outside}`,
      `/proc/self/root${outside}`,
      `${outside}/`,
      `${outside}\0.txt`,
      `/${'a/'.repeat(2048)}b`,
      join(workingDir, 'INSIDE'),
      '\ud800',
    ]
    for (const form of forms) {
      const result = await read(form)
      const code = result.error?.code
      expect(code).toMatch(/^RT_(FILE_[A-Z_]+|INVALID_ARGS)$/u)
      const unharmed = (): void => expect(JSON.stringify(result.output)).not.toContain('secret')
      await judge(supervisor, result, { outcome: 'failed', ...(code && { code }), unharmed, isKept: true })
    }
    for (const form of ['inside', './inside', `${workingDir}//./inside`]) {
      const result = await read(form)
      expect(result).toMatchObject({ outcome: 'completed', posture: { level } })
      expect(JSON.stringify(result.output.data)).toContain('inside')
      await judge(supervisor, result, { outcome: 'completed', isKept: true })
    }
  })
})

test('directories are given by name, and a name that is none is refused before anything runs (F07)', async () => {
  const supervisor = arena()
  const workingDir = temporaryDirectory()
  for (const write of [
    '/',
    '/usr',
    '/etc',
    '/proc/self/root',
    '/dev',
    `${workingDir}\0/x`,
    `${workingDir}/../..//proc`,
  ]) {
    const job = attempt(supervisor, {}, { level: 'sandbox', workingDir, write: [write] })
    await expect(job).rejects.toMatchObject({
      code: expect.stringMatching(/^RT_(INVALID_OPTION|POSTURE_UNAVAILABLE|PERMISSION_DENIED)$/u),
    })
  }
  const twin = await attempt(
    supervisor,
    { write: 'echo x >x' },
    { level: 'sandbox', workingDir, write: ['./../' + workingDir.split('/').at(-1)] },
  )
  expect(printed(twin)).toBe('write\n')
})
