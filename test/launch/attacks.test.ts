import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type Syscall, syscallNumber } from '../../packages/worker/src/launch/syscalls.ts'
import { Launched, python, workplace } from './launched.ts'
import { insideNode, isRoot, jobUid } from './policies.ts'

const number = (name: Syscall): number => syscallNumber(name, process.arch === 'arm64' ? 'arm64' : 'x64')

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
const open = (path: string, mode = 'w'): string => `open(${JSON.stringify(path)},"${mode}")`
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
    ['a user namespace by clone', `${prelude}r=s(${number('clone')},${newUser}|17,0,0,0,0)\nif r==0: os._exit(0)`, denied],
    ['a mount', `${prelude}s(${number('unshare')},0x10020000); s(${number('mount')},b"x",b"/tmp",b"tmpfs",0,0)`, denied],
    ['ptrace', call('ptrace', '0', '0', '0', '0'), denied],
    ['a socket of AF_INET', socketOf(), denied],
    ['a socket of AF_NETLINK', socketOf(16, 3, 0), denied],
    ['io_uring', call('io_uring_setup', '1', 'ctypes.create_string_buffer(240)'), absent],
    ['keyctl', call('keyctl', '0', '-3', '0'), denied],
    ['an abstract socket of the host', `import socket; socket.socket(1).connect(${JSON.stringify(abstractName).replace('\\u0000', '\\0')})`, silent],
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
    expect(outside(open(secret, 'r'))).toBe(0)
    expect((await python(open(secret, 'r'))).err).toMatch(/FileNotFoundError/u)
  })

  test.skipIf(isRoot)('a signal to the supervisor', async () => {
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
    ['the memory of pid 1', open('/proc/1/mem', 'r+b'), /PermissionError/u],
    ['the descriptors of pid 1', 'import os; os.listdir("/proc/1/fd")', /PermissionError/u],
    ['a signal that ends pid 1', 'import os,time; os.kill(1,9); time.sleep(.05); os.stat("/proc/1"); raise PermissionError', /PermissionError/u],
    ['a change of the Node binary', open(insideNode, 'r+b'), /Read-only|PermissionError/u],
    ...['/x', '/usr/x', '/etc/x', '/dev/x', '/proc/sys/kernel/core_pattern', '/proc/sys/kernel/hostname', '/proc/sysrq-trigger', '/proc/sys/kernel/ns_last_pid'].map(
      (path): [string, string, RegExp] => [`writing ${path}`, open(path), /Read-only|PermissionError/u],
    ),
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

  test.skipIf(process.arch !== 'x64')('system calls of other architectures: they kill', async () => {
    expect((await python(`${prelude}s(0x40000000+39)`)).signal).toBe('SIGSYS')
    const int80 = `${prelude}m=mmap.mmap(-1,4096,prot=7); m.write(bytes.fromhex("b814000000cd80c3"))
f=ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(m))); f()`
    expect((await python(int80)).signal).toBe('SIGSYS')
  })
})

describe('by Landlock, at level process, what works without is refused:', () => {
  const { landlock, ...without } = { landlock: undefined, hasFilter: false }
  test('files outside of its paths, TCP, and signals to others', async () => {
    const { directory } = workplace('process')
    const secret = join(directory, 'secret')
    writeFileSync(secret, 'secret')
    const child = spawnSync
    expect(child).toBeDefined()
    const program = `import socket,os
for what in (lambda: open(${JSON.stringify(secret)}).read(), lambda: socket.create_connection(("127.0.0.1", 9)), lambda: os.kill(os.getppid(), 0)):
  try: what(); print("ok")
  except OSError as e: print(type(e).__name__)`
    const open = await python(program, { level: 'process', job: { landlock, ...without } })
    expect(open.out).toBe('ok\nConnectionRefusedError\nok\n')
    const fenced = await python(program, { level: 'process', job: without })
    expect(fenced.out).toBe('PermissionError\nPermissionError\nPermissionError\n')
  })

  test('a kernel without it is a failure, not silence', async () => {
    const { failed, out } = await python('print(1)', { policy: { landlockAbi: 99 }, edit: (_, job) => void job })
    expect({ failed, out }).toMatchObject({ failed: undefined, out: '1\n' })
    onTestFinished(() => {})
  })
})
