import { type CpuLimit, readCpuLimit } from './cpu-limit.ts'
import { readMemory } from './memory.ts'

/** What our container may use at most; a part is missing when nothing limits it. */
export interface ContainerLimits {
  memory?: { limitBytes: number; usedBytes?: number }
  cpu?: CpuLimit
}

/** Reads the limits of our own cgroup and of all above it (v1, v2 and hybrid). */
export function readContainerLimits(options: { root?: string } = {}): ContainerLimits {
  const { root = '/' } = options
  const { limitBytes, usedBytes } = readMemory(root)
  const cpu = readCpuLimit(root)
  return {
    ...(limitBytes !== undefined && {
      memory: { limitBytes, ...(usedBytes !== undefined && { usedBytes }) },
    }),
    ...(cpu !== undefined && { cpu }),
  }
}
