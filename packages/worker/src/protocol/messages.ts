import type { Context, ErrorCode, FileAccess, Json, JsonObject } from '@runtimo/capabilities'

/** Where the code of a capability is: one of ours by name, or a module file (absolute path). */
export type Source =
  | { readonly kind: 'builtin'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string }

/** What a supervisor asks of a worker, in this order. Each gets exactly one answer. */
export type Request =
  | { readonly type: 'load'; readonly jobId: string; readonly source: Source }
  | { readonly type: 'validate'; readonly jobId: string; readonly args: Json }
  | {
      readonly type: 'execute'
      readonly jobId: string
      readonly context: Context
      readonly access?: FileAccess
    }
  /** Of a worker that may serve another job: what is not as it was? */
  | { readonly type: 'inspect'; readonly jobId: string }

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
