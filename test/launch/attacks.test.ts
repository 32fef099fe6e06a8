import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Tape } from '../../packages/worker/src/launch/index.ts'
import { type Syscall, syscallNumber } from '../../packages/worker/src/launch/syscalls.ts'
import { replace } from './edit.ts'
import { Launched, python, workplace } from './launched.ts'
import { arch, insideNode, isRoot, jobUid } from './policies.ts'

const number = (name: Syscall): number => syscallNumber(name, arch)

/** Python in which `s(number, …)` makes a system call, and prints why it failed. */
const prelude = `import ctypes,os,sys,socket,mmap
l=ctypes.CDLL(None,use_errno=True)
def s(*a):
  r=l.syscall(*a); e=ctypes.get_errno()
  if r<0: print(os.strerror(e)); sys.exit(9)
  return r
`
const call = (name: Syscall, ...args: readonly string[]): string =>
  `${prelude}s(${[number(name), ...args].join()})`
const opening = (path: string, mode = 'w'): string => `open(${JSON.stringify(path)},"${mode}")`
const socketOf = (...args: readonly number[]): string =>
  `import socket,sys\ntry: socket.socket(${args.join()})\nexcept OSError as e: print(e.strerror); sys.exit(9)`

/** The same program as the same user, without us. */
function outside(program: string): number | null {
  const argv = ['/usr/bin/python3', '-c', program]
  const as = ['setpriv', `--reuid=${jobUid}`, `--regid=${jobUid}`, '--clear-groups']
  const [file = '', ...args] = isRoot ? [...as, ...argv] : argv
  return spawnSync(file, args, { cwd: '/tmp' }).status
}

const abstractName = `\0runtimo-test-${process.pid}`
const server = createServer()
beforeAll(() => void server.listen(abstractName))
afterAll(() => void server.close())

const denied = /not permitted/u
const absent = /not implemented/u
const silent = /^$/u // Python's own message goes to stderr
const newUser = '0x10000000'

describe('in a sandbox, what works outside is refused:', () => {
  test.each<[name: string, program: string, answer: RegExp]>([
    ['a user namespace by unshare', call('unshare', newUser), denied],
    [
      'a user namespace by clone',
      `${prelude}r=s(${number('clone')},${newUser}|17,0,0,0,0)\nif r==0: os._exit(0)`,
      denied,
    ],
    [
      'a mount',
      `${prelude}s(${number('unshare')},0x10020000); s(${number('mount')},b"x",b"/tmp",b"tmpfs",0,0)`,
      denied,
    ],
    ['ptrace', call('ptrace', '0', '0', '0', '0'), denied],
    ['a socket of AF_INET', socketOf(), denied],
    ['a socket of AF_NETLINK', socketOf(16, 3, 0), denied],
    ['io_uring', call('io_uring_setup', '1', 'ctypes.create_string_buffer(240)'), absent],
    ['keyctl', call('keyctl', '0', '-3', '0'), denied],
    [
      'an abstract socket of the host',
      `import socket; socket.socket(1).connect(${JSON.stringify(abstractName).replace('\\u0000', '\\0')})`,
      silent,
    ],
  ])('%s', async (_name, program, answer) => {
    expect(outside(program)).toBe(0)
    const ran = await python(program)
    expect(ran.failed).toBeUndefined()
    expect(ran.out.trim()).toMatch(answer)
    expect(ran.code).toBeGreaterThan(0)
  })

  test('a file outside of the view', async () => {
    const { directory } = workplace('process')
    const secret = join(directory, 'secret')
    writeFileSync(secret, 'secret')
    expect(outside(opening(secret, 'r'))).toBe(0)
    expect((await python(opening(secret, 'r'))).err).toMatch(/FileNotFoundError/u)
  })

  test('a signal to the supervisor', async ({ skip }) => {
    skip(isRoot, 'outside, the job user may not signal root either')
    const program = `import os; os.kill(${process.pid},0)`
    expect(outside(program)).toBe(0)
    expect((await python(program)).err).toMatch(/ProcessLookupError|PermissionError/u)
  })
})

describe('in a sandbox is refused:', () => {
  test.each<[name: string, program: string, error: RegExp]>([
    ['clone3', call('clone3', '0', '0'), absent],
    ['bpf', call('bpf', '0', '0', '0'), denied],
    ['a system call of tomorrow', `${prelude}s(4000)`, absent],
    ['a new host name', call('sethostname', 'b"x"', '1'), denied],
    ['the root of pid 1', 'import os; print(os.listdir("/proc/1/root"))', /PermissionError/u],
    ['the memory of pid 1', opening('/proc/1/mem', 'r+b'), /PermissionError/u],
    ['the descriptors of pid 1', 'import os; os.listdir("/proc/1/fd")', /PermissionError/u],
    [
      'a signal that ends pid 1',
      'import os,time; os.kill(1,9); time.sleep(.05); os.stat("/proc/1"); raise PermissionError',
      /PermissionError/u,
    ],
    ['a change of the Node binary', opening(insideNode, 'r+b'), /Read-only|PermissionError/u],
    ...[
      '/x',
      '/usr/x',
      '/etc/x',
      '/dev/x',
      '/proc/sys/kernel/core_pattern',
      '/proc/sys/kernel/hostname',
      '/proc/sys/kernel/ns_last_pid',
    ].map((path): [string, string, RegExp] => [
      `writing ${path}`,
      opening(path),
      /Read-only|PermissionError/u,
    ]),
  ])('%s', async (_name, program, error) => {
    const ran = await python(program)
    expect(ran.failed).toBeUndefined()
    expect(ran.out + ran.err).toMatch(error)
    expect(ran.code).toBeGreaterThan(0)
  })

  test('more processes than its limit', async () => {
    const ran = await new Launched(['/bin/sh', '-c', 'for i in $(seq 100); do sleep 5 & done']).outcome
    expect(ran.err).toMatch(/fork/iu)
  })

  test('system calls of other architectures: they kill', async ({ skip }) => {
    skip(process.arch !== 'x64', 'the calls tried are those of x32 and i386')
    expect((await python(`${prelude}s(0x40000000+39)`)).signal).toBe('SIGSYS')
    const int80 = `${prelude}m=mmap.mmap(-1,4096,prot=7); m.write(bytes.fromhex("b814000000cd80c3"))
f=ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(m))); f()`
    expect((await python(int80)).signal).toBe('SIGSYS')
  })
})

test('by Landlock, at level process: files outside of its paths, TCP, and signals to others', async () => {
  const { directory } = workplace('process')
  const secret = join(directory, 'secret')
  writeFileSync(secret, 'secret')
  const program = `import socket,os
for attack in (
  lambda: open(${JSON.stringify(secret)}).read(),
  lambda: socket.create_connection(("127.0.0.1", 9)),
  lambda: os.kill(os.getppid(), 0)):
  try: attack(); print("ok")
  except OSError as e: print(type(e).__name__)`
  const options = { level: 'process', job: { hasFilter: false } } as const
  const open = await python(program, { ...options, job: { hasFilter: false, landlock: undefined } })
  expect(open.out).toBe('ok\nConnectionRefusedError\nok\n')
  const landlock = { read: ['/usr', '/lib', '/lib64', '/etc', '/proc', '/dev'], write: [] }
  const fenced = await python(program, { ...options, job: { hasFilter: false, landlock } })
  expect(fenced.out).toBe('PermissionError\nPermissionError\nPermissionError\n')
})

/** What such a kernel answers is an error, too. */
const withoutLandlock = (_: Tape, job: Tape): void =>
  replace(job, /landlock_create_ruleset/u, 'landlock_create_ruleset', 0, 8, 2)

test('a kernel without Landlock is a failure, not silence', async () => {
  const { failed, out } = await python('print(1)', { edit: withoutLandlock })
  expect(out).toBe('')
  expect(failed).toMatchObject({ call: 'landlock_create_ruleset', purpose: 'the kernel has Landlock' })
})
