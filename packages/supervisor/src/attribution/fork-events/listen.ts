import { readSync } from 'node:fs'
import { hasCode } from '../../linux/errno.ts'
import type { Answers } from './answers.ts'
import { fenceId } from './fence.ts'
import type { Lineages } from './lineages.ts'
import { type CommEvent, decodeProcEvent, type ProcEvent } from './proc-event.ts'

/** The listener's own thread, as events name it. */
export interface Listener {
  readonly pid: number
  readonly tid: number
}

/** Reads events until the thread is terminated. */
export function listen(connector: number, self: Listener, lineages: Lineages, answers: Answers): never {
  const bytes = Buffer.alloc(4096)
  for (;;) {
    const length = receive(connector, bytes)
    if (length === 'overflow') lineages.overflow(Number(process.hrtime.bigint()))
    else if (length !== 'nothing') take(decodeProcEvent(bytes, length))
  }

  function take(event: ProcEvent | undefined): void {
    if (event === undefined) return
    lineages.see(event)
    if (event.kind === 'exit') answers.exited()
    else if (event.kind === 'comm' && isOwn(event)) answers.fence(fenceId(event.comm) ?? 0)
  }

  // Both numbers: events speak of the initial pid namespace, and in another one no fence may be believed.
  function isOwn({ pid, tid }: CommEvent): boolean {
    return pid === self.pid && tid === self.tid
  }
}

function receive(connector: number, bytes: Buffer): number | 'nothing' | 'overflow' {
  try {
    return readSync(connector, bytes)
  } catch (error) {
    if (hasCode(error, 'EAGAIN', 'EINTR')) return 'nothing'
    if (hasCode(error, 'ENOBUFS')) return 'overflow'
    throw error
  }
}
