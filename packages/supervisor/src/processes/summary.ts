import type { ProcessStat } from './stat.ts'

/** What the log keeps of a snapshot. */
export interface ProcessSummary {
  total: number
  zombieCount: number
  /** The five that have used the most CPU time, most first. */
  topCpu: ReadonlyArray<Pick<ProcessStat, 'pid' | 'comm' | 'cpuMs'>>
  /** The five with the most resident memory, most first. */
  topMemory: ReadonlyArray<Pick<ProcessStat, 'pid' | 'comm' | 'rssBytes'>>
}

const TOP = 5

/** Counts the processes and picks the largest. */
export function summarize(processes: readonly ProcessStat[]): ProcessSummary {
  return {
    total: processes.length,
    zombieCount: processes.filter(({ state }) => state === 'Z').length,
    topCpu: largest(processes, 'cpuMs').map(({ pid, comm, cpuMs }) => ({ pid, comm, cpuMs })),
    topMemory: largest(processes, 'rssBytes').map(({ pid, comm, rssBytes }) => ({ pid, comm, rssBytes })),
  }
}

function largest(processes: readonly ProcessStat[], key: 'cpuMs' | 'rssBytes'): ProcessStat[] {
  return processes.toSorted((a, b) => b[key] - a[key]).slice(0, TOP)
}
