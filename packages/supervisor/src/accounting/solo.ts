import { readChildrenCpuMs } from '../linux/rusage.ts'

/** A job's stay, from its first process to its last. */
export interface Stay {
  readonly cpuMsBefore: number
  isAlone: boolean
}

/**
 * The kernel counts what our reaped children used, but not whose they were. While one job is alone here
 * the difference is its own, to the microsecond; of jobs at the same time nothing can be said this way.
 */
export class SoloAccounting {
  readonly #present = new Set<Stay>()

  enter(): Stay {
    const stay: Stay = { cpuMsBefore: readChildrenCpuMs(), isAlone: this.#present.size === 0 }
    for (const other of this.#present) other.isAlone = false
    this.#present.add(stay)
    return stay
  }

  /** CPU time of this job's reaped processes in milliseconds; undefined when it was not alone. */
  leave(stay: Stay): number | undefined {
    this.#present.delete(stay)
    return stay.isAlone ? readChildrenCpuMs() - stay.cpuMsBefore : undefined
  }
}
