import { statusFd } from '../descriptors.ts'
import { readyFrame } from '../frames.ts'
import { bootPlace } from '../memory.ts'
import type { Tape } from '../tape.ts'
import { Structure, words } from '../word.ts'

const nextTape = 'the next tape'

/** And goes on to receive and play the next tape. When there is none, because its descriptor is closed, it ends. */
export function sayReady(tape: Tape): void {
  tape.labelElsewhere(nextTape, bootPlace.records.address)
  const ready = new Structure('READY', words(readyFrame))
  tape
    .call('write', statusFd, ready, ready.bytes.length)
    .for('say that the launcher is ready')
    .when(ready.bytes.length, nextTape)
}
