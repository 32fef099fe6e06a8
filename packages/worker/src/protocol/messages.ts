import type { Context, ErrorCode, FileAccess, Json, JsonObject } from '@runtimo/capabilities'

/** Where the code of a capability is: one of ours by name, or a module file (absolute path). */
export type Source =
  | { readonly kind: 'builtin'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string }

/** What one job is given. */
interface Work {
  readonly jobId: string
  readonly args: Json
  readonly context: Context
  readonly access?: FileAccess
}

/** What a supervisor asks of a worker. A refusal takes the place of the answers that are still to come. */
export type Request =
  /** Of a worker that will have a foreign module: to load ahead what that needs. Answered by another `ready`. */
  | { readonly type: 'warm' }
  /** Answered by `loaded`: what a foreign manifest says decides before anything else is asked. */
  | { readonly type: 'load'; readonly jobId: string; readonly source: Source }
  /** Of what was loaded. Answered by `validated`, then `returned`. */
  | ({ readonly type: 'run' } & Work)
  /**
   * Of one of ours, by name, in a worker that may serve another job afterwards. Answered by `validated`, then
   * `returned`, then `inspected`: what is not as it was?
   */
  | ({ readonly type: 'serve'; readonly name: string } & Work)

/** A stage that failed: an error code that a worker may claim, and its details. */
export interface Refusal {
  readonly code: ErrorCode
  readonly message: string
  readonly details: JsonObject
}

/** What a worker says. None of it is believed before `parseReply` has looked at it. */
export type Reply =
  | { readonly type: 'ready' }
  | { readonly type: 'loaded'; readonly jobId: string; readonly manifest: Json }
  | { readonly type: 'validated'; readonly jobId: string }
  | { readonly type: 'returned'; readonly jobId: string; readonly value: Json }
  | { readonly type: 'inspected'; readonly jobId: string; readonly residue: readonly string[] }
  | { readonly type: 'refused'; readonly jobId: string; readonly refusal: Refusal }
  /** Thread hosts only: the thread is gone. */
  | { readonly type: 'ended'; readonly jobId: string; readonly reason: EndReason }

/** Why a thread ended: it exited by itself, or its heap was full. */
export const endReasons = ['exited', 'out_of_memory'] as const
export type EndReason = (typeof endReasons)[number]

/** The most that one frame may hold from a worker: what a capability may return. */
export const maxReplyBytes = 33_554_432
/** The most that one frame may hold from a supervisor: the largest arguments and room for the rest. */
export const maxRequestBytes = 2_097_152
