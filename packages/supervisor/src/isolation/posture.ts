import process from 'node:process'
import type { Level } from '@runtimo/capabilities'
import type { LaunchPolicy } from '@runtimo/worker'
import { hasCode } from '../linux/errno.ts'
import { readStat } from '../processes/index.ts'
import { readLink, readText } from '../telemetry/read-text.ts'
import { type Missing, refusal } from './requirement.ts'

/** What was really in force while a job ran. Null: no limit of that kind that the kernel holds. */
export interface Posture {
  readonly level: Level
  readonly pidNamespace: boolean
  readonly network: 'none' | 'host'
  readonly seccomp: boolean
  readonly landlock: boolean
  /** Bytes of the whole job; of level `thread` the JavaScript heap, which Buffers are outside of. */
  readonly memory: number | null
  /** Processes and threads. */
  readonly pids: number | null
  /** Processor cores. */
  readonly cpu: number | null
  /** The uid that the job's first process really had, as the host counts. */
  readonly uid: number
  /** The control group that owned it. */
  readonly cgroup: string | null
}

const namespaceKinds = ['user', 'mnt', 'pid', 'net', 'ipc', 'uts', 'cgroup'] as const
export type NamespaceKind = (typeof namespaceKinds)[number]

/** The namespaces in which a process is not with us. Read while it can still be looked into. */
export function readOwnNamespaces(pid: number): ReadonlySet<NamespaceKind> {
  const own = namespaceKinds.filter((kind) => {
    const theirs = readLink('/', `/proc/${pid}/ns/${kind}`)
    return theirs !== undefined && theirs !== readLink('/', `/proc/self/ns/${kind}`)
  })
  return new Set(own)
}

const seeAll = '`mount -o remount,hidepid=0 /proc` as root'

/** Why /proc hides the processes of others, and what changes that; undefined where it does not. */
export function whyHidden(): Pick<Missing, 'cause' | 'cure'> | undefined {
  if (readStat(1) !== undefined) return undefined
  return { cause: '/proc/1/stat cannot be read: /proc is mounted with hidepid', cure: seeAll }
}

/**
 * All that holds a job is looked at in /proc, and so are its ceilings, who it started and who is left of it.
 * @throws RT_POSTURE_UNAVAILABLE where /proc hides the processes of others
 */
export function requireProc(): void {
  const hidden = whyHidden()
  if (hidden !== undefined) throw refusal([{ field: 'proc', wanted: 'the processes of jobs', ...hidden }])
}

type CapabilityName = NonNullable<LaunchPolicy['keeps']>[number]

/** As the sets in `/proc/PID/status` have them. */
const bits = { CAP_CHOWN: 0x1n, CAP_DAC_OVERRIDE: 0x2n, CAP_FOWNER: 0x8n } as const satisfies Record<
  CapabilityName,
  bigint
>

/** Those by which root deals with the files of others, as far as we have them: in a container root may have fewer. */
export function grantable(): readonly CapabilityName[] {
  const status = readText('/', '/proc/self/status') ?? ''
  const own = ['CapPrm', 'CapBnd'].map((name) => BigInt(`0x${fieldOf(status, name) || '0'}`))
  const names = ['CAP_CHOWN', 'CAP_DAC_OVERRIDE', 'CAP_FOWNER'] as const
  return names.filter((name) => own.every((set) => (set & bits[name]) !== 0n))
}

/** What `/proc/PID/status` says of a process's rights. */
interface Rights {
  readonly uid: number
  /** `none`, or the sets that are not empty, in hex. */
  readonly capabilities: string
  readonly noNewPrivileges: boolean
  readonly seccomp: boolean
}

/**
 * Looks at the job's process from outside, when it has given up everything and has not begun: is it confined as
 * was planned, with the capabilities that it keeps and no other? Landlock cannot be seen: its calls have succeeded,
 * or we would not be here.
 * @throws RT_POSTURE_UNAVAILABLE naming each part
 */
export function checkConfinement(
  pid: number,
  planned: Posture,
  namespaces: ReadonlySet<NamespaceKind>,
  keeps: readonly CapabilityName[] = [],
): void {
  const rights = readRights(pid)
  if (rights === undefined) {
    if (isGone(pid)) return // it was killed: it will not run
    const cause = `/proc/${pid}/status cannot be read: /proc hides it (hidepid)`
    throw refusal([{ field: 'proc', wanted: 'a look at the job', cause, cure: seeAll }])
  }
  const missing: Missing[] = []
  const expect = (field: string, wanted: unknown, got: unknown): void => {
    if (wanted === got) return
    const cause = `the kernel reports ${String(got)} after the launcher's calls succeeded`
    missing.push({ field, wanted: String(wanted), cause, cure: 'please report this: it is a defect' })
  }
  expect('uid', planned.uid, rights.uid)
  expect('noNewPrivileges', true, rights.noNewPrivileges)
  expect('seccomp', planned.seccomp, rights.seccomp)
  expect('capabilities', describeKept(keeps), rights.capabilities)
  if (planned.pidNamespace) expect('namespaces', namespaceKinds.join(), [...namespaces].join())
  if (missing.length > 0) throw refusal(missing)
}

/** ESRCH is the only answer that says so. */
function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return hasCode(error, 'ESRCH')
  }
}

/** Undefined when the process is gone, or hidden. */
function readRights(pid: number): Rights | undefined {
  const status = readText('/', `/proc/${pid}/status`)
  if (status === undefined) return undefined
  const field = (name: string): string => fieldOf(status, name)
  // Not the bounding set: an ordinary user cannot empty it, and without new privileges nothing comes of it.
  const sets = ['CapInh', 'CapPrm', 'CapEff', 'CapAmb']
    .filter((name) => !/^0+$/u.test(field(name)))
    .map((name) => `${name} ${field(name).replace(/^0+/u, '')}`)
  return {
    uid: Number(field('Uid')),
    capabilities: sets.length === 0 ? 'none' : sets.join(),
    noNewPrivileges: field('NoNewPrivs') === '1',
    seccomp: field('Seccomp') === '2',
  }
}

function fieldOf(status: string, name: string): string {
  return new RegExp(`^${name}:\\s*(\\S+)`, 'mu').exec(status)?.[1] ?? ''
}

/** As `Rights` has them: in these three sets, and never ambient. */
function describeKept(keeps: readonly CapabilityName[]): string {
  if (keeps.length === 0) return 'none'
  const set = keeps.reduce((sum, name) => sum | bits[name], 0n).toString(16)
  return ['CapInh', 'CapPrm', 'CapEff'].map((name) => `${name} ${set}`).join()
}
