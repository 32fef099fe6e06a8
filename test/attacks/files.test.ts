import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import type { JobResult, Supervisor } from '@runtimo/supervisor'
import { describe, expect, test } from 'vitest'
import { siege, control, isRoot, judge } from '../support/attack.ts'
import { type Acts, attempt, succeeded, unconfined } from '../support/shell.ts'
import { temporaryDirectory, testSupervisor } from '../support/supervisor.ts'

const levels = ['sandbox', 'process'] as const
type Level = (typeof levels)[number]

function run(supervisor: Supervisor, level: Level, workingDir: string, acts: Acts): Promise<JobResult> {
  return attempt(supervisor, acts, { level, workingDir })
}

/** A repository with something that may be moved about. */
function repository(): string {
  const directory = temporaryDirectory()
  mkdirSync(join(directory, '.git', 'hooks'), { recursive: true })
  for (const name of ['.git/config', '.git/HEAD', 'mine']) writeFileSync(join(directory, name), '')
  return directory
}

/** Each makes or changes what the tools of the owner run or obey (F05). */
const trusted: Acts = {
  hook: 'echo x >.git/hooks/post-checkout',
  config: 'echo x >>.git/config',
  'settings of git elsewhere': 'ln -s /tmp .git/config.worktree',
  direnv: 'echo x >.envrc',
  'direnv by a link': 'ln -sf /tmp/x .envrc && readlink .envrc',
  servers: 'cp mine .mcp.json',
  'servers by a hard link': 'ln -f mine .mcp.json',
  agent: 'mkdir .claude && echo x >.claude/settings.json',
  editor: 'mkdir -p .vscode',
  'editor by a rename': 'mkdir d && mv -T d .idea',
  repository: 'mv .git moved && mkdir .git',
}

async function writeTrusted(): Promise<void> {
  expect(await unconfined(trusted, repository())).toEqual(Object.keys(trusted))
  const supervisor = testSupervisor({ maxPrewarmed: 0 })
  const result = await run(supervisor, 'process', repository(), trusted)
  expect(succeeded(result)).toEqual(Object.keys(trusted))
  await judge(supervisor, result, { outcome: 'completed', spawned: ['sh'] })
}
const trustedIsWritten = control(
  'without us, and at level process, what the tools of the owner obey is written',
  writeTrusted,
)

test('in a sandbox none of that can be made or changed, there or not, and nothing is left of it (F05)', async () => {
  await trustedIsWritten()
  const supervisor = siege()
  const directory = repository()
  const twin = {
    work: 'mkdir src && echo x >src/a && mv mine yours',
    git: 'echo x >.git/index && mkdir .git/objects',
  }
  const result = await run(supervisor, 'sandbox', directory, { ...trusted, ...twin })
  await judge(supervisor, result, {
    outcome: 'completed',
    spawned: ['sh'],
    unharmed: () => {
      expect(readdirSync(directory).filter((name) => name !== 'd')).toEqual(['.git', 'src', 'yours'])
      expect(readdirSync(join(directory, '.git', 'hooks'))).toEqual([])
      expect(readFileSync(join(directory, '.git', 'config'), 'utf8')).toBe('')
    },
    twin: () => expect(succeeded(result)).toEqual(Object.keys(twin)),
  })
})

/** What an attack on the machine would change. */
const machine = (): string[] =>
  ['self/mountinfo', 'sys/kernel/hostname', 'sys/kernel/core_pattern'].map((name) =>
    readFileSync(`/proc/${name}`, 'utf8'),
  )

describe.each(levels)('level %s', (level) => {
  test('devices are neither made nor opened (F09), and the harmless ones are there', async () => {
    const supervisor = siege()
    const directory = temporaryDirectory()
    const acts = {
      block: 'mknod a b 8 0',
      character: 'mknod b c 1 3',
      disk: 'head -c 1 /dev/vda || head -c 1 /dev/sda',
      write: 'echo x >/dev/sda',
      kernel: 'head -c 1 /dev/kmsg || head -c 1 /dev/mem',
      terminal: 'head -c 0 /dev/tty || head -c 0 /dev/pts/0 || head -c 0 /dev/ptmx',
    }
    // Without us only root makes them.
    const made = { block: acts.block, character: acts.character }
    expect(await unconfined(made)).toEqual(isRoot ? ['block', 'character'] : [])
    const twin = {
      zero: 'head -c 1 /dev/zero',
      null: 'echo >/dev/null',
      random: 'head -c 1 /dev/urandom',
      fifo: 'mkfifo f',
    }
    const result = await run(supervisor, level, directory, { ...acts, ...twin })
    await judge(supervisor, result, {
      outcome: 'completed',
      spawned: ['sh'],
      unharmed: () => expect(readdirSync(directory)).toEqual(['f']),
      twin: () => expect(succeeded(result)).toEqual(Object.keys(twin)),
    })
  })

  test('nothing is mounted, no namespace is made (F20), and /proc is the kernel’s own (F17)', async () => {
    const supervisor = siege()
    const acts = {
      user: 'unshare -U true',
      mounts: 'unshare -Urm true',
      mount: 'mount -t tmpfs none /tmp',
      bind: 'mount --bind /usr .',
      unmount: 'umount /proc || umount /tmp',
      root: 'chroot . /bin/true',
      enter: 'nsenter -t 1 -m true',
      attributes: 'mount -t tmpfs none /proc/self/attr',
      hostname: 'echo x >/proc/sys/kernel/hostname',
      core: 'echo "|/tmp/x" >/proc/sys/kernel/core_pattern',
      sysrq: 'echo b >/proc/sysrq-trigger',
      memory: 'head -c 1 /proc/kcore | grep -q .',
    }
    // Only what stays in namespaces of its own is tried without a boundary: the rest would change this machine.
    const harmless = { user: acts.user, mounts: acts.mounts }
    expect(await unconfined(harmless, temporaryDirectory())).toEqual(['user', 'mounts'])
    const twin = { proc: '[ "$(stat -f -c %T /proc /proc/self /proc/self/attr | sort -u)" = proc ]' }
    const before = machine()
    const result = await run(supervisor, level, temporaryDirectory(), { ...acts, ...twin })
    await judge(supervisor, result, {
      outcome: 'completed',
      spawned: ['sh'],
      unharmed: () => expect(machine()).toEqual(before),
      twin: () => expect(succeeded(result)).toEqual(Object.keys(twin)),
    })
  })

  test('what runs us is not written to (F18): launcher, Node, and the program of process 1', async () => {
    const supervisor = siege()
    const beside = join(dirname(process.execPath), 'x')
    const acts = {
      launcher: 'echo x >/proc/$PPID/exe',
      'by its descriptor': 'ls /proc/$PPID/fd/',
      first: 'echo x >/proc/1/exe',
      own: 'echo x >/proc/self/exe',
      node: `echo x >>${process.execPath}`,
      beside: `echo x >${process.execPath}.x`,
      modules: `echo x >${beside}`,
    }
    // What runs is not written to by anybody, but by a name beside, or when it has ended.
    const own = { 'a copy': `cp ${process.execPath} node && echo x >>node && echo x >x` }
    expect(await unconfined(own)).toEqual(Object.keys(own))
    const { size, mtimeMs } = statSync(process.execPath)
    const twin = { twin: 'cp /bin/true t && ./t && echo >>t' }
    const result = await run(supervisor, level, temporaryDirectory(), { ...acts, ...twin })
    await judge(supervisor, result, {
      outcome: 'completed',
      spawned: ['sh'],
      unharmed: () => {
        expect(statSync(process.execPath)).toMatchObject({ size, mtimeMs })
        expect(existsSync(`${process.execPath}.x`) || existsSync(beside)).toBe(false)
      },
      twin: () => expect(succeeded(result)).toEqual(['twin']),
    })
  })

  test('our log and state are neither read nor written, wherever the job looks (F14)', async () => {
    const supervisor = siege()
    const state = `/tmp/runtimo-${process.geteuid?.()}`
    const acts = {
      append: `echo x >>${supervisor.walPath}`,
      read: `cat ${supervisor.walPath}`,
      list: `ls ${dirname(supervisor.walPath)} | grep .`,
      state: `ls ${state} | grep .`,
      ledger: `echo x >${state}/placeholders/x.json`,
    }
    await judge(supervisor, await run(supervisor, level, temporaryDirectory(), {}), { outcome: 'completed' })
    expect(await unconfined({ read: acts.read, list: acts.list })).toEqual(['read', 'list'])
    const twin = { twin: 'echo x >x && cat x && ls . | grep x' }
    const result = await run(supervisor, level, temporaryDirectory(), { ...acts, ...twin })
    await judge(supervisor, result, {
      outcome: 'completed',
      spawned: ['sh'],
      // That the log has no line of another is seen to with every look into it.
      unharmed: () => expect(existsSync(join(state, 'placeholders', 'x.json'))).toBe(false),
      twin: () => expect(succeeded(result)).toEqual(['twin']),
    })
  })
})
