import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import type { JobResult, Supervisor } from '@runtimo/supervisor'
import { describe, expect, test } from 'vitest'
import { arena, isRoot, judge } from '../support/attack.ts'
import { type Acts, attempt, printed, python, succeeded, unconfined } from '../support/shell.ts'
import { temporaryDirectory } from '../support/supervisor.ts'

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

test('without us, and at level process, what the tools of the owner obey is written', async () => {
  expect(await unconfined(trusted, repository())).toEqual(Object.keys(trusted))
  const supervisor = arena()
  const result = await run(supervisor, 'process', repository(), trusted)
  expect(succeeded(result)).toEqual(Object.keys(trusted))
})

test('in a sandbox none of that can be made or changed, there or not, and nothing is left of it (F05)', async () => {
  const supervisor = arena()
  const directory = repository()
  const twin = {
    work: 'mkdir src && echo x >src/a && mv mine yours',
    git: 'echo x >.git/index && mkdir .git/objects',
  }
  const result = await run(supervisor, 'sandbox', directory, { ...trusted, ...twin })
  await judge(supervisor, result, { outcome: 'completed', spawned: ['sh'] })
  expect(succeeded(result)).toEqual(Object.keys(twin))
  expect(readdirSync(directory).filter((name) => name !== 'd')).toEqual(['.git', 'src', 'yours'])
  expect(readdirSync(join(directory, '.git', 'hooks'))).toEqual([])
  expect(readFileSync(join(directory, '.git', 'config'), 'utf8')).toBe('')
})

const setId = (act: string): string => python(`import os; ${act}`)
/** Each leaves a file or directory with a set-id bit, whose owner runs it (F10). */
const setIds: Acts = {
  chmod: 'chmod 4755 mine',
  'chmod by letters': 'chmod u+s mine',
  'set-group-id': 'chmod g+s mine',
  install: 'install -m 4755 mine a1',
  directory: 'mkdir -m 2777 a2',
  open: setId('os.open("a3",os.O_CREAT,0o4755)'),
  'a nameless file': setId('os.open(".",os.O_TMPFILE|os.O_RDWR,0o4755)'),
  node: setId('os.mknod("a4",0o104755)'),
  fchmod: setId('os.fchmod(os.open("a5",os.O_CREAT),0o4755)'),
  archive: `${python('import tarfile; t=tarfile.open("t","w"); i=t.gettarinfo("mine"); i.mode=0o4755; i.name="a6"; t.addfile(i); t.close()')} && tar -xpf t && [ -u a6 ]`,
  copy: 'cp -p old a7 && [ -u a7 ]',
}

function workspace(): string {
  const directory = temporaryDirectory()
  for (const name of ['mine', 'old']) writeFileSync(join(directory, name), '')
  chmodSync(join(directory, 'old'), 0o4755)
  return directory
}

const withSetId = (directory: string): string[] =>
  readdirSync(directory).filter((name) => (statSync(join(directory, name)).mode & 0o6000) !== 0)

test('without us set-id bits are set', async () => {
  const directory = workspace()
  expect(await unconfined(setIds, directory)).toEqual(Object.keys(setIds))
  expect(withSetId(directory)).toHaveLength(9)
})

describe.each(levels)('level %s', (level) => {
  test('no set-id bit reaches the disk, whatever makes the file (F10), and it goes when one is written to', async () => {
    const supervisor = arena()
    const directory = workspace()
    const twin = {
      modes: 'chmod 755 mine && install -m 700 mine b && mkdir -m 1777 c',
      write: 'echo x >>old',
    }
    const result = await run(supervisor, level, directory, { ...setIds, ...twin })
    await judge(supervisor, result, { outcome: 'completed', spawned: ['sh'] })
    expect(succeeded(result)).toEqual(Object.keys(twin))
    expect(withSetId(directory)).toEqual([])
  })

  test('set-id programs of the host give nothing (F10)', async () => {
    const supervisor = arena()
    const cmd = `su root -c id </dev/null; sudo -n id; grep -E 'NoNewPrivs|CapEff' /proc/self/status`
    const result = await supervisor.run('ShellExec', { cmd }, { level, workingDir: temporaryDirectory() })
    expect(printed(result)).toBe('CapEff:\t0000000000000000\nNoNewPrivs:\t1\n')
    await judge(supervisor, result, { outcome: 'completed' })
  })

  test('devices are neither made nor opened (F09), and the harmless ones are there', async () => {
    const supervisor = arena()
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
    expect(await unconfined({ block: acts.block }, temporaryDirectory())).toEqual(isRoot ? ['block'] : [])
    const twin = {
      zero: 'head -c 1 /dev/zero',
      null: 'echo >/dev/null',
      random: 'head -c 1 /dev/urandom',
      fifo: 'mkfifo f',
    }
    const result = await run(supervisor, level, directory, { ...acts, ...twin })
    await judge(supervisor, result, { outcome: 'completed' })
    expect(succeeded(result)).toEqual(Object.keys(twin))
    expect(readdirSync(directory)).toEqual(['f'])
  })

  test('nothing is mounted, no namespace is made (F20), and /proc is the kernel’s own (F17)', async () => {
    const supervisor = arena()
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
    const result = await run(supervisor, level, temporaryDirectory(), { ...acts, ...twin })
    await judge(supervisor, result, { outcome: 'completed' })
    expect(succeeded(result)).toEqual(Object.keys(twin))
  })

  test('what runs us is not written to (F18): launcher, Node, and the program of process 1', async () => {
    const supervisor = arena()
    const acts = {
      launcher: 'echo x >/proc/$PPID/exe',
      'by its descriptor': 'ls /proc/$PPID/fd/',
      first: 'echo x >/proc/1/exe',
      own: 'echo x >/proc/self/exe',
      node: `echo x >>${process.execPath}`,
      beside: `echo x >${process.execPath}.x`,
      modules: `echo x >${join(dirname(process.execPath), 'x')}`,
    }
    const before = statSync(process.execPath)
    const result = await run(supervisor, level, temporaryDirectory(), {
      ...acts,
      twin: 'cp /bin/true t && ./t && echo >>t',
    })
    await judge(supervisor, result, { outcome: 'completed' })
    expect(succeeded(result)).toEqual(['twin'])
    expect(statSync(process.execPath)).toMatchObject({ size: before.size, mtimeMs: before.mtimeMs })
  })

  test('control groups cannot be written, left or made (F22)', async () => {
    const supervisor = arena()
    const acts = {
      leave: 'for f in $(find /sys/fs/cgroup -name cgroup.procs); do echo $$ >$f && exit 0; done; exit 1',
      make: 'mkdir /sys/fs/cgroup/x || mkdir /sys/fs/cgroup/*/x',
      raise: 'echo max >$(find /sys/fs/cgroup -name pids.max | head -1)',
      mount: 'mkdir g && mount -t cgroup2 none g',
    }
    const result = await run(supervisor, level, temporaryDirectory(), {
      ...acts,
      twin: 'cat /proc/self/cgroup',
    })
    await judge(supervisor, result, { outcome: 'completed' })
    expect(succeeded(result)).toEqual(['twin'])
  })

  test('our log and state are neither read nor written, wherever the job looks (F14)', async () => {
    const supervisor = arena()
    const state = `/tmp/runtimo-${process.geteuid?.()}`
    const acts = {
      append: `echo x >>${supervisor.walPath}`,
      read: `cat ${supervisor.walPath}`,
      list: `ls ${dirname(supervisor.walPath)} | grep .`,
      state: `ls ${state} | grep .`,
      ledger: `echo x >${state}/placeholders/x.json`,
    }
    await judge(supervisor, await run(supervisor, level, temporaryDirectory(), {}), { outcome: 'completed' })
    expect(await unconfined({ read: acts.read, list: acts.list }, temporaryDirectory())).toEqual([
      'read',
      'list',
    ])
    const result = await run(supervisor, level, temporaryDirectory(), acts)
    expect(succeeded(result)).toEqual([])
    await judge(supervisor, result, { outcome: 'completed' })
    expect(existsSync(join(state, 'placeholders', 'x.json'))).toBe(false)
  })
})
