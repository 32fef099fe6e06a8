import { type CgroupHierarchy, findCgroup } from './cgroup.ts'
import { parseCount, readText } from './read-text.ts'

/** The container's share of the CPUs. */
export interface CpuLimit {
  /** How many CPUs the quota is worth, such as 1.5. */
  cpus: number
  /** CPU seconds used so far by the cgroup that has the quota. */
  usageSeconds?: number
}

/** The smallest CPU quota from our own cgroup up to the root; undefined when there is none. */
export function readCpuLimit(root: string): CpuLimit | undefined {
  const cgroup = findCgroup(root, 'cpu')
  if (cgroup === undefined) return undefined
  let smallest: { cpus: number; path: string } | undefined
  for (const path of cgroup.paths) {
    const cpus = readQuota(root, cgroup, path)
    // Of equal quotas the outer one counts: more processes share it.
    if (cpus !== undefined && cpus <= (smallest?.cpus ?? cpus)) smallest = { cpus, path }
  }
  if (smallest === undefined) return undefined
  const usageSeconds = readUsage(root, cgroup, smallest.path)
  return { cpus: smallest.cpus, ...(usageSeconds !== undefined && { usageSeconds }) }
}

function readQuota(root: string, { version, mount }: CgroupHierarchy, path: string): number | undefined {
  const read = (file: string): string | undefined => readText(root, `${mount}${path}/${file}`)
  const [quota, period] =
    version === 2 ? (read('cpu.max') ?? '').split(' ') : [read('cpu.cfs_quota_us'), read('cpu.cfs_period_us')]
  const cpus = (parseCount(quota) ?? 0) / (parseCount(period) ?? 0)
  return cpus > 0 && Number.isFinite(cpus) ? cpus : undefined
}

function readUsage(root: string, { version, mount }: CgroupHierarchy, path: string): number | undefined {
  if (version === 2) {
    const match = /^usage_usec (\d+)$/m.exec(readText(root, `${mount}${path}/cpu.stat`) ?? '')
    return match === null ? undefined : Number(match[1]) / 1e6
  }
  // v1 counts in a controller of its own, which is often, but not always, mounted together with cpu.
  const accounting = findCgroup(root, 'cpuacct')
  if (accounting === undefined) return undefined
  const nanoseconds = parseCount(readText(root, `${accounting.mount}${path}/cpuacct.usage`))
  return nanoseconds === undefined ? undefined : nanoseconds / 1e9
}
