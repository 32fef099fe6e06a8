import { existsSync } from 'node:fs'
import process from 'node:process'
import { readMounts } from '../linux/mount-info.ts'
import { parseCount, readLink, readText, under } from '../telemetry/read-text.ts'

/** What of this machine decides whether the kernel will refuse us something. */
export interface Machine {
  readonly isRoot: boolean
  /** CAP_SYS_ADMIN, which root in a container often lacks. */
  readonly canAdminister: boolean
  /** Such as [6, 18]. */
  readonly kernel: readonly [major: number, minor: number]
  /** Whether a system call filter, such as a container's, is on ourselves. */
  readonly hasFilter: boolean
  /** Who we are in, as far as it can be told; undefined: no container that we know. */
  readonly container: string | undefined
  /** Our root is not that of a mount namespace. */
  readonly isChroot: boolean
  /** What is mounted over parts of /proc. */
  readonly procMasks: readonly string[]
  /** A number below /proc/sys, such as `user/max_user_namespaces`; undefined where there is no such file. */
  readonly knob: (name: string) => number | undefined
}

const CAP_SYS_ADMIN = 21n
/** The same on every kernel. */
const initialUts = 'uts:[4026531838]'
const initialPid = 'pid:[4026531836]'

/** Made to be mounted on, and empty: they hide nothing. */
const harmless: ReadonlySet<string> = new Set(['/proc/sys/fs/binfmt_misc', '/proc/fs/nfsd'])

/** @param root where the machine's files are found; another place in tests */
export function readMachine(root: string = '/'): Machine {
  const points = readMounts(root).map(({ target }) => target)
  const status = readText(root, '/proc/self/status') ?? ''
  const release = readText(root, '/proc/sys/kernel/osrelease') ?? ''
  const [, major = '0', minor = '0'] = /^(\d+)\.(\d+)/u.exec(release) ?? []
  return {
    isRoot: process.geteuid?.() === 0,
    canAdminister: hasAdministration(status),
    kernel: [Number(major), Number(minor)],
    hasFilter: /^Seccomp:\s*2$/mu.test(status),
    container: findContainer(root),
    isChroot: points.length > 0 && !points.includes('/'),
    procMasks: points.filter((point) => point.startsWith('/proc/') && !harmless.has(point)),
    knob: (name) => parseCount(readText(root, `/proc/sys/${name}`)),
  }
}

export function isOlder({ kernel: [ours, oursMinor] }: Machine, major: number, minor: number): boolean {
  return ours < major || (ours === major && oursMinor < minor)
}

function hasAdministration(status: string): boolean {
  const [, effective = '0'] = /^CapEff:\s*([0-9a-f]+)$/mu.exec(status) ?? []
  return ((BigInt(`0x${effective}`) >> CAP_SYS_ADMIN) & 1n) === 1n
}

/** Images keep an engine's files when a machine is made of them, so the namespaces must agree. */
function findContainer(root: string): string | undefined {
  const isIn = (kind: string, namespace: string): boolean =>
    readLink(root, `/proc/self/ns/${kind}`) === namespace
  if (isIn('uts', initialUts) && isIn('pid', initialPid)) return undefined
  if (process.env['KUBERNETES_SERVICE_HOST'] !== undefined) return 'Kubernetes'
  if (existsSync(under(root, '/.dockerenv'))) return 'Docker'
  if (existsSync(under(root, '/run/.containerenv'))) return 'Podman'
  return process.env['container']
}
