import { OptionCheck } from './check.ts'
import type { PolicyOptions } from './policy-options.ts'

export interface SupervisorOptions {
  /** File of the log; RUNTIMO_WAL_PATH or /tmp/runtimo-UID/wal.jsonl unless told. */
  readonly walPath?: string | undefined
  readonly guards?: {
    /** False turns the guard on CPU and memory off. */
    readonly pressure?: boolean | undefined
    /** Ceilings in percent; 80 unless told. */
    readonly cpuPercent?: number | undefined
    readonly memoryPercent?: number | undefined
    /** More zombies than this and nothing is run; 10 unless told. */
    readonly maxZombies?: number | undefined
  }
  /** `exact`: the kernel's account of forks, or an error where it cannot be had; `sampled`: by looking at
   * who is in the boundary; `tree`: by looking for relatives; `auto` unless told: what can be had. */
  readonly attribution?: 'auto' | 'exact' | 'sampled' | 'tree' | undefined
  /** What jobs are granted, and the least that must hold them. */
  readonly policy?: PolicyOptions | undefined
  /** So many jobs run at once, the others wait; 64 unless told. */
  readonly maxConcurrentJobs?: number | undefined
  /** So many boundaries of each kind are made ahead at most; 8 unless told, 0 for none. */
  readonly maxPrewarmed?: number | undefined
  /** Whose jobs these are; `default` unless told. */
  readonly tenant?: string | undefined
  readonly wal?: WalOptions | undefined
  /** What file capabilities replace is kept here for undo. */
  readonly backups?: {
    /** RUNTIMO_BACKUPS_DIR or `/tmp/runtimo-UID/backups` unless told. */
    readonly dir?: string | undefined
    /** Kept for so long; 30 days unless told. */
    readonly keepDays?: number | undefined
    /** Of all backups together; the oldest go first; 1 GiB unless told. */
    readonly maxBytes?: number | undefined
  }
  /** RUNTIMO_SESSIONS_DIR or `/tmp/runtimo-UID/sessions` unless told. */
  readonly sessionsDir?: string | undefined
  /** What FileRead, FileWrite and Undo may touch beside the working directory, /tmp and /var/tmp. */
  readonly files?: {
    readonly roots?: readonly string[] | undefined
    /** Out of reach, whatever grants it. */
    readonly deny?: readonly string[] | undefined
  }
}

export interface WalOptions {
  /** A segment of the log that is larger than this is ended; 64 MiB unless told. */
  readonly segmentBytes?: number | undefined
  /** Ended segments beyond so many bytes in all are removed, the oldest first; never unless told. */
  readonly maxBytes?: number | undefined
  /** Ended segments older than this are removed; never unless told. */
  readonly keepDays?: number | undefined
  /** So much of the disk is kept for the ends of running jobs; 1 MiB unless told. */
  readonly reserveBytes?: number | undefined
  /** The log is this process's alone: others are refused with RT_WAL_LOCKED. */
  readonly exclusive?: boolean | undefined
}

export function supervisorOptionCheck(): OptionCheck<SupervisorOptions> {
  return new OptionCheck<SupervisorOptions>('supervisorOptions')
}
