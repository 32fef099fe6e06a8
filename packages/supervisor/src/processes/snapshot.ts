import { setImmediate as yieldToEventLoop } from 'node:timers/promises'
import { listPids } from './list-pids.ts'
import { ProcReader } from './proc-reader.ts'
import { type ProcessInfo, readProcess } from './process-info.ts'
import { type ProcessSummary, summarize } from './summary.ts'

/** How to capture a {@link ProcessSnapshot}. */
export interface SnapshotOptions {
  /** Where /proc is; '/' unless told. */
  root?: string
  /** Whether to read the arguments too. */
  commandLine?: boolean
  /** Whether to read whose they are; true unless told. */
  owner?: boolean
}

const PROCESSES_PER_TURN = 64

/**
 * All processes at one moment, as far as we may see them.
 *
 * @example
 * const { summary } = await ProcessSnapshot.capture()
 */
export class ProcessSnapshot {
  /** Unix milliseconds at which the capture began. */
  readonly capturedAt: number
  readonly processes: readonly ProcessInfo[]
  readonly summary: ProcessSummary

  constructor(capturedAt: number, processes: readonly ProcessInfo[]) {
    this.capturedAt = capturedAt
    this.processes = processes
    this.summary = summarize(processes)
  }

  /** Reads all processes anew, giving way to others after every 64; never rejects. */
  static async capture(options: SnapshotOptions = {}): Promise<ProcessSnapshot> {
    const { root = '/', commandLine = false, owner = true } = options
    const capturedAt = Date.now()
    const reader = new ProcReader()
    const processes: ProcessInfo[] = []
    let read = 0
    for (const pid of listPids(root)) {
      const info = readProcess(reader, root, pid, { owner, commandLine })
      if (info !== undefined) processes.push(info)
      if (++read % PROCESSES_PER_TURN === 0) await yieldToEventLoop()
    }
    return new ProcessSnapshot(capturedAt, processes)
  }
}
