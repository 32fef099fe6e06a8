/** Older arrivals say nothing of now. */
const windowMs = 10_000
const maxKept = 64

/** How often jobs of one kind come. */
export class Arrivals {
  #times: number[] = []

  note(now: number): void {
    this.#times = [...this.#times, now].slice(-maxKept)
  }

  /** Jobs a millisecond over the last ten seconds; 0 unless there were two: one job promises no other. */
  rate(now: number): number {
    const recent = this.#times.filter((time) => now - time < windowMs)
    const [first] = recent
    if (first === undefined || recent.length < 2) return 0
    return (recent.length - 1) / Math.max(1, now - first)
  }

  isQuiet(now: number): boolean {
    const last = this.#times.at(-1)
    return last === undefined || now - last > windowMs
  }
}
