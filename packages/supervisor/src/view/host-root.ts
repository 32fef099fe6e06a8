import { lstatSync, realpathSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import type { Mount, RootView } from '@runtimo/worker'
import type { RuntimoError } from '@runtimo/capabilities'
import { refusal } from '../isolation/requirement.ts'
import { readNames } from '../telemetry/read-text.ts'
import { isWithin } from './within.ts'

/** What every job sees of this machine: read-only, the same for all, found once. */
export interface HostRoot {
  readonly mounts: readonly Mount[]
  readonly symlinks: RootView['symlinks']
}

/** Whole trees: programs and what they are linked against. */
const trees = ['/usr', '/nix/store', '/gnu/store']

/** What leads into the trees: links where /usr is merged, directories where it is not. */
const leads = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32', '/run/current-system']

/**
 * What programs read of /etc and nobody keeps secrets in. Left out on purpose: ssl/private, profile,
 * environment, gitconfig, npmrc, pip.conf (people put tokens there) and resolv.conf (there is no network).
 */
const settings = [
  'alternatives',
  'ca-certificates/extracted',
  'crypto-policies',
  'fonts',
  'ld.so.cache',
  'localtime',
  'os-release',
  'pki/ca-trust/extracted',
  'pki/tls/certs',
  'pki/tls/openssl.cnf',
  'protocols',
  'services',
  'ssl/cert.pem',
  'ssl/certs',
  'ssl/openssl.cnf',
  'terminfo',
]
/** musl's search path is named after the machine; Java finds its settings by its version. */
const patterns = [/^ld-musl-.+\.path$/u, /^java-[\w-]+$/u]

/** @param host where the machine's file system begins; another place in tests */
export function probeHostRoot(host: string = '/'): HostRoot {
  const found = trees.filter((path) => stat(host, path)?.isDirectory() === true)
  if (!found.includes('/usr')) throw unavailable(join(host, 'usr'))
  const root: { mounts: Mount[]; symlinks: { path: string; target: string }[] } = {
    mounts: found.map((path) => mountOf(host, path, path, 'directory')),
    symlinks: [],
  }
  for (const path of [...leads, ...etc(host)]) {
    const source = real(host, path)
    if (source === undefined) continue
    const isLink = stat(host, path)?.isSymbolicLink() === true
    const isSeen = found.some((tree) => isWithin(source, tree))
    const type = typeOf(stat(host, source))
    // Kept as a link where it can be: who asks for the time zone's name reads /etc/localtime.
    if (isLink && isSeen) root.symlinks.push({ path, target: source })
    else if (type !== undefined) root.mounts.push(mountOf(host, source, path, type))
  }
  return root
}

function etc(host: string): string[] {
  const names = readNames('/', join(host, 'etc')).filter((name) =>
    patterns.some((pattern) => pattern.test(name)),
  )
  return [...settings, ...names].map((name) => `/etc/${name}`)
}

function mountOf(host: string, source: string, target: string, type: Mount['type']): Mount {
  return { source: join(host, source), target, type, access: 'read', isIdMapped: false }
}

function stat(host: string, path: string): Stats | undefined {
  return lstatSync(join(host, path), { throwIfNoEntry: false })
}

/** The path without links, as the host itself would write it; undefined when it leads nowhere. */
function real(host: string, path: string): string | undefined {
  try {
    const resolved = realpathSync(join(host, path))
    const base = realpathSync(host)
    if (base === '/') return resolved
    return isWithin(resolved, base) ? resolved.slice(base.length) || '/' : undefined
  } catch {
    return undefined
  }
}

function typeOf(stats: Stats | undefined): Mount['type'] | undefined {
  if (stats?.isDirectory() === true) return 'directory'
  return stats?.isFile() === true ? 'file' : undefined
}

function unavailable(path: string): RuntimoError {
  const cure =
    'run on a system that keeps its programs below /usr, or ask for level process (--level process)'
  return refusal([{ field: 'view', wanted: path, cause: 'it is not a directory', cure }])
}
