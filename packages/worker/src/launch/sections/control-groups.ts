import type { Tape } from '../tape.ts'
import type { Word } from '../word.ts'
import { openFile, writeAndClose } from './file.ts'

/** Opened while the launcher may; whoever writes to them later needs no right of its own. */
export function openJoins(tape: Tape, joins: readonly string[]): Word[] {
  return joins.map((path) => openFile(tape, path, `join the control group: open ${path}`))
}

/** The process itself and all that it starts. */
export function joinAll(tape: Tape, joins: readonly Word[]): void {
  for (const fd of joins) writeAndClose(tape, fd, '0', `join the control group: write to ${fd.name}`)
}
