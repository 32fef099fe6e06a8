import { dirname, join, basename, resolve } from 'node:path'
import { RuntimoError } from '@runtimo/capabilities'
import { isWithin } from '../view/within.ts'
import { denied } from './denied.ts'
import type { HostPolicy } from './policy.ts'

/** How paths are looked up: `base` is where relative ones begin, `realpath` rejects for what is not there. */
export interface Lookup {
  readonly base: string
  readonly realpath: (path: string) => Promise<string>
}

type PathLists = Pick<HostPolicy, 'read' | 'write' | 'deny'>

/** A policy's paths, absolute and without links. @throws RT_INVALID_OPTION for one that is not there */
export async function grantedPaths(policy: PathLists, lookup: Lookup): Promise<Required<PathLists>> {
  const list = async (name: 'read' | 'write'): Promise<string[]> =>
    await Promise.all(policy[name].map((path, i) => existing(`policy.${name}[${i}]`, path, lookup)))
  const [read, write, deny] = await Promise.all([
    list('read'),
    list('write'),
    Promise.all((policy.deny ?? []).map((path) => nearestReal(resolve(lookup.base, path), lookup))),
  ])
  return { read, write, deny }
}

/**
 * The paths that a manifest asks for, absolute and without links: each inside of one that is granted, and of
 * none that is denied.
 * @throws RT_PERMISSION_DENIED
 */
export async function wantedPaths(
  name: 'read' | 'write',
  wanted: readonly string[],
  granted: Required<PathLists>,
  lookup: Lookup,
): Promise<string[]> {
  const allowed = name === 'read' ? [...granted.read, ...granted.write] : granted.write
  const found: string[] = []
  for (const [i, path] of wanted.entries()) {
    const denial = { field: `permissions.${name}[${i}]`, wanted: path, granted: allowed }
    const real = await lookup.realpath(resolve(lookup.base, path)).catch((error: unknown) => {
      throw denied({ ...denial, cause: messageOf(error) })
    })
    const fence = granted.deny.find((other) => isWithin(real, other))
    if (fence !== undefined) throw denied({ ...denial, cause: `${fence} is denied` })
    if (!allowed.some((other) => isWithin(real, other))) {
      throw denied({ ...denial, ...(real !== path && { cause: `it is ${real}` }) })
    }
    found.push(real)
  }
  return found
}

async function existing(option: string, path: string, { base, realpath }: Lookup): Promise<string> {
  try {
    return await realpath(resolve(base, path))
  } catch (error) {
    const got = messageOf(error)
    const message = `${option}: expected an existing path, got ${got}`
    throw new RuntimoError('RT_INVALID_OPTION', message, { option, expected: 'an existing path', got })
  }
}

/** What is denied need not be there yet: as much of the path as exists is resolved. */
async function nearestReal(path: string, lookup: Lookup): Promise<string> {
  try {
    return await lookup.realpath(path)
  } catch {
    if (path === '/') return path
    return join(await nearestReal(dirname(path), lookup), basename(path))
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
