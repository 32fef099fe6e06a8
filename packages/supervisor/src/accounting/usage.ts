import type { Boundary } from '../isolation/boundary.ts'

/**
 * What a job used. CPU time is exact when no other job of the same supervisor ran meanwhile and everything
 * was reaped within the job; else it is sampled, and like the memory a lower bound.
 */
export interface Usage {
  readonly cpuMs: number
  readonly wallMs: number
  /** The most that its processes had resident at once, as far as sampled. */
  readonly maxRssBytes: number
  /** Processes that it started. */
  readonly processes: number
  /** Bytes that it printed, also those that were not kept. */
  readonly outputBytes: number
}

export interface Measured {
  readonly boundary: Boundary | undefined
  /** CPU time of the job's reaped processes, where it can be told. */
  readonly reapedCpuMs: number | undefined
  readonly processes: number
  readonly wallMs: number
}

export function usageOf({ boundary, reapedCpuMs, processes, wallMs }: Measured): Usage {
  if (boundary === undefined) return { cpuMs: 0, wallMs, maxRssBytes: 0, processes, outputBytes: 0 }
  const { sampler, launched } = boundary
  return {
    cpuMs: Math.round(Math.max(sampler.cpuMs, reapedCpuMs ?? 0) * 10) / 10,
    wallMs,
    maxRssBytes: sampler.peakRssBytes,
    processes,
    outputBytes: launched.stdout.totalBytes + launched.stderr.totalBytes,
  }
}
