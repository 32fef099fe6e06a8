import process from 'node:process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { levels, namesOn } from './filter-fixture.ts'
import { excuse, Kernel, type Report, unprovenOf } from './kernel-fixture.ts'
import { ruleOf } from './rules.ts'
import { LAST_KNOWN, syscallNumber } from '../syscalls.ts'

if (excuse !== undefined) console.warn(`skipped: ${excuse}`)
const isRoot = process.getuid?.() === 0
if (!isRoot) console.warn('skipped: what only root can attack')

/** Each attack works without the filter, and gets this answer with it. */
function refused(answer: string, names: string): Report {
  return Object.fromEntries(names.split(' ').map((name) => [name, ['ok', answer]]))
}

function without(report: Report, names: readonly string[]): Report {
  return Object.fromEntries(Object.entries(report).filter(([name]) => !names.includes(name)))
}

describe.skipIf(excuse !== undefined)('in a real kernel', () => {
  let kernel: Kernel
  beforeAll(() => {
    kernel = new Kernel()
  })
  afterAll(() => kernel[Symbol.dispose]())

  test('each attack works without the filter and is refused with it', () => {
    const expected = {
      ...refused('EPERM', 'ptrace process_vm_readv pidfd_getfd kcmp prlimit64 clone_parent unshare'),
      ...refused('EPERM', 'process_vm_writev clone_new_mount clone_new_cgroup clone_new_uts'),
      ...refused('EPERM', 'clone_new_ipc clone_new_pid clone_new_network fsconfig fsmount move_mount'),
      ...refused('EPERM', 'mount_setattr fspick pivot_root setdomainname request_key'),
      ...refused('EPERM', 'clone_new_user setns mount umount2 fsopen open_tree chroot sethostname'),
      ...refused('EPERM', 'add_key keyctl userfaultfd name_to_handle_at personality modify_ldt'),
      ...refused('EPERM', 'socket_inet socket_inet6 socket_netlink socket_inet_high_half tiocsti tiocsetd'),
      ...refused('EPERM', 'interface_by_unix_socket under_own_filter under_own_listener'),
      ...refused('ENOSYS', 'clone3_new_user io_uring'),
    }
    const report = kernel.attack('process', 'unprivileged', 'nobody')
    const unproven = unprovenOf(report)
    expect(without(report, unproven)).toEqual(without(expected, unproven))
  })

  test('no set-id bit reaches the disk, where all of these bring one', () => {
    const expected = {
      ...refused(
        'EPERM',
        'chmod chmod_directory fchmod fchmodat fchmodat_high_half creat open openat tmpfile',
      ),
      ...refused('EPERM', 'mknod mknodat bind'),
      ...refused('ENOSYS', 'fchmodat2 openat2 io_uring'),
    }
    const report = kernel.attack('sandbox', 'set_id_bits', 'nobody')
    const unproven = unprovenOf(report)
    expect(without(report, unproven)).toEqual(without(expected, unproven))
  })

  test('objects that outlive a job are refused where it has no ipc namespace, and only there', () => {
    const names = 'shmget semget msgget mq_open'
    expect(kernel.attack('process', 'system_v', 'nobody')).toEqual(refused('EPERM', names))
    expect(kernel.attack('sandbox', 'system_v', 'nobody')).toEqual(refused('ok', names))
  })

  test('calls of i386 and x32 kill, whether or not the kernel knows them', () => {
    const { i386_getpid: i386, x32_getpid: x32 } = kernel.attack('process', 'foreign', 'nobody')
    expect([i386?.[0], x32?.[0]]).not.toContain('SIGSYS')
    expect([i386?.[1], x32?.[1]]).toEqual(['SIGSYS', 'SIGSYS'])
  })

  test.skipIf(!isRoot)('root gets no further than the filter', () => {
    const report = kernel.attack('process', 'privileged', 'root')
    const before = Object.entries(report).map(([name, [alone]]) => [name, alone])
    const after = Object.entries(report).map(([name, [, filtered]]) => [name, filtered])
    expect(before.filter(([, alone]) => alone === 'EPERM')).toEqual([])
    expect(after.filter(([, filtered]) => filtered !== 'EPERM')).toEqual([])
    expect(before.length).toBe(17)
  })

  test('devices and file capabilities need no rule: they are refused to whoever has no capability', () => {
    expect(kernel.attack('sandbox', 'capability', 'nobody')).toEqual({
      device: ['EPERM', 'EPERM'],
      file_capability: ['EPERM', 'EPERM'],
    })
  })

  test.skipIf(!isRoot)('the same attempts of root work, filter or not', () => {
    expect(kernel.attack('sandbox', 'capability', 'root')).toEqual(refused('ok', 'device file_capability'))
  })

  test.each(levels)(
    'every call that the filter of level %s refuses as a whole is refused, or lacking',
    (level) => {
      const answers = new Map(
        namesOn('x64')
          .map((name) => ({ name, rule: ruleOf(name, level) }))
          .filter(({ rule }) => rule.exceptions.length === 0 && rule.otherwise !== 'allow')
          .map(({ name, rule }) => [syscallNumber(name, 'x64'), rule.otherwise]),
      )
      for (const number of [350, 423, LAST_KNOWN + 1, 1000, 0x3fffffff, -1]) answers.set(number, 'ENOSYS')
      expect(answers.size).toBeGreaterThan(70)
      expect(kernel.call(level, [...answers.keys()])).toEqual([...answers.values()])
    },
  )
})
