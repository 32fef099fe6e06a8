import type { Limits } from '@runtimo/capabilities'
import type { LimitBreach } from './breach.ts'

/** How the job's first process ended, or the job itself. */
export interface JobEnd {
  readonly code: number | null
  readonly signal: string | null
  /** Whether the job failed; by its exit code or signal unless told. */
  readonly hasFailed?: boolean | undefined
  /** The most processes and threads of it that lived at once, by the kernel's account. */
  readonly processes?: number | undefined
  /** CPU time of all that was waited for, as the launcher tells it. */
  readonly cpuMs?: number | undefined
  /** What all of them wrote to storage. */
  readonly writtenBytes?: number | undefined
}

/** What a shell exits with when a signal ended its last command: 128 and the signal's number. */
const shellCodes = { SIGXCPU: 152, SIGXFSZ: 153 } as const

/**
 * Ceilings that only the kernel sees, told by how the job ended. Node and Python ignore SIGXFSZ: a file that is
 * too large is then the program's own error (EFBIG), and the job simply fails.
 */
export function toldByEnd(
  watched: Limits,
  end: JobEnd,
  peaks: { readonly cpuMs: number; readonly descriptors: number },
): LimitBreach | undefined {
  const { fileSizeBytes, cpuTimeMs, descriptors, writtenBytes, processes } = watched
  if (processes !== undefined && (end.processes ?? 0) > processes) {
    return { limit: 'processes', allowed: processes, peak: end.processes ?? 0 }
  }
  if (writtenBytes !== undefined && (end.writtenBytes ?? 0) > writtenBytes) {
    return { limit: 'written_bytes', allowed: writtenBytes, peak: end.writtenBytes ?? 0 }
  }
  if (fileSizeBytes !== undefined && endedBy(end, 'SIGXFSZ')) {
    return { limit: 'file_size', allowed: fileSizeBytes, peak: fileSizeBytes }
  }
  if (cpuTimeMs !== undefined && endedBy(end, 'SIGXCPU')) {
    return { limit: 'cpu_time', allowed: cpuTimeMs, peak: Math.max(peaks.cpuMs, cpuTimeMs) }
  }
  const { hasFailed = end.code !== 0 } = end
  // The last descriptor may be all that the job wanted: only a failure makes it a breach.
  if (descriptors !== undefined && hasFailed && peaks.descriptors >= descriptors) {
    return { limit: 'descriptors', allowed: descriptors, peak: peaks.descriptors }
  }
  return undefined
}

function endedBy({ code, signal }: JobEnd, wanted: keyof typeof shellCodes): boolean {
  return signal === wanted || code === shellCodes[wanted]
}
