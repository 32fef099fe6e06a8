import { noSample, type SampledUsage } from '../accounting/job-usage.ts'
import type { Totals } from './census.ts'
import type { Readings } from './checks.ts'

/** The most that the looks at a job have seen. */
export interface Peaks extends SampledUsage {
  readonly cpuMs: number
  readonly descriptors: number
  /** Processes and threads at once. */
  readonly tasks: number
}

export const noPeaks: Peaks = {
  ...noSample,
  cpuMs: 0,
  descriptors: 0,
  tasks: 0,
}

/** With one more look. `totals` is undefined when no member was looked at. */
export function raisePeaks(
  peaks: Peaks,
  { cpuTimeMs = 0, memoryBytes }: Readings,
  totals: Totals | undefined,
): Peaks {
  const cpuMs = Math.max(peaks.cpuMs, cpuTimeMs)
  const told = { ...peaks, cpuMs }
  if (totals === undefined) return told
  const { counters, hasIo, maxRssBytes, tasks, maxDescriptors } = totals
  return {
    ...told,
    userMs: Math.max(peaks.userMs, counters.userMs),
    systemMs: Math.max(peaks.systemMs, counters.systemMs),
    maxRssBytes: Math.max(peaks.maxRssBytes ?? 0, maxRssBytes),
    memoryPeakBytes: highest(peaks.memoryPeakBytes, memoryBytes),
    readBytes: hasIo ? highest(peaks.readBytes, counters.readBytes) : null,
    writtenBytes: hasIo ? highest(peaks.writtenBytes, counters.writtenBytes) : null,
    descriptors: Math.max(peaks.descriptors, maxDescriptors),
    tasks: Math.max(peaks.tasks, tasks),
  }
}

function highest(a: number | null, b: number | undefined): number | null {
  return b === undefined ? a : Math.max(a ?? 0, b)
}
