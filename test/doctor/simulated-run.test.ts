import { describe, expect, test } from 'vitest'
import {
  asUser,
  docker,
  filtered,
  hiddenProc,
  inFolders,
  jobOn,
  levelOn,
  machine as machineWith,
  maskedProc,
  namespaceLimits,
  noPrograms,
  normalUser,
  noUserNamespaces,
  readOnlyGroups,
  reason,
  type Simulation,
} from './simulate.ts'

const isolated: readonly { readonly name: string; readonly machine: Simulation }[] = [
  {
    name: 'control groups that are read only',
    machine: machineWith(readOnlyGroups),
  },
  { name: 'temporary folders without programs', machine: machineWith(noPrograms, { env: inFolders }) },
  { name: 'a PATH without ps', machine: machineWith('PATH=/nowhere') },
  { name: 'a normal user', machine: normalUser() },
]

const refused: readonly {
  readonly name: string
  readonly machine: Simulation
  readonly field: string
  readonly cause: RegExp
}[] = [
  {
    name: 'user namespaces that are off',
    machine: namespaceLimits(noUserNamespaces),
    field: 'level',
    cause: /user\.max_user_namespaces is 0/u,
  },
  {
    name: "a filter that answers EPERM as Docker's does",
    machine: filtered('no-namespaces'),
    field: '',
    cause: /seccomp filter/u,
  },
  { name: "Docker's default", machine: docker, field: '', cause: /CAP_SYS_ADMIN|seccomp filter/u },
  {
    name: 'a masked /proc',
    machine: machineWith(maskedProc),
    field: 'level',
    cause: /covered \(\/proc\/kallsyms, \/proc\/irq\)/u,
  },
  {
    name: 'a /proc that hides the processes of others',
    machine: normalUser(hiddenProc),
    field: 'proc',
    cause: /mounted with hidepid/u,
  },
  {
    name: 'a kernel without Landlock',
    machine: filtered('no-landlock'),
    field: 'landlock',
    cause: /landlock_create_ruleset answers ENOSYS/u,
  },
]

describe.skipIf(reason !== undefined)('a real job', { timeout: 30_000 }, () => {
  test.concurrent.for(isolated)('is isolated on $name', async ({ machine }) => {
    const { posture, error } = await jobOn(machine, 'id')
    expect({ error, level: posture?.level }).toEqual({ error: undefined, level: 'sandbox' })
  })

  test.concurrent.for(refused)(
    'is refused on $name, naming what is missing',
    async ({ machine, field, cause }) => {
      const { success, error } = await jobOn(machine, 'id')
      expect({ success, code: error?.code }).toEqual({ success: false, code: 'RT_POSTURE_UNAVAILABLE' })
      const named = error?.missing?.find((missing) => field === '' || missing.field === field)
      expect(named?.cause).toMatch(cause)
      expect(named?.cure).not.toBe('')
    },
  )

  test.concurrent.for([
    { name: "Docker's filter is on a normal user", machine: filtered('no-namespaces', asUser) },
    { name: '/proc is masked', machine: machineWith(maskedProc) },
    { name: 'user namespaces are off', machine: namespaceLimits(noUserNamespaces) },
  ])('runs at level process where that was asked for and $name', async ({ machine }) => {
    const { posture, error } = await jobOn(machine, 'id', ['--level', 'process'])
    expect({ error, level: posture?.level }).toEqual({ error: undefined, level: 'process' })
  })

  test('without control groups a user has a stop of the kernel against bombs at level process', async () => {
    const script = `mkdir -p /tmp/none; for m in $(cut -d" " -f5 /proc/self/mountinfo | grep ^/sys/fs/cgroup/); do umount -l "$m"; done`
    const { output, error } = await jobOn(normalUser(script), "grep 'Max processes' /proc/self/limits", [
      '--level',
      'process',
      '--pids',
      '24',
    ])
    expect(error).toBeUndefined()
    const [, soft] = /^Max processes +(\d+) /u.exec(output?.data?.stdout ?? '') ?? []
    expect(Number(soft)).toBeGreaterThan(24)
    expect(Number(soft)).toBeLessThan(24 + 2 * 1024)
  })

  test('where user namespaces are off, runs at level process only when the policy says so, and not when the job asks for more', async () => {
    const machine = namespaceLimits(noUserNamespaces)
    expect(await levelOn(machine, { fallback: 'process' })).toBe('process')
    expect(await levelOn(machine, {})).toBe('RT_POSTURE_UNAVAILABLE')
    expect(await levelOn(machine, { fallback: 'process' }, 'sandbox')).toBe('RT_POSTURE_UNAVAILABLE')
  })
})
