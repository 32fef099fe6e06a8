/** What the members of a leaf used so far; a part is missing where no hierarchy tells it. */
export interface LeafUsage {
  cpuMs?: number
  userMs?: number
  systemMs?: number
  memoryPeakBytes?: number
  /** Allocations that ran into the ceiling: it was reached, though perhaps nobody was killed. */
  memoryEventsMax?: number
  /** Processes that the kernel killed because the memory was full. */
  oomKills?: number
  /** Processes and threads at once. */
  pidsPeak?: number
  /** Forks that were refused. */
  pidsEvents?: number
  /** For how long the members had to wait for their share of the processors, summed over processors. */
  throttledMs?: number
  readBytes?: number
  writtenBytes?: number
}

export type CounterName = keyof LeafUsage
