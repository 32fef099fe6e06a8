import { readSync } from 'node:fs'
import { hasCode } from '../../linux/errno.ts'
import type { Answers } from './answers.ts'
import { fenceId } from './fence.ts'
import type { Lineages } from './lineages.ts'
import { type CommEvent, decodeProcEvent, type ProcEvent } from './proc-event.ts'
import { type IsReadable, loadPoll } from '../../linux/poll.ts'

/** The listener's own thread, as events name it. */
export interface Listener {
  readonly pid: number
  readonly tid: number
}

/** Who asks of it. */
type Asked = Pick<Answers, 'tally' | 'fence' | 'exited'>

/** Nobody is woken sooner: whoever ends the thread gives it an event. */
const waitMs = 250

/** Reads events until the thread is terminated. */
export function listen(connector: number, self: Listener, lineages: Lineages, answers: Asked): never {
  const bytes = Buffer.alloc(4096)
  let isReadable: IsReadable | undefined
  for (;;) {
    const { tally } = answers
    if (tally !== undefined) {
      isReadable ??= loadPoll()
      tally.isBusy = false
      const isDue = isReadable(connector, waitMs)
      tally.isBusy = true // before the event leaves the queue
      if (!isDue) continue
    }
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
