import { chmodSync, copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findProcesses, until } from '../support/processes.ts'
import { remove } from './edit.ts'
import { Launched, type Options, python, shell, workplace } from './launched.ts'
import { isRoot } from './policies.ts'

type Edit = NonNullable<Options['edit']>

const status = (file: string, text: string): string =>
  `raise SystemExit(${JSON.stringify(text)} in open("/proc/${file}/status").read())`
const none = '0'.repeat(16)

/** Each defence by its records. The program succeeds when the defence is not there. */
const defences: [name: string, program: string, edit: Edit][] = [
  [
    'no user namespace, by the filter',
    'import ctypes; raise SystemExit(ctypes.CDLL(None).unshare(0x10000000) != 0)',
    (_, job) => remove(job, /system call filter/u),
  ],
  [
    'files outside of the paths, by Landlock',
    'open("/usr/bin/env").close()',
    (_, job) => remove(job, /landlock_restrict_self/u),
  ],
  [
    'pid 1 cannot be traced',
    'open("/proc/1/mem","r+b")',
    (base, job) => {
      for (const tape of [base, job]) if (/DUMPABLE, 0/u.test(String(tape))) remove(tape, /DUMPABLE, 0/u)
    },
  ],
  ['the root is read-only', 'open("/etc/x","w")', (base) => remove(base, /new root is read-only/u)],
  [
    '/proc/pressure is read-only',
    'open("/proc/pressure/cpu","w")',
    (base) => remove(base, /(?:restrict|mount) \/proc\/pressure/u),
  ],
  [
    '/proc/kallsyms is masked',
    'raise SystemExit(open("/proc/kallsyms").read(1) == "")',
    (base) => remove(base, /mount an empty file at \/proc\/kallsyms/u),
  ],
  [
    'the number of descriptors is limited',
    'import os; [os.dup(0) for _ in range(300)]',
    (_, job) => remove(job, /RLIMIT_NOFILE/u),
  ],
  [
    'descriptors of the supervisor are closed',
    'import os; os.fstat(6)',
    (base, job) => {
      remove(base, /no other descriptors/u)
      remove(job, /no descriptor of ours/u)
    },
  ],
  ['pid 1 has no capabilities', status('1', `CapPrm:\t${none}`), (_, job) => remove(job, /^capset/u)],
  [
    'no capability can come back',
    status('self', `CapBnd:\t${none}`),
    (_, job) => remove(job, /CAPBSET_DROP/u),
  ],
  [
    'the host has another name',
    'import os; raise SystemExit(os.uname().nodename == "sandbox")',
    (base) => remove(base, /sethostname/u),
  ],
]

describe('a sandbox without one of its defences is not one:', () => {
  test.each(defences)('%s', async (name, program, edit) => {
    // The filter and Landlock stand in the way of other attacks, too.
    const hasFilter = name.includes('filter')
    const read = ['/usr/lib', '/usr/bin/python3', '/lib', '/lib64', '/etc', '/dev', '/proc']
    const landlock = name.includes('Landlock') ? { read, write: [] } : undefined
    const options: Options = { job: { hasFilter, landlock }, extra: [0] }
    const held = await python(program, options)
    expect(held.failed).toBeUndefined()
    expect(held.code).toBeGreaterThan(0)
    const open = await python(program, { ...options, edit })
    expect(open).toMatchObject({ failed: undefined, code: 0 })
  })
})

const withoutRestriction: Edit = (base) => remove(base, /restrict .*workspace/u)
const withoutNoNewPrivileges: Edit = (_, job) => remove(job, /NO_NEW_PRIVS/u)

test('without the restriction a read-only mount is writable', async () => {
  const made = workplace('sandbox')
  const options: Options = {
    mounts: [
      { source: made.workspace, target: '/readonly', type: 'directory', access: 'read', isIdMapped: false },
    ],
  }
  const script = ['/bin/sh', '-c', 'echo x > /readonly/x'] as const
  expect(await new Launched(script, options, made).outcome).toMatchObject({ code: 2 })
  expect(await new Launched(script, { ...options, edit: withoutRestriction }, made).outcome).toMatchObject({
    code: 0,
  })
})

test('at level process, without no_new_privs a set-user-id program makes root of the job', async ({
  skip,
}) => {
  skip(!isRoot, 'only root makes a program that is root by its set-user-id bit')
  const made = workplace('process')
  const id = join(made.directory, 'id')
  copyFileSync('/usr/bin/id', id)
  chmodSync(id, 0o4755)
  const options: Options = { level: 'process', job: { hasFilter: false, landlock: undefined } }
  const held = await new Launched([id, '-u'], options, made).outcome
  const open = await new Launched([id, '-u'], { ...options, edit: withoutNoNewPrivileges }, made).outcome
  expect([held.out, open.out]).toEqual(['65534\n', '0\n'])
})

test('at level process, without the subreaper a daemon outlives the launcher', async () => {
  const command = `sleep 0.4${process.pid}`
  const daemon = `setsid sh -c '${command} &' </dev/null >/dev/null 2>&1`
  const level = 'process'
  const held = await shell(daemon, { level })
  expect(held.code).toBe(0)
  expect(findProcesses(command)).toEqual([])
  await shell(daemon, { level, edit: (base) => remove(base, /SUBREAPER/u) })
  await until('the daemon, alone', () => findProcesses(command).length === 1)
  await until('its end', () => findProcesses(command).length === 0)
})
