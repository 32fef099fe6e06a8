import type { ChildProcess } from 'node:child_process'
import { Duplex } from 'node:stream'

export interface Pipes {
  /** What the launcher says. */
  readonly status: Duplex
  /** What it is told. */
  readonly tape: Duplex
}

/** Those of a launcher: its descriptors 4 and 5. */
export function pipesOf({ stdio }: ChildProcess): Pipes {
  const [status, tape] = [4, 5].map((fd) => stdio[fd])
  if (!(status instanceof Duplex && tape instanceof Duplex)) throw new TypeError('no pipes')
  return { status, tape }
}
