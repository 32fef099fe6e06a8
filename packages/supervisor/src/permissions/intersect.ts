import { type LimitKey, limitKeys, type Limits, levels, type Manifest } from '@runtimo/capabilities'
import { loadsCode } from './code-loading-names.ts'
import { denied } from './denied.ts'
import { grantedPaths, type Lookup, wantedPaths } from './paths.ts'
import type { EffectivePermissions, HostPolicy } from './policy.ts'

/**
 * What a capability gets: what its manifest asks for, when the policy grants all of it, and what the policy
 * has where the manifest does not say.
 * @throws RT_PERMISSION_DENIED naming the first field that asks for more; RT_INVALID_OPTION for a policy that
 *   names what is not there
 */
export async function intersect(
  { level, permissions = {} }: Pick<Manifest, 'level' | 'permissions'>,
  policy: HostPolicy,
  lookup: Lookup,
): Promise<EffectivePermissions> {
  if (level !== undefined && levels.indexOf(level) > levels.indexOf(policy.level)) {
    throw denied({ field: 'level', wanted: level, granted: policy.level })
  }
  const granted = await grantedPaths(policy, lookup)
  const { read, write, env, network, limits } = permissions
  // Who names the one and not the other has said it all: to read `src` only would mean little beside the default.
  const isNamed = read !== undefined || write !== undefined
  return {
    read: isNamed ? await wantedPaths('read', read ?? [], granted, lookup) : granted.read,
    write: isNamed ? await wantedPaths('write', write ?? [], granted, lookup) : granted.write,
    deny: granted.deny,
    env: environment(env, policy.env),
    network: network ?? policy.network,
    limits: ceilings(limits, policy),
    level: policy.level,
  }
}

function environment(wanted: readonly string[] | undefined, granted: readonly string[]): readonly string[] {
  const passable = granted.filter((name) => !loadsCode(name))
  for (const [i, name] of (wanted ?? []).entries()) {
    if (passable.includes(name)) continue
    const cause = loadsCode(name) ? { cause: 'it can load code, and is passed to nobody' } : {}
    throw denied({ field: `permissions.env[${i}]`, wanted: name, granted: passable, ...cause })
  }
  return wanted ?? passable
}

function ceilings(wanted: Limits = {}, { limits: granted, defaults = {} }: HostPolicy): Limits {
  const limits: Partial<Record<LimitKey, number>> = {}
  for (const key of limitKeys) {
    const [ask, most] = [wanted[key], granted[key] ?? defaults[key]]
    if (ask !== undefined && most !== undefined && ask > most) {
      throw denied({ field: `permissions.limits.${key}`, wanted: ask, granted: most })
    }
    const value = ask ?? granted[key]
    if (value !== undefined) limits[key] = value
  }
  return limits
}
