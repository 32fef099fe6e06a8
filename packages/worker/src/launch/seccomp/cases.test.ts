import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isSyscall, type Syscall, syscallNumber } from '../syscalls.ts'
import { type Answer, returnValues } from './answer.ts'
import { differences } from './differences.ts'
import { arches, levels, namesOn, run } from './filter-fixture.ts'
import { seccompFilter } from './filter.ts'

test('each answer is the word by which the kernel knows it', () => {
  expect(returnValues).toEqual({ allow: 0x7fff0000, EPERM: 0x50001, ENOSYS: 0x50026, kill: 0x80000000 })
})

test.each([
  ['mount', 0x20000n],
  ['cgroup', 0x2000000n],
  ['uts', 0x4000000n],
  ['ipc', 0x8000000n],
  ['user', 0x10000000n],
  ['pid', 0x20000000n],
  ['network', 0x40000000n],
])('no clone makes a new %s namespace, alone or among other flags', (_name, flag) => {
  for (const arch of arches) {
    expect(run(arch, 'sandbox', 'clone', [flag | 0x11n]).answer).toBe('EPERM')
    expect(run(arch, 'sandbox', 'clone', [flag | 0x3d0f00n]).answer).toBe('EPERM')
  }
})

test('numbers of the x32 ABI kill', () => {
  const numbers = [0x40000000, 0x40000000 + 39, 0x40000000 + 520, 0x7fffffff, 0x80000000, 0xfffffffe]
  expect(numbers.map((number) => run('x64', 'sandbox', number).answer)).toEqual(numbers.map(() => 'kill'))
})

const refused = [
  'ptrace process_vm_readv process_vm_writev process_madvise kcmp pidfd_getfd move_pages migrate_pages',
  'mount umount2 pivot_root chroot open_tree move_mount fsopen fsconfig fsmount fspick mount_setattr',
  'unshare setns sethostname setdomainname name_to_handle_at open_by_handle_at fanotify_init quotactl',
  'keyctl add_key request_key bpf perf_event_open userfaultfd modify_ldt iopl ioperm vhangup syslog acct',
  'kexec_load kexec_file_load init_module finit_module delete_module reboot swapon swapoff',
  'settimeofday clock_settime',
]
const absent = ['clone3 io_uring_setup io_uring_enter io_uring_register openat2']

test.each([
  { names: refused.join(' ').split(' '), answer: 'EPERM' },
  { names: absent.join(' ').split(' '), answer: 'ENOSYS' },
])('$answer is what these get, whatever the arguments: $names', ({ names, answer }) => {
  const samples = fc.sample(fc.array(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { maxLength: 6 }), 20)
  for (const arch of arches) {
    for (const name of namesOn(arch).filter((candidate) => names.includes(candidate))) {
      for (const args of samples) {
        expect({ name, answer: run(arch, 'sandbox', name, args).answer }).toEqual({ name, answer })
      }
    }
  }
  expect(names.filter((name) => !isSyscall(name))).toEqual([])
})

const garbage = 0xdeadbeef00000000n
const [O_CREAT, O_DIRECTORY, O_TMPFILE] = [0o100n, 0o200000n, 0o20000000n]

test.each<[name: Syscall, args: readonly bigint[], answer: Answer]>([
  ['clone', [0x11n], 'allow'],
  ['clone', [0x10000000n + 0x11n], 'EPERM'],
  ['clone', [garbage + 0x40000000n], 'EPERM'],
  ['clone', [0x3d0f00n], 'allow'], // a thread of glibc
  ['clone', [0x8011n], 'EPERM'],
  ['socket', [1n], 'allow'],
  ['socket', [garbage + 1n], 'allow'],
  ['socket', [2n], 'EPERM'],
  ['socket', [garbage + 16n], 'EPERM'],
  ['socketpair', [1n], 'allow'],
  ['socketpair', [38n], 'EPERM'],
  ['ioctl', [0n, 0x5401n], 'allow'],
  ['ioctl', [0n, garbage + 0x5412n], 'EPERM'],
  ['ioctl', [0n, 0x541cn], 'EPERM'],
  ['ioctl', [0n, 0x5423n], 'EPERM'],
  ['ioctl', [0n, 0x8905n], 'allow'], // SIOCATMARK
  ['ioctl', [0n, 0x890fn], 'allow'],
  ['ioctl', [0n, 0x8910n], 'EPERM'],
  ['ioctl', [0n, 0x8bffn], 'EPERM'],
  ['ioctl', [0n, 0x8c00n], 'allow'],
  ['fchmod', [3n, 0o755n], 'allow'],
  ['fchmod', [3n, 0o1777n], 'allow'],
  ['fchmod', [3n, garbage + 0o4755n], 'EPERM'],
  ['fchmodat', [3n, 0o6000n, 0o700n], 'allow'],
  ['fchmodat', [3n, 0n, 0o2755n], 'EPERM'],
  ['mkdirat', [3n, 0n, 0o2755n], 'EPERM'],
  ['mknodat', [3n, 0n, 0o104755n], 'EPERM'],
  ['mknodat', [3n, 0n, 0o010644n], 'allow'],
  ['openat', [3n, 0n, 0n, 0o4755n], 'allow'], // a mode that nobody reads
  ['openat', [3n, 0n, O_CREAT, 0o4755n], 'EPERM'],
  ['openat', [3n, 0n, O_CREAT, 0o666n], 'allow'],
  ['openat', [3n, 0n, O_TMPFILE | O_DIRECTORY, 0o2755n], 'EPERM'],
  ['openat', [3n, 0n, O_DIRECTORY, 0o2755n], 'allow'],
  ['personality', [0xffffffffn], 'allow'],
  ['personality', [0n], 'allow'],
  ['personality', [garbage + 0x8n], 'allow'],
  ['personality', [0x20000n], 'allow'],
  ['personality', [0x20008n], 'allow'],
  ['personality', [0x40000n], 'EPERM'],
  ['personality', [0x400008n], 'EPERM'],
  ['prlimit64', [0n, 7n, 0x7ffe00000000n], 'allow'],
  ['prlimit64', [1234n, 7n, 0n, 0x7ffe00000000n], 'allow'],
  ['prlimit64', [1234n, 7n, 0x7ffe00000000n], 'EPERM'],
  ['prlimit64', [1234n, 7n, 0x00000001n], 'EPERM'],
])('%s %s: %s', (name, args, answer) => {
  for (const arch of arches) expect(run(arch, 'sandbox', name, args).answer).toBe(answer)
})

test.each<[name: Syscall, args: readonly bigint[], answer: Answer]>([
  ['chmod', [0n, 0o4755n], 'EPERM'],
  ['creat', [0n, 0o4755n], 'EPERM'],
  ['creat', [0n, 0o755n], 'allow'],
  ['open', [0n, O_CREAT, 0o4755n], 'EPERM'],
  ['open', [0n, 0n, 0o4755n], 'allow'],
  ['mkdir', [0n, 0o2755n], 'EPERM'],
  ['mknod', [0n, 0o104755n], 'EPERM'],
])('x64 alone: %s %s: %s', (name, args, answer) => {
  expect(run('x64', 'sandbox', name, args).answer).toBe(answer)
  expect(syscallNumber(name, 'arm64')).toBe(-1)
})

test("objects of System V and message queues are refused where they would be the machine's", () => {
  for (const name of ['shmget', 'semget', 'msgget', 'mq_open', 'shmat'] as const) {
    for (const arch of arches) {
      const answers = levels.map((level) => run(arch, level, name).answer)
      expect({ name, answers }).toEqual({ name, answers: ['EPERM', 'allow'] })
    }
  }
  expect(seccompFilter('x64')).toEqual(seccompFilter('x64', 'process'))
})

test('each reason is a sentence', () => {
  for (const { reason } of differences) expect(reason).toMatch(/^[A-Z].{30,}\.$/su)
})
