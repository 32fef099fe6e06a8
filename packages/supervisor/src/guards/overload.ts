import type { CpuUsage, MemoryUsage } from '../telemetry/index.ts'

/** One resource over its ceiling. */
export interface Overload {
  readonly resource: 'cpu' | 'memory'
  readonly scope: 'host' | 'container'
  readonly window: 'now' | 'mean of 30 s'
  /** Percent. */
  readonly measured: number
  readonly limit: number
}

export interface Readings {
  readonly cpu: CpuUsage | undefined
  readonly cpuMean: number | undefined
  readonly memory: MemoryUsage
  readonly memoryMean: number | undefined
}

/** The first reading that is over its ceiling. What could not be read puts no pressure. */
export function findOverload(
  { cpu, cpuMean, memory, memoryMean }: Readings,
  ceilings: { readonly cpu: number; readonly memory: number },
): Overload | undefined {
  const readings: readonly (Omit<Overload, 'measured' | 'limit'> & {
    readonly measured: number | undefined
  })[] = [
    { resource: 'cpu', scope: 'host', window: 'now', measured: cpu?.percent },
    { resource: 'cpu', scope: 'container', window: 'now', measured: cpu?.containerPercent },
    { resource: 'memory', scope: 'host', window: 'now', measured: memory.percent },
    { resource: 'memory', scope: 'container', window: 'now', measured: memory.containerPercent },
    { resource: 'cpu', scope: 'host', window: 'mean of 30 s', measured: cpuMean },
    { resource: 'memory', scope: 'host', window: 'mean of 30 s', measured: memoryMean },
  ]
  for (const { measured, ...reading } of readings) {
    const limit = ceilings[reading.resource]
    if (measured !== undefined && measured > limit) return { ...reading, measured, limit }
  }
  return undefined
}
