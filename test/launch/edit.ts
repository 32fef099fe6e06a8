import type { Tape } from '../../packages/worker/src/launch/index.ts'
import { Call } from '../../packages/worker/src/launch/call.ts'
import { Structure, words } from '../../packages/worker/src/launch/word.ts'

/** Which records: by their text, with their purpose. */
function find(tape: Tape, wanted: RegExp): number[] {
  const found = tape.calls.flatMap((call, i) => (wanted.test(`${call.text} # ${call.purpose}`) ? [i] : []))
  if (found.length === 0) throw new Error(`no record matches ${wanted}`)
  return found
}

/** Takes records away; what is left of each is a call that does nothing, so that labels stay. */
export function remove(tape: Tape, wanted: RegExp): void {
  const calls = tape.calls as Call[]
  for (const i of find(tape, wanted)) calls[i] = new Call('getpid', [], calls[i]?.labels)
}

/** Makes other calls of such records. */
export function replace(tape: Tape, wanted: RegExp, name: Call['name'], ...args: readonly number[]): void {
  const calls = tape.calls as Call[]
  for (const i of find(tape, wanted)) {
    const { labels, purpose } = calls[i] as Call
    calls[i] = new Call(name, args, labels).for(purpose)
  }
}

/** Puts a pause before the first such record after a label. */
export function pauseBefore(tape: Tape, label: string, wanted: RegExp, milliseconds: number): void {
  const calls = tape.calls as Call[]
  const from = calls.findIndex(({ labels }) => labels.includes(label))
  const at = find(tape, wanted).find((i) => i > from)
  if (from < 0 || at === undefined) throw new Error(`no ${wanted} after ${label}`)
  const time = new Structure(`${milliseconds} ms`, words(0, milliseconds * 1e6))
  calls.splice(at, 0, new Call('nanosleep', [time, 0]))
}
