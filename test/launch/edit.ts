import type { Tape } from '../../packages/worker/src/launch/index.ts'
import { Call } from '../../packages/worker/src/launch/call.ts'
import { Structure, words } from '../../packages/worker/src/launch/word.ts'

/** Its records, to be exchanged: a tape is for others to read, and its records are kept in this very array. */
function callsOf(tape: Tape): Call[] {
  return tape.calls as Call[]
}

/** Which records: by their text, with their purpose. */
function find(tape: Tape, wanted: RegExp): (readonly [index: number, call: Call])[] {
  const found = [...tape.calls.entries()].filter(([, call]) => wanted.test(`${call.text} # ${call.purpose}`))
  if (found.length === 0) throw new Error(`no record matches ${wanted}`)
  return found
}

/** Takes records away; what is left of each is a call that does nothing, so that labels stay. */
export function remove(tape: Tape, wanted: RegExp): void {
  for (const [i, { labels }] of find(tape, wanted)) callsOf(tape)[i] = new Call('getpid', [], labels)
}

/** Makes other calls of such records. */
export function replace(tape: Tape, wanted: RegExp, name: Call['name'], ...args: readonly number[]): void {
  for (const [i, { labels, purpose }] of find(tape, wanted))
    callsOf(tape)[i] = new Call(name, args, labels).for(purpose)
}

/** Puts a pause before the first such record after a label. */
export function pauseBefore(tape: Tape, label: string, wanted: RegExp, milliseconds: number): void {
  const calls = callsOf(tape)
  const from = calls.findIndex(({ labels }) => labels.includes(label))
  const [at] = find(tape, wanted).find(([i]) => i > from) ?? []
  if (from < 0 || at === undefined) throw new Error(`no ${wanted} after ${label}`)
  const time = new Structure(`${milliseconds} ms`, words(0, milliseconds * 1e6))
  calls.splice(at, 0, new Call('nanosleep', [time, 0]))
}
