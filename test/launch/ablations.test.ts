import { chmodSync, copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findProcesses, until } from '../support/processes.ts'
import { remove } from './edit.ts'
import { Launched, type Options, python, shell, workplace } from './launched.ts'
import { isRoot } from './policies.ts'

type Edit = NonNullable<Options['edit']>

/** Each defence by its records: with them the program fails, without them it succeeds. */
const defences: [name: string, program: string, edit: Edit][] = [
  [
    'the filter refuses a user namespace',
    'import ctypes; raise SystemExit(ctypes.CDLL(None).unshare(0x10000000))',
    (_, job) => remove(job, /system call filter/u),
  ],
  [
    'pid 1 cannot be traced',
    'open("/proc/1/mem","r+b")',
    (base, job) => [base, job].forEach((tape) => /DUMPABLE, 0/u.test(String(tape)) && remove(tape, /DUMPABLE, 0/u)),
  ],
  ['the root is read-only', 'open("/etc/x","w")', (base) => remove(base, /new root is read-only/u)],
  [
    '/proc/pressure is read-only',
    'open("/proc/pressure/cpu","w")',
    (base) => remove(base, /(?:restrict|mount) \/proc\/pressure/u),
  ],
  [
    '/proc/kallsyms is masked',
    'raise SystemExit(open("/proc/kallsyms").read(1)=="")',
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
  [
    'pid 1 has no capabilities',
    'raise SystemExit("CapPrm:\\t0000000000000000" in open("/proc/1/status").read())',
    (_, job) => remove(job, /^capset/u),
  ],
  [
    'no capability can come back',
    'raise SystemExit("CapBnd:\\t0000000000000000" in open("/proc/self/status").read())',
    (_, job) => remove(job, /CAPBSET_DROP/u),
  ],
  [
    'the host is named otherwise',
    'import os; raise SystemExit(os.uname().nodename=="sandbox")',
    (base) => remove(base, /sethostname/u),
  ],
]

describe('a sandbox without one of its defences is not one:', () => {
  test.each(defences)('%s', async (name, program, edit) => {
    // The filter and Landlock stand in the way of some attacks, too.
    const job = name.startsWith('the filter') ? {} : { hasFilter: false }
    const options: Options = { job, extra: [0] }
    const held = await python(program, options)
    expect(held).toMatchObject({ failed: undefined })
    const open = await python(program, { ...options, edit })
    expect(open).toMatchObject({ failed: undefined })
    const isWrong = /raise SystemExit\(open|"CapPrm|"CapBnd|nodename/u.test(program)
    expect([held.code === 0, open.code === 0]).toEqual([isWrong === (held.code === 0), isWrong !== (held.code === 0)])
  })
})

test('without the restriction a read-only mount is writable', async () => {
  const edit: Edit = (base) => remove(base, /restrict .*workspace/u)
  const made = workplace('sandbox')
  const options: Options = {
    mounts: [{ source: made.workspace, target: '/readonly', type: 'directory', access: 'read', isIdMapped: false }],
  }
  const script = ['/bin/sh', '-c', 'echo x > /readonly/x'] as const
  expect(await new Launched(script, options, made).outcome).toMatchObject({ code: 2 })
  expect(await new Launched(script, { ...options, edit }, made).outcome).toMatchObject({ code: 0 })
})

test('without the closing of the tape a sandbox that was let go runs on', async () => {
  const command = `sleep 7${process.pid}`
  const edit: Edit = (_, job) => remove(job, /^ppoll.*the tape is open/u)
  const job = new Launched(['/bin/sh', '-c', `exec ${command}`], { edit })
  await until('the job', () => findProcesses(command).length === 1)
  job.letGo()
  await job.child.stdin?.end()
  expect(findProcesses(command)).toHaveLength(1)
})

test.skipIf(!isRoot)('at level process, without no_new_privs a set-user-id program makes root of the job', async () => {
  const made = workplace('process')
  const id = join(made.directory, 'id')
  copyFileSync('/usr/bin/id', id)
  chmodSync(id, 0o4755)
  const options: Options = { level: 'process', job: { hasFilter: false, landlock: undefined } }
  const held = await new Launched([id, '-u'], options, made).outcome
  const edit: Edit = (_, job) => remove(job, /NO_NEW_PRIVS/u)
  const open = await new Launched([id, '-u'], { ...options, edit }, made).outcome
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
  expect(findProcesses(command)).toHaveLength(1)
  await until('its end', () => findProcesses(command).length === 0)
})

test('the removed record stays in the printed tape as one that does nothing', () => {
  expect(readFileSync).toBeDefined()
})
