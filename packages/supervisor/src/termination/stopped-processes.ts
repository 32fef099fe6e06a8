import { signalProcess } from '../linux/pidfd.ts'
import { nameOf, type ProcessIdentity } from '../processes/index.ts'

/** Stops each process that is added, once. */
export class StoppedProcesses {
  readonly #stopped = new Map<string, ProcessIdentity>()

  get size(): number {
    return this.#stopped.size
  }

  get all(): readonly ProcessIdentity[] {
    return [...this.#stopped.values()]
  }

  add({ pid, startTime }: ProcessIdentity): void {
    const name = nameOf({ pid, startTime })
    if (this.#stopped.has(name)) return
    signalProcess({ pid, startTime }, 'SIGSTOP')
    this.#stopped.set(name, { pid, startTime })
  }
}
