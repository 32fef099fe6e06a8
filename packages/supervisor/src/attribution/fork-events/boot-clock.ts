const TICK = 10_000_000 // ns: USER_HZ is 100 on every Linux that Node runs on
const SLACK = 1_000_000 // ns: an event is stamped a little after the start time was taken

/**
 * Turns an event's time into the start time of `/proc/PID/stat`. They differ by the time that the machine
 * was suspended, which is learnt from processes of which both are known.
 */
export class BootClock {
  #least = -Infinity
  #most = Infinity

  learn(at: number, ticks: number): void {
    const least = ticks * TICK - at
    const most = least + TICK + SLACK
    // No overlap: it was suspended since, and what was learnt before is void.
    const isVoid = least > this.#most || most < this.#least
    this.#least = isVoid ? least : Math.max(least, this.#least)
    this.#most = isVoid ? most : Math.min(most, this.#most)
  }

  ticks(at: number): number {
    return Math.floor((at + this.#asleep()) / TICK)
  }

  #asleep(): number {
    return this.#least <= 0 && this.#most >= 0 ? 0 : (this.#least + this.#most) / 2
  }
}
