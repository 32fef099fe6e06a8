import type { Json, Output, RuntimoError } from '@runtimo/capabilities'
import type { Custody } from './custody.ts'
import type { PrintedOutput } from './printed.ts'

/**
 * One job on its way through a level: started, prepared, executed, its boundary emptied, concluded. Both kinds of
 * capability and every level are behind this, held to one conformance suite.
 */
export interface JobRun extends AsyncDisposable {
  /** Undefined until something holds the job. */
  readonly custody: Custody | undefined
  /** Resolves when its boundary stands and nothing of the job is in it yet. @throws RuntimoError when it cannot be had */
  start(): Promise<void>
  /**
   * Step 6. The deadline that the arguments ask for, in milliseconds, if they do.
   * @throws RuntimoError when the arguments, the module or its manifest will not do
   */
  prepare(args: Json): Promise<number | undefined>
  /** Step 7: resolves when the job is done. @throws RuntimoError when it failed or its worker broke */
  execute(): Promise<void>
  /** Resolves when nobody of the job is left, and nothing of it can begin. @throws RT_SURVIVORS */
  empty(): Promise<void>
  /** After the boundary was emptied: what the job gave back, whole or partial. */
  conclude(): Promise<Conclusion>
}

export interface Conclusion {
  /** Absent when the job gave nothing back. */
  readonly output?: Output
  /** Why it is no success, where the run knows more than the output says. */
  readonly error?: RuntimoError
  readonly printed?: PrintedOutput
}
