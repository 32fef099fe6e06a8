import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { describe, expect, test } from 'vitest'
import { arena, control, isRoot, judge, siege, Unconfined } from '../support/attack.ts'
import { findProcesses } from '../support/processes.ts'
import { type Acts, attempt, succeeded, unconfined } from '../support/shell.ts'
import { temporaryDirectory } from '../support/supervisor.ts'

const uid = process.geteuid?.() ?? 0
const levels = ['sandbox', 'process'] as const
/** Of names that nothing else on this machine has. */
const mark = `-attack-${process.pid}`
const nap = `30.${process.pid}`

const changesOf = (given: string): Acts => ({
  change: `echo x >>${given}/file`,
  make: `touch ${given}/x`,
  modes: `chmod 777 ${given}/file`,
  times: `touch -d 2001-01-01 ${given}/file`,
  'by a link': `ln -s ${given}/file l && echo x >>l`,
  'by a hard link': `ln ${given}/file h && echo x >>h`,
})

async function changeGiven(): Promise<void> {
  const given = temporaryDirectory()
  writeFileSync(join(given, 'file'), 'given')
  const acts = { ...changesOf(given), remove: `rm ${given}/file` }
  expect(await unconfined(acts)).toEqual(Object.keys(acts))
}
const givenIsChanged = control('without us, what a job was given to read is changed by it', changeGiven)

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
    await judge(supervisor, result, { outcome: 'completed', spawned: ['sh'] })
    expect(succeeded(result)).toEqual(Object.keys(acts))
    const owners = ['made', 'd', 'l', 'p', 'given'].map((name) => lstatSync(join(workingDir, name)).uid)
    expect(new Set(owners)).toEqual(new Set([uid]))
    expect(readFileSync(join(workingDir, 'given'), 'utf8')).toBe('givenmore\n')
  })

  test('what is read-only stays as it is: the system, and directories that may only be read', async () => {
    await givenIsChanged()
    const supervisor = siege()
    const given = temporaryDirectory()
    writeFileSync(join(given, 'file'), 'given')
    const acts = {
      root: 'touch /x',
      usr: 'touch /usr/x || touch /usr/bin/x',
      etc: 'echo x >>/etc/passwd || touch /etc/x',
      var: 'touch /var/x',
      ...changesOf(given),
      remove: `rm -f ${given}/file`,
    }
    // Landlock does not know these: only another uid, or a mount that is read-only, stops them.
    const unknown = level === 'process' && !isRoot ? ['modes', 'times'] : []
    const before = statSync(join(given, 'file'))
    const twin = { twin: `cat ${given}/file && ls /usr/bin` }
    const result = await attempt(supervisor, { ...acts, ...twin }, { level, read: [given] })
    const unharmed = (): void => {
      const { ino, size, nlink } = statSync(join(given, 'file'))
      expect({ ino, size, nlink }).toEqual({ ino: before.ino, size: 5, nlink: 1 })
      expect(
        ['/x', '/usr/x', '/usr/bin/x', '/etc/x', '/var/x', `${given}/x`].filter((path) => existsSync(path)),
      ).toEqual([])
    }
    await judge(supervisor, result, {
      outcome: 'completed',
      spawned: ['sh'],
      unharmed,
      twin: () => expect(succeeded(result)).toEqual([...unknown, 'twin']),
    })
  })

  test('links that lead out of the workspace lead nowhere (F01, F07)', async () => {
    const supervisor = siege()
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
    expect(await unconfined(acts, workingDir)).toEqual(Object.keys(acts))
    writeFileSync(outside, 'secret')
    writeFileSync(join(workingDir, 'inside'), 'inside')
    symlinkSync('inside', join(workingDir, 'near'))
    const twin = { twin: 'cat near && echo x >>near && cat /proc/self/cwd/near' }
    const result = await attempt(supervisor, { ...acts, ...twin }, { level, workingDir })
    await judge(supervisor, result, {
      outcome: 'completed',
      spawned: ['sh'],
      unharmed: () => expect(readFileSync(outside, 'utf8')).toBe('secret'),
      twin: () => expect(succeeded(result)).toEqual(['twin']),
    })
  })
})

/** Where the job has the uid of the caller, or a view of its own. */
const opening = isRoot ? (['sandbox'] as const) : levels
test.each(opening)(
  'at level %s a workspace that nobody else may enter works, and only that is in reach',
  async (level) => {
    const supervisor = siege()
    const workingDir = closedWorkspace()
    const twin = { pwd: `[ "$(pwd -P)" = ${workingDir} ]`, write: `mkdir c && echo x >${workingDir}/c/d` }
    const acts = { above: 'cat ../../secret', list: 'ls ../.. | grep secret' }
    expect(await unconfined(acts, workingDir)).toEqual(Object.keys(acts))
    const result = await attempt(supervisor, { ...acts, ...twin }, { level, workingDir })
    await judge(supervisor, result, {
      outcome: 'completed',
      spawned: ['sh'],
      unharmed: () => expect(readdirSync(join(workingDir, '..', '..'))).toEqual(['a', 'secret']),
      twin: () => expect(succeeded(result)).toEqual(Object.keys(twin)),
    })
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

/** What there is to see of the machine, and of who else runs on it. */
const ofTheMachine: Acts = {
  processes: '[ $(ls /proc | grep -c "^[0-9]") -gt 6 ]',
  command: `cat /proc/[0-9]*/cmdline | tr "\\0" " " | grep "sleep ${nap.replace('0', '[0]')}"`,
  name: `[ "$(uname -n)" = ${hostname()} ]`,
  host: 'ls /root || ls /srv || ls /opt || ls /mnt || ls /boot || ls /sys || ls /var/log',
}

async function seeMachine(): Promise<void> {
  const other = Unconfined.shell(`echo begun; exec sleep ${nap}`)
  await other.line(/(?<begun>begun)/u)
  expect(await unconfined(ofTheMachine)).toEqual(Object.keys(ofTheMachine))
}
const machineIsSeen = control('without us, a program sees the machine, and who else runs on it', seeMachine)

describe('level sandbox', () => {
  const level = 'sandbox'

  test('other jobs, their files and the rest of the machine are not seen; what is private is private', async () => {
    const supervisor = siege()
    const controller = new AbortController()
    const { promise: begun, resolve } = Promise.withResolvers<void>()
    const neighbour = supervisor.run(
      'ShellExec',
      { cmd: `echo secret | tee /tmp/n${mark} /dev/shm/n${mark} ~/n n; sleep ${nap}` },
      { level, workingDir: temporaryDirectory(), signal: controller.signal, onOutput: () => resolve() },
    )
    await begun
    await machineIsSeen()
    const acts = {
      temporary: `ls /tmp/n${mark}`,
      shared: 'ls /dev/shm | grep .',
      home: 'ls ~ | grep .',
      memory: 'ipcs -m | grep -q 0x',
      ...ofTheMachine,
    }
    const twin = {
      own: `echo x | tee /tmp/x${mark} /dev/shm/x${mark} ~/x && [ $(uname -n) = sandbox ] && [ "$(whoami)" = job ]`,
    }
    const result = await attempt(supervisor, { ...acts, ...twin }, { level })
    // It ran while the other looked.
    expect(findProcesses(`sleep ${nap}`)).not.toEqual([])
    const names = ['/tmp/n', '/tmp/x', '/dev/shm/n', '/dev/shm/x'].map((name) => name + mark)
    const unharmed = (): void => expect(names.filter((path) => existsSync(path))).toEqual([])
    await judge(supervisor, result, {
      outcome: 'completed',
      spawned: ['sh'],
      unharmed,
      twin: () => expect(succeeded(result)).toEqual(Object.keys(twin)),
    })
    controller.abort()
    const cancelled = { outcome: 'cancelled', code: 'RT_CANCELLED', spawned: ['tee'] } as const
    await judge(supervisor, await neighbour, { ...cancelled, unharmed })
  })
})
