import { type Level, levels } from '@runtimo/capabilities'
import type { Overload } from '../guards/overload.ts'
import type { OutputChunk } from '../isolation/stream-capture.ts'
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
  /** The level to run at, `process` unless told. A command needs a process of its own and has it at any level. */
  readonly level?: Level | undefined
  /** A JavaScript or TypeScript module whose default export is the capability. */
  readonly from?: string | undefined
  /** Waits so long for the machine's pressure to fall before the job is rejected; 0 unless told. */
  readonly waitForResourcesMs?: number | undefined
  /** Called again and again while waiting for resources. */
  readonly onWait?: ((overload: Overload) => void) | undefined
  /** Called with what the job prints, as it comes: the first 10 MiB of each stream. */
  readonly onOutput?: ((chunk: OutputChunk) => void) | undefined
}

export const defaultTimeoutMs = 30_000
const maxTimeoutMs = 86_400_000

export function runOptionCheck(): OptionCheck<RunOptions> {
  return new OptionCheck<RunOptions>(
    {
      timeoutMs: { type: 'integer', minimum: 1, maximum: maxTimeoutMs },
      dryRun: { type: 'boolean' },
      workingDir: { type: 'string', minLength: 1, maxLength: 4096 },
      sessionId: { type: 'string', minLength: 1, maxLength: 128 },
      level: { enum: [...levels] },
      from: { type: 'string', minLength: 1, maxLength: 4096 },
      waitForResourcesMs: { type: 'integer', minimum: 0, maximum: maxTimeoutMs },
    },
    {
      signal: ['an AbortSignal', (value) => value instanceof AbortSignal],
      onWait: ['a function', (value) => typeof value === 'function'],
      onOutput: ['a function', (value) => typeof value === 'function'],
    },
  )
}
