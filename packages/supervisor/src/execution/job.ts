import type { CapabilityEntry } from '../registry/registry.ts'
import type { RunOptions } from '../options/run-options.ts'

/** One execution, as it was asked for. */
export interface Job {
  /** A ULID. */
  readonly id: string
  readonly capability: CapabilityEntry
  readonly args: unknown
  readonly options: RunOptions
  /** Absolute. */
  readonly workingDir: string
  /** Unix milliseconds. */
  readonly startedAt: number
}
