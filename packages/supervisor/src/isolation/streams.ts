import { closeSync, fchownSync } from 'node:fs'
import { Socket } from 'node:net'
import type { Readable, Writable } from 'node:stream'
import type { LaunchUser } from '@runtimo/worker'
import { makePipe, type Pipe } from '../linux/pipe.ts'

/** Our ends of a job's standard streams. */
export class JobStreams implements Disposable {
  readonly stdin: Writable | undefined
  readonly stdout: Readable
  readonly stderr: Readable
  #childEnds: readonly [number | 'ignore', number, number]

  /** `owner`: whoever opens /dev/stdout again must be allowed to. */
  constructor(hasStdin: boolean, owner: Pick<LaunchUser, 'uid' | 'gid'>) {
    using opened = new DisposableStack()
    const pipe = (): Pipe => {
      const made = makePipe()
      for (const end of [made.readEnd, made.writeEnd]) opened.defer(() => closeSync(end))
      return made
    }
    const [input, output, errors] = [hasStdin ? pipe() : undefined, pipe(), pipe()]
    this.#childEnds = [input?.readEnd ?? 'ignore', output.writeEnd, errors.writeEnd]
    for (const end of this.#childEnds) if (typeof end === 'number') fchownSync(end, owner.uid, owner.gid)
    opened.move()
    this.stdin =
      input === undefined ? undefined : new Socket({ fd: input.writeEnd, readable: false, writable: true })
    this.stdin?.on('error', () => undefined) // the job does not read it: its affair
    this.stdout = new Socket({ fd: output.readEnd, readable: true, writable: false })
    this.stderr = new Socket({ fd: errors.readEnd, readable: true, writable: false })
  }

  /** For the child's descriptors 0, 1 and 2. */
  get childEnds(): readonly [number | 'ignore', number, number] {
    return this.#childEnds
  }

  /** Once the child has its own copies: end of file comes when it closes them. */
  closeChildEnds(): void {
    for (const end of this.#childEnds) if (typeof end === 'number' && end >= 0) closeSync(end)
    this.#childEnds = ['ignore', -1, -1]
  }

  [Symbol.dispose](): void {
    this.closeChildEnds()
    for (const stream of [this.stdin, this.stdout, this.stderr]) stream?.destroy()
  }
}
