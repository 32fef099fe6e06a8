/** A process that a job started, however briefly it lived. */
export interface SpawnedProcess {
  readonly pid: number
  /** Its pid in the job's own namespace; absent without one, and when it was gone before it could be read. */
  readonly pidInside?: number
  /** The process that forked it, which need not be its parent any more. */
  readonly ppid: number
  /** Clock ticks since boot, as in field 22 of `/proc/PID/stat`. */
  readonly startTime: number
  /** That of the process that forked it, and no `exe`, if it was gone before its own could be read. */
  readonly comm: string
  /** Absent when the process was gone before it could be read. */
  readonly exe?: string
  /** Absent while it lives, and when its end was not seen. */
  readonly exit?: ProcessExit
  readonly alive: boolean
}

export interface ProcessExit {
  readonly code: number | null
  readonly signal: number | null
}
