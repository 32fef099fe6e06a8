/** Of so many roots the count is shared. */
const slots = 4096
const busy = 0
const unknown = -1

/**
 * Memory of both threads, in which the listener keeps for some roots how many processes they ever started, and whether
 * it is at work.
 *
 * Why a count that is read here is exact: the kernel queues the event of a fork before the fork returns. The listener
 * says that it is at work before it takes an event from the queue, and that it is not after it has counted it. So
 * whoever sees the queue empty, and then the listener not at work, reads a count in which every fork is that returned
 * before.
 */
export class Tally {
  readonly memory: SharedArrayBuffer
  readonly #numbers: Int32Array

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(4 * (1 + slots))) {
    this.memory = memory
    this.#numbers = new Int32Array(memory)
  }

  get isBusy(): boolean {
    return Atomics.load(this.#numbers, busy) !== 0
  }

  set isBusy(is: boolean) {
    Atomics.store(this.#numbers, busy, is ? 1 : 0)
  }

  /** Undefined: it is to be asked for. */
  read(slot: number): number | undefined {
    const count = Atomics.load(this.#numbers, 1 + slot)
    return count === unknown ? undefined : count
  }

  /** Undefined: events were lost, so that nobody knows. */
  write(slot: number, count: number | undefined): void {
    Atomics.store(this.#numbers, 1 + slot, count ?? unknown)
  }

  static readonly slots: number = slots
}
