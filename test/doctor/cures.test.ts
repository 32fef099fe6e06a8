import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, rmdirSync } from 'node:fs'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  doctorOn,
  essentials,
  inFolders,
  machine as machineWith,
  maskedProc,
  namespaceLimits,
  noPrograms,
  normalUser,
  noUserNamespaces,
  reason,
  type Simulation,
} from './simulate.ts'

interface Case {
  readonly ability: string
  /** Which of the command lines of the cure. */
  readonly nth?: number
  readonly machine: (cure: string) => Simulation
}

const nowhere = `
${noPrograms}
mkdir /var/tmp/programs; mount -t tmpfs tmpfs /var/tmp/programs
echo 2 >/proc/sys/vm/memfd_noexec`

const cases: readonly Case[] = [
  { ability: 'user_namespace', machine: (cure) => namespaceLimits(`${noUserNamespaces}; ${cure}`) },
  {
    ability: 'network_namespace',
    machine: (cure) => namespaceLimits(`echo 0 >/proc/sys/user/max_net_namespaces; ${cure}`),
  },
  { ability: 'new_proc', machine: (cure) => machineWith(`${maskedProc}; ${cure}`) },
  { ability: 'proc', machine: (cure) => machineWith(cure, { hasProc: false }) },
  {
    ability: 'launcher',
    machine: (cure) =>
      machineWith(`${nowhere}; ${cure.replace('=DIR', '=/var/tmp/programs')}`, { env: inFolders }),
  },
  { ability: 'launcher', nth: 1, machine: (cure) => machineWith(`${nowhere}; ${cure}`, { env: inFolders }) },
]

const CAP_SYS_RESOURCE = 24n
const [, effective = '0'] = /^CapEff:\s*(\w+)$/mu.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
const mayRaise = ((BigInt(`0x${effective}`) >> CAP_SYS_RESOURCE) & 1n) === 1n
if (!mayRaise)
  console.warn('doctor: root lacks CAP_SYS_RESOURCE here, so raising the limit on descriptors is not tried')

describe.skipIf(reason !== undefined)('each cure, done as it is told, cures', { timeout: 30_000 }, () => {
  test.concurrent.for(cases)('$ability', async ({ ability, nth = 0, machine }) => {
    const { missing } = await doctorOn(machine(':'))
    const commands = [...(missing[ability]?.cure.matchAll(/`([^`]+)`/gu) ?? [])].map(([, command]) => command)
    expect(commands.length).toBeGreaterThan(nth)
    const told = await doctorOn(machine(commands[nth] ?? ''))
    expect(Object.keys(told.missing)).not.toContain(ability)
    expect(told.defaultLevel).toBe('sandbox')
  })

  test.skipIf(!mayRaise)('descriptors', async () => {
    const { missing } = await doctorOn(machineWith('ulimit -n 256'))
    const [, command = ''] = /`([^`]+)`/u.exec(missing['descriptors']?.cure ?? '') ?? []
    expect(command).toMatch(/^ulimit/u)
    expect((await doctorOn(machineWith(`ulimit -n 256; ${command}`))).missing).not.toHaveProperty(
      'descriptors',
    )
  })

  test('control groups that are not mounted are there after the mount', async () => {
    const none = 'umount -R /sys/fs/cgroup'
    const { missing } = await doctorOn(machineWith(none))
    const [, command = ''] = /\((mount -t cgroup2 [^)]+)\)/u.exec(missing['group_kill']?.cure ?? '') ?? []
    expect(command).not.toBe('')
    expect((await doctorOn(machineWith(`${none}; ${command}`))).missing).not.toHaveProperty('group_kill')
  })

  test('a normal user to whom control groups were given has every ceiling', async () => {
    const name = `runtimo-doctor-${randomBytes(6).toString('hex')}`
    onTestFinished(() => removeGroups(name))
    const before = await doctorOn(normalUser())
    expect(essentials(before)).toEqual(['memory_ceiling', 'pids_ceiling', 'cpu_ceiling', 'group_kill'])
    const after = await doctorOn(
      normalUser(
        mountsOfGroups()
          .map((mount) => delegate(`${mount}/${name}`))
          .join('\n'),
      ),
    )
    expect(after).toMatchObject({ ok: true, exitCode: 0, defaultLevel: 'sandbox' })
  })
})

/** As systemd does for a unit with Delegate=yes and DelegateSubgroup=supervisor. */
function delegate(group: string): string {
  return `
mkdir ${group}
if [ -e ${group}/cgroup.controllers ]
then
  for c in cpu memory pids io; do echo +$c >${group}/../cgroup.subtree_control || :; done 2>/dev/null
  mkdir ${group}/supervisor
  chown -R 1000 ${group}
  echo 0 >${group}/supervisor/cgroup.procs
else
  chown -R 1000 ${group}
  echo 0 >${group}/cgroup.procs
fi`
}

function mountsOfGroups(): string[] {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n')
  return lines.flatMap((line) => {
    const isWanted = / - cgroup2 | - cgroup .*[ ,](?:cpu|cpuacct|memory|pids|freezer)\b/u.test(line)
    const mount = line.split(' ')[4]
    return isWanted && mount !== undefined ? [mount] : []
  })
}

function removeGroups(name: string): void {
  const groups = mountsOfGroups().flatMap((mount) => [`${mount}/${name}/supervisor`, `${mount}/${name}`])
  for (const group of groups) if (existsSync(group)) rmdirSync(group)
}
