import { RuntimoError } from '../errors/runtimo-error.ts'

export interface Conflict {
  readonly path: string
  readonly expected: string
  readonly found: string
  /** False: not even by force, because what is there could not be kept. */
  readonly canForce: boolean
}

/** Details of an error beyond 16 KiB are left out as a whole. */
const maxListed = 8192

export function conflictError(conflicts: readonly Conflict[]): RuntimoError {
  const listed: { path: string; expected: string; found: string; can_force: boolean }[] = []
  let room = maxListed
  for (const { path, expected, found, canForce } of conflicts) {
    const item = { path, expected, found, can_force: canForce }
    room -= Buffer.byteLength(JSON.stringify(item))
    if (room < 0 && listed.length > 0) break
    listed.push(item)
  }
  const [first] = conflicts
  const more = conflicts.length > 1 ? `, and ${conflicts.length - 1} more` : ''
  const message = `${first?.path ?? ''}: expected ${first?.expected ?? ''}, got ${first?.found ?? ''}${more}; nothing is changed`
  return new RuntimoError('RT_UNDO_CONFLICT', message, { conflicts: listed, total: conflicts.length })
}
