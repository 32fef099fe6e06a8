import os from 'node:os'
import { readMemoryLimit } from './memory-limit.ts'
import { percentOf } from './percent.ts'
import { readText } from './read-text.ts'

/** Memory of the host (/proc/meminfo) and, where it has a limit, of our container; all in bytes. */
export interface Memory {
  totalBytes: number
  /** What can be given out without swapping, the kernel's own estimate. */
  availableBytes: number
  freeBytes: number
  swapTotalBytes?: number
  swapFreeBytes?: number
  /** The container's limit. */
  limitBytes?: number
  /** What the container uses, without file pages that can be dropped at once. */
  usedBytes?: number
}

/** Memory in use, in percent of what there is. */
export interface MemoryUsage {
  /** Of the host. */
  percent: number
  /** Of the container's limit. */
  containerPercent?: number
}

/** Reads the host's memory and the container's limit. */
export function readMemory(root: string): Memory {
  const memory = readHostMemory(root)
  return { ...memory, ...readMemoryLimit(root, memory.totalBytes) }
}

/** How full the host and the container are. */
export function memoryUsage(memory: Memory): MemoryUsage {
  const { totalBytes, availableBytes, limitBytes, usedBytes } = memory
  const containerPercent =
    limitBytes === undefined || usedBytes === undefined ? undefined : percentOf(usedBytes, limitBytes)
  return {
    percent: percentOf(totalBytes - availableBytes, totalBytes) ?? 0,
    ...(containerPercent !== undefined && { containerPercent }),
  }
}

function readHostMemory(root: string): Memory {
  const info = parseMeminfo(readText(root, '/proc/meminfo') ?? '')
  const total = info.get('MemTotal')
  // Without /proc, sysinfo(2) still knows these two.
  if (total === undefined) {
    return { totalBytes: os.totalmem(), availableBytes: os.freemem(), freeBytes: os.freemem() }
  }
  const free = info.get('MemFree') ?? os.freemem()
  const swapTotal = info.get('SwapTotal')
  const swapFree = info.get('SwapFree')
  return {
    totalBytes: total,
    // Kernels before 3.14 do not estimate.
    availableBytes: info.get('MemAvailable') ?? free + (info.get('Buffers') ?? 0) + (info.get('Cached') ?? 0),
    freeBytes: free,
    ...(swapTotal !== undefined && { swapTotalBytes: swapTotal }),
    ...(swapFree !== undefined && { swapFreeBytes: swapFree }),
  }
}

function parseMeminfo(text: string): Map<string, number> {
  const lines = text.matchAll(/^(\w+):\s+(\d+) kB$/gm)
  return new Map(lines.map(([, name = '', kilobytes]) => [name, Number(kilobytes) * 1024]))
}
