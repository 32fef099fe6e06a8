import { describe, expect, test } from 'vitest'
import {
  asUser,
  carelessFirst,
  docker,
  doctorOn,
  essentials,
  filtered,
  hiddenProc,
  inFolders,
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

interface Case {
  readonly name: string
  readonly machine: Simulation
  readonly level: 'sandbox' | 'process' | 'refused'
  /** What protects, limits or counts and is not there: exactly these. */
  readonly missing: Readonly<Record<string, { readonly cause: RegExp; readonly cure: RegExp }>>
}

const noDelegation = { cause: /is not delegated to us/u, cure: /Delegate=/u }
const noGroups = {
  memory_ceiling: noDelegation,
  pids_ceiling: noDelegation,
  cpu_ceiling: noDelegation,
  group_kill: noDelegation,
}
const readOnly = { cause: /is read only/u, cure: /writable-cgroups=true/u }

const cases: readonly Case[] = [
  { name: 'a machine that lacks nothing', machine: machineWith(), level: 'sandbox', missing: {} },
  {
    name: 'user namespaces that are off',
    machine: namespaceLimits(noUserNamespaces),
    level: 'process',
    missing: {
      user_namespace: {
        cause: /unshare answers ENOSPC: user\.max_user_namespaces is 0/u,
        cure: /`sysctl -w user\.max_user_namespaces=15000`/u,
      },
      ...noGroups,
    },
  },
  {
    name: 'network namespaces that are off',
    machine: namespaceLimits('echo 0 >/proc/sys/user/max_net_namespaces'),
    level: 'process',
    missing: {
      network_namespace: {
        cause: /unshare answers ENOSPC: user\.max_net_namespaces is 0/u,
        cure: /`sysctl -w user\.max_net_namespaces=15000`/u,
      },
      ...noGroups,
    },
  },
  {
    name: "a filter that answers EPERM as Docker's does",
    machine: filtered('no-namespaces'),
    level: 'refused',
    missing: {
      user_namespace: {
        cause: /unshare answers EPERM: a seccomp filter is on this process/u,
        cure: /seccomp=unconfined/u,
      },
      private_root: { cause: /open_tree answers EPERM: a seccomp filter/u, cure: /seccomp=unconfined/u },
      id_mapped_mount: { cause: /unshare answers EPERM: a seccomp filter/u, cure: /seccomp=unconfined/u },
    },
  },
  {
    name: "Docker's default, root with few rights",
    machine: docker,
    level: 'refused',
    missing: {
      user_namespace: { cause: /unshare answers EPERM: a seccomp filter/u, cure: /seccomp=unconfined/u },
      private_root: { cause: /we are root without CAP_SYS_ADMIN/u, cure: /docker run --user 1000/u },
      id_mapped_mount: { cause: /unshare answers EPERM: a seccomp filter/u, cure: /seccomp=unconfined/u },
    },
  },
  {
    name: 'the same filter, started as a normal user',
    machine: filtered('no-namespaces', asUser),
    level: 'process',
    missing: {
      user_namespace: { cause: /unshare answers EPERM: a seccomp filter/u, cure: /seccomp=unconfined/u },
      ...noGroups,
    },
  },
  {
    name: 'control groups that are read only',
    machine: machineWith(readOnlyGroups),
    level: 'sandbox',
    missing: {
      memory_ceiling: readOnly,
      pids_ceiling: readOnly,
      cpu_ceiling: readOnly,
      group_kill: readOnly,
    },
  },
  {
    name: 'temporary folders without programs, where memory will do',
    machine: machineWith(noPrograms, { env: inFolders }),
    level: 'sandbox',
    missing: {},
  },
  {
    name: 'temporary folders and memory without programs',
    machine: machineWith(`${noPrograms}; echo 2 >/proc/sys/vm/memfd_noexec`, { env: inFolders }),
    level: 'refused',
    missing: {
      launcher: {
        cause: /memory: .*EACCES.*\/tmp: .*EACCES/u,
        cure: /`export TMPDIR=DIR`.*`sysctl -w vm\.memfd_noexec=1`/u,
      },
    },
  },
  {
    name: 'a masked /proc',
    machine: machineWith(maskedProc),
    level: 'process',
    missing: {
      new_proc: {
        cause: /mount answers EPERM .*\/proc\/kallsyms, \/proc\/irq/u,
        cure: /umount \/proc\/irq \/proc\/kallsyms/u,
      },
    },
  },
  { name: 'a normal user', machine: normalUser(), level: 'sandbox', missing: noGroups },
  {
    name: 'a /proc that hides the processes of others',
    machine: normalUser(hiddenProc),
    level: 'refused',
    missing: { ...noGroups, proc_of_others: { cause: /hidepid/u, cure: /remount,hidepid=0/u } },
  },
  {
    name: 'a kernel without Landlock',
    machine: filtered('no-landlock'),
    level: 'refused',
    missing: {
      landlock: {
        cause: /landlock_create_ruleset answers ENOSYS: a seccomp filter/u,
        cure: /seccomp=unconfined/u,
      },
    },
  },
  {
    name: 'few descriptors',
    machine: normalUser('ulimit -n 256'),
    level: 'refused',
    missing: { descriptors: { cause: /RLIMIT_NOFILE is 256/u, cure: /`ulimit -Hn 65536`/u }, ...noGroups },
  },
  {
    name: 'the /proc of another pid namespace',
    machine: machineWith('', { hasProc: false }),
    level: 'refused',
    missing: {
      proc: { cause: /\/proc belongs to another pid namespace/u, cure: /`mount -t proc proc \/proc`/u },
    },
  },
]

describe.skipIf(reason !== undefined)('the doctor names exactly what is missing', { timeout: 30_000 }, () => {
  test.concurrent.for(cases)('on $name', async ({ machine, level, missing }) => {
    const told = await doctorOn(machine)
    expect(essentials(told).toSorted()).toEqual(Object.keys(missing).toSorted())
    for (const [ability, { cause, cure }] of Object.entries(missing)) {
      expect(told.missing[ability]?.cause).toMatch(cause)
      expect(told.missing[ability]?.cure).toMatch(cure)
    }
    const isFine = Object.keys(missing).length === 0
    expect(told).toMatchObject({ defaultLevel: level, ok: isFine, exitCode: isFine ? 0 : 1 })
  })

  test('a first process that reaps nobody', async () => {
    const { missing, ok, exitCode } = await doctorOn(carelessFirst)
    expect(missing['reaper']?.cause).toMatch(/process 1 \(\w+\) adopted an orphan and left it a zombie/u)
    expect(missing['reaper']?.cure).toMatch(/docker run --init/u)
    expect({ ok, exitCode }).toEqual({ ok: true, exitCode: 0 })
  })

  test('a PATH without ps, which is only a last resort', async () => {
    const { missing, ok, exitCode } = await doctorOn(machineWith('PATH=/nowhere'))
    expect(missing['ps']?.cause).toBe('no ps in PATH (/nowhere)')
    expect(missing['ps']?.cure).toMatch(/apt-get install procps/u)
    expect({ ok, exitCode }).toEqual({ ok: true, exitCode: 0 })
  })
})
