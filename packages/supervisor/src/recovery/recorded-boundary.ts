import { isJsonObject, type Json, type JsonObject } from '@runtimo/capabilities'
import type { Boundary } from '../isolation/boundary.ts'
import type { Marked } from '../termination/sweep.ts'

/** What held a job, as its record tells: enough to find who is left of it. */
export interface RecordedBoundary extends Marked {
  /** Its control group; null where it had none. */
  readonly leaf: string | null
}

export function recordBoundary({ leaf, first, mark }: Boundary): JsonObject {
  return { leaf: leaf?.path ?? null, pid: first.pid, start_time: first.startTime, mark: { ...mark } }
}

export function parseBoundary(boundary: Json | undefined): RecordedBoundary | undefined {
  if (!isJsonObject(boundary)) return undefined
  const { leaf = null, pid, start_time: startTime, mark } = boundary
  if (typeof pid !== 'number' || typeof startTime !== 'number' || !isJsonObject(mark)) return undefined
  const { name, value } = mark
  if (typeof name !== 'string' || typeof value !== 'string') return undefined
  return { leaf: typeof leaf === 'string' ? leaf : null, root: { pid, startTime }, mark: { name, value } }
}
