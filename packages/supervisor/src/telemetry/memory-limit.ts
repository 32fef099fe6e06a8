import { findCgroup } from './cgroup.ts'
import { parseCount, readText } from './read-text.ts'

/** The container's memory, in bytes; both are missing when nothing limits us below the host's memory. */
export interface MemoryLimit {
  limitBytes?: number
  /** Current use minus inactive file pages, of the cgroup that has the limit. */
  usedBytes?: number
}

const FILES = {
  1: {
    limit: 'memory.limit_in_bytes',
    usage: 'memory.usage_in_bytes',
    inactive: /^total_inactive_file (\d+)$/m,
  },
  2: { limit: 'memory.max', usage: 'memory.current', inactive: /^inactive_file (\d+)$/m },
}

/** The smallest memory limit from our own cgroup up to the root, and what is used of it. */
export function readMemoryLimit(root: string, hostBytes: number): MemoryLimit {
  const cgroup = findCgroup(root, 'memory')
  if (cgroup === undefined) return {}
  const { mount, paths, version } = cgroup
  const files = FILES[version]
  let limitBytes = hostBytes
  let directory: string | undefined
  for (const path of paths) {
    const limit = parseCount(readText(root, `${mount}${path}/${files.limit}`))
    if (limit === undefined || limit >= hostBytes || limit > limitBytes) continue
    // Of equal limits the outer one counts: it holds more.
    limitBytes = limit
    directory = mount + path
  }
  if (directory === undefined) return {}
  const usage = parseCount(readText(root, `${directory}/${files.usage}`))
  if (usage === undefined) return { limitBytes }
  const inactive = files.inactive.exec(readText(root, `${directory}/memory.stat`) ?? '')?.[1]
  return { limitBytes, usedBytes: Math.max(0, usage - (parseCount(inactive) ?? 0)) }
}
