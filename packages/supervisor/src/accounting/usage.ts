import type { Boundary } from '../isolation/boundary.ts'

/** What a job used. CPU time and memory are sampled at today's levels: lower bounds. */
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
  readonly processes: number
  readonly wallMs: number
}

export function usageOf({ boundary, processes, wallMs }: Measured): Usage {
  if (boundary === undefined) return { cpuMs: 0, wallMs, maxRssBytes: 0, processes, outputBytes: 0 }
  const { sampler, launched } = boundary
  return {
    cpuMs: sampler.cpuMs,
    wallMs,
    maxRssBytes: sampler.peakRssBytes,
    processes,
    outputBytes: launched.stdout.totalBytes + launched.stderr.totalBytes,
  }
}
