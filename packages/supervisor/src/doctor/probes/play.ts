import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Duplex } from 'node:stream'
import { type Status, StatusReader, type Tape } from '@runtimo/worker'
import { shieldDescriptors } from '../../linux/close-range.ts'
import type { Refused } from '../explain/diagnosis.ts'
import { toRefused } from '../launch-failure.ts'

/** Whoever has not come to an end by then hangs in the kernel. */
const patienceMs = 5000

export interface PlayOptions {
  readonly job?: Tape
  /** A user namespace for id-mapped mounts. */
  readonly idMap?: number
}

/**
 * Plays a base tape and, if there is one, the tape of a job up to where its program would begin. Undefined:
 * nothing was refused.
 */
export async function play(
  executable: string,
  base: Tape,
  { job, idMap }: PlayOptions = {},
): Promise<Refused | undefined> {
  shieldDescriptors()
  const child = spawn(executable, [], {
    argv0: 'runtimo-launcher',
    env: {},
    detached: true, // a signal from the terminal is for us alone
    stdio: ['ignore', 'ignore', 'ignore', 'ignore', 'pipe', 'pipe', ...(idMap === undefined ? [] : [idMap])],
    timeout: patienceMs,
    killSignal: 'SIGKILL',
  })
  const [, , , , status, tape]: readonly unknown[] = child.stdio
  if (!(status instanceof Duplex) || !(tape instanceof Duplex))
    throw new TypeError('the launcher has no status and tape')
  const ended = once(child, 'close')
  const reader = new StatusReader(() => (job === undefined ? [base] : [base, job]))
  let refused: Refused | undefined
  let isDone = false
  const take = (frame: Status): void => {
    if (isDone) return // it complains that nobody goes on with it
    if (frame.kind === 'failed') refused ??= toRefused(frame)
    else if (frame.kind === 'ready' && job !== undefined) tape.write(job.image())
    else if (frame.kind === (job === undefined ? 'ready' : 'held')) {
      isDone = true
      tape.end()
    }
  }
  tape.on('error', () => undefined) // it ended before it read everything: its frames tell
  status.on('data', (chunk: Buffer) => {
    try {
      reader.push(chunk).forEach(take)
    } catch (error) {
      refused ??= notStarted(`EPROTO: ${error instanceof Error ? error.message : String(error)}`)
      child.kill('SIGKILL') // no launcher of ours
    }
  })
  tape.write(base.image())
  try {
    await ended
  } catch (error) {
    return notStarted(error instanceof Error && 'code' in error ? String(error.code) : String(error))
  }
  return refused ?? (isDone ? undefined : notStarted('SIGKILL'))
}

function notStarted(errno: string): Refused {
  return { call: 'execve', text: 'execve(launcher)', purpose: '', errno }
}
