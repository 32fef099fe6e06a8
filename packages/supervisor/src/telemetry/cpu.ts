import os from 'node:os'
import { readCpuLimit } from './cpu-limit.ts'
import type { CpuUsage } from './cpu-reading.ts'
import { readHead, readText } from './read-text.ts'

/** The CPUs of the host and how busy they are. */
export interface Cpu {
  /** /proc/cpuinfo; ARM kernels tell none. */
  model?: string
  /** CPUs online. */
  count: number
  /** How many CPUs the container's quota is worth. */
  limit?: number
  /** Use of the host over `spanMs`, 0..100, without our own process. */
  usagePercent?: number
  spanMs?: number
  /** Use of the container's quota over `spanMs`, 0..100, without our own process. */
  containerUsagePercent?: number
}

/** Reads the CPUs and joins them with the use that a meter told. */
export function readCpu(root: string, usage: CpuUsage | undefined): Cpu {
  const model = readModel(root)
  const limit = readCpuLimit(root)?.cpus
  return {
    ...(model !== undefined && { model }),
    count: readCount(root),
    ...(limit !== undefined && { limit }),
    ...(usage !== undefined && { usagePercent: usage.percent, spanMs: usage.spanMs }),
    ...(usage?.containerPercent !== undefined && { containerUsagePercent: usage.containerPercent }),
  }
}

/** By root: it never changes. */
const models = new Map<string, string | undefined>()

// The first CPU's lines suffice, and asking for all of them wakes every CPU.
function readModel(root: string): string | undefined {
  if (!models.has(root)) models.set(root, findModel(root))
  return models.get(root)
}

function findModel(root: string): string | undefined {
  return /^model name\s*:\s*(.+)$/m.exec(readHead(root, '/proc/cpuinfo', 4096) ?? '')?.[1]
}

function readCount(root: string): number {
  const online = readText(root, '/sys/devices/system/cpu/online')?.trim()
  if (online !== undefined && /^\d+(-\d+)?(,\d+(-\d+)?)*$/.test(online)) return countRanges(online)
  const listed = readText(root, '/proc/stat')?.match(/^cpu\d+ /gm)?.length
  return listed ?? os.availableParallelism()
}

// '0-3,6' is five.
function countRanges(ranges: string): number {
  return ranges
    .split(',')
    .map((range) => range.split('-').map(Number))
    .reduce((count, [first = 0, last = first]) => count + last - first + 1, 0)
}
