import { randomBytes } from 'node:crypto'
import { existsSync, globSync, readFileSync, rmdirSync } from 'node:fs'
import process from 'node:process'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  asUser,
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
  type Told,
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
    const begin = inGroupOfItsOwn()
    const before = await doctorOn(normalUser(begin))
    expect(essentials(before)).toEqual(['memory_ceiling', 'pids_ceiling', 'cpu_ceiling', 'group_kill'])
    const commands = essentials(before).map((ability) => commandOf(before, ability))
    const after = await doctorOn(isUnified ? inScope(begin, commands[0]) : inGroups(begin, commands))
    expect(after).toMatchObject({ ok: true, exitCode: 0, defaultLevel: 'sandbox' })
  })

  test('a normal user with version 2 alone can kill by group in a delegated scope', async () => {
    const begin = `umount -R /sys/fs/cgroup; mount -t cgroup2 none /sys/fs/cgroup\n${inGroupOfItsOwn(['/sys/fs/cgroup'])}`
    const before = await doctorOn(normalUser(begin))
    const command = commandOf(before, 'group_kill')
    expect(command).toMatch(/^systemd-run --user --scope/u)
    expect((await doctorOn(inScope(begin, command))).missing).not.toHaveProperty('group_kill')
  })
})

function commandOf({ missing }: Told, ability: string): string {
  const [, command = ''] = /`([^`]+)`/u.exec(missing[ability]?.cure ?? '') ?? []
  expect(command).not.toBe('')
  return command
}

/** The commands as they are printed; nobody is asked for a password. */
function inGroups(begin: string, commands: readonly string[]): Simulation {
  return normalUser([begin, 'sudo() { "$@"; }', ...commands].join('\n'))
}

/** The command as it is printed, of a user; what stands in for systemd does as that does for a unit with Delegate=yes. */
function inScope(begin: string, command = ''): Simulation {
  const systemdRun = `#!/bin/sh -e
while [ "$1" != sh ]; do shift; done
g=/sys/fs/cgroup$(sed -n s/^0:://p /proc/self/cgroup)
mkdir -p $g/scope; chown -R 1000 $g/scope; echo $$ >$g/scope/cgroup.procs
exec ${asUser.join(' ')} "$@"`
  const script = `${begin}
mkdir /tmp/bin; echo '${systemdRun.replaceAll("'", String.raw`'\''`)}' >/tmp/bin/systemd-run
chmod 755 /tmp/bin/systemd-run; export PATH="/tmp/bin:$PATH"`
  return machineWith(script, { as: ['sh', '-c', command.replace('COMMAND', '"$@"'), 'sh'] })
}

/** Of root's making, in each hierarchy: what is done below it leaves the machine as it was. */
function inGroupOfItsOwn(mounts: readonly string[] = groupMounts): string {
  const name = `runtimo-${process.pid}-doctor-${randomBytes(6).toString('hex')}`
  onTestFinished(() => removeGroups(name))
  return mounts.map((mount) => enter(`${mount}/${name}`)).join('\n')
}

/** With what its children need to have controllers, where those are of version 2. */
function enter(group: string): string {
  return `
mkdir -p ${group}
for c in cpu memory pids io; do for d in ${group}/.. ${group}; do echo +$c >$d/cgroup.subtree_control || :; done; done 2>/dev/null
if [ -s ${group}/cgroup.controllers ]; then mkdir -p ${group}/first; echo 0 >${group}/first/cgroup.procs
else echo 0 >${group}/cgroup.procs; fi`
}

const isUnified = existsSync('/sys/fs/cgroup/cgroup.controllers')
const groupMounts = readFileSync('/proc/self/mountinfo', 'utf8')
  .split('\n')
  .flatMap((line) => {
    const isWanted = / - cgroup2 | - cgroup .*[ ,](?:cpu|cpuacct|memory|pids|freezer)\b/u.test(line)
    const mount = line.split(' ')[4]
    return isWanted && mount !== undefined ? [mount] : []
  })

/** The deepest first. */
function removeGroups(name: string): void {
  const groups = globSync(groupMounts.flatMap((mount) => [`${mount}/${name}`, `${mount}/${name}/**/`]))
  for (const group of groups.toSorted((a, b) => b.length - a.length)) rmdirSync(group)
}
