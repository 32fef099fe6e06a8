import type { Level } from '@runtimo/capabilities'
import type { Overload } from '../guards/overload.ts'
import type { OutputChunk } from '../isolation/stream-capture.ts'
import type { Requirement } from '../isolation/requirement.ts'
import type { Limits } from '../limits/index.ts'
import { OptionCheck } from './check.ts'

export interface RunOptions {
  /** Hard deadline in milliseconds, 1 to 86,400,000; 30,000 unless told. */
  readonly timeoutMs?: number | undefined
  /** True: say what would be done, and change nothing. */
  readonly dryRun?: boolean | undefined
  /** Cancels the job. */
  readonly signal?: AbortSignal | undefined
  /** Working directory of the job; ours unless told. */
  readonly workingDir?: string | undefined
  /** The session that the job belongs to. */
  readonly sessionId?: string | undefined
  /**
   * The level to run at. Unless told: the policy's (`sandbox`) for commands and foreign modules, `process` for
   * functions of ours. A command needs a process of its own: at level `thread` it has that of `process`.
   */
  readonly level?: Level | undefined
  /** A JavaScript or TypeScript module whose default export is the capability. */
  readonly from?: string | undefined
  /** Directories that it may read, beside those of the policy; relative ones are taken from the working directory. */
  readonly read?: readonly string[] | undefined
  /** Directories that it may write, in the place of those of the policy. */
  readonly write?: readonly string[] | undefined
  /** Ceilings, over those of the policy. */
  readonly limits?: Limits | undefined
  /** The least that must be in force, beside what the policy says: else nothing runs. */
  readonly require?: Requirement | undefined
  /** Waits so long for its turn when too many jobs run; 60,000 unless told. None of it counts against `timeoutMs`. */
  readonly queueTimeoutMs?: number | undefined
  /** Waits so long for the machine's pressure to fall before the job is rejected; 0 unless told. */
  readonly waitForResourcesMs?: number | undefined
  /** Called again and again while waiting for resources. */
  readonly onWait?: ((overload: Overload) => void) | undefined
  /** Called with what the job prints, as it comes: the first 10 MiB of each stream. */
  readonly onOutput?: ((chunk: OutputChunk) => void) | undefined
}

export const defaultTimeoutMs = 30_000
export const defaultQueueTimeoutMs = 60_000

export function runOptionCheck(): OptionCheck<RunOptions> {
  return new OptionCheck<RunOptions>('runOptions', {
    signal: ['an AbortSignal', (value) => value instanceof AbortSignal],
    onWait: ['a function', (value) => typeof value === 'function'],
    onOutput: ['a function', (value) => typeof value === 'function'],
  })
}
