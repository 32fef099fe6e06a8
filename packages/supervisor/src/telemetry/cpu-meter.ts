import { setTimeout as sleep } from 'node:timers/promises'
import { type CpuReading, type CpuUsage, takeReading, usageBetween } from './cpu-reading.ts'

/** How a {@link CpuMeter} reads. */
export interface CpuMeterOptions {
  /** Where /proc and /sys are; '/' unless told. */
  root?: string
  /** Milliseconds between two readings; 500 unless told. */
  intervalMs?: number
  /** How many milliseconds of readings are kept for the mean; 30,000 unless told. */
  windowMs?: number
}

// The counters tick every 10 ms: over a shorter span the rate would be noise.
const MINIMUM_SPAN_MS = 200

/**
 * CPU use of the host and of our container, as rates between two readings of /proc/stat. Its timer does not keep
 * the process alive. Where the host tells no CPU time, use is undefined.
 *
 * @example
 * using meter = new CpuMeter()
 * const usage = await meter.usage()
 */
export class CpuMeter implements Disposable {
  readonly #root: string
  readonly #intervalMs: number
  readonly #windowMs: number
  readonly #timer: NodeJS.Timeout
  // Oldest first. The first may be older than the window, the second never is.
  readonly #kept: CpuReading[] = []

  constructor(options: CpuMeterOptions = {}) {
    this.#root = options.root ?? '/'
    this.#intervalMs = options.intervalMs ?? 500
    this.#windowMs = options.windowMs ?? 30_000
    this.#keepReading()
    this.#timer = setInterval(() => this.#keepReading(), this.#intervalMs).unref()
  }

  /** Use since the newest kept reading that is at least 200 ms old, or undefined if there is none yet. */
  peek(): CpuUsage | undefined {
    const latest = performance.now() - MINIMUM_SPAN_MS
    const from = this.#kept.findLast((reading) => reading.atMs <= latest)
    return from && this.#usageSince(from)
  }

  /** As {@link peek}, but waits up to 200 ms for the first such reading. */
  async usage(): Promise<CpuUsage | undefined> {
    const [first] = this.#kept
    if (first === undefined) return undefined
    await outlast(first)
    return this.peek() ?? this.#usageSince(first)
  }

  /** Use over the next 200 ms: nothing that happened before the call counts. */
  async freshUsage(): Promise<CpuUsage | undefined> {
    const from = takeReading(this.#root)
    if (from === undefined) return undefined
    await outlast(from)
    return this.#usageSince(from)
  }

  /** Mean use of the host over the window in percent, or undefined until readings span it. */
  rollingMean(): number | undefined {
    const oldest = this.#kept[0]
    const newest = this.#kept.at(-1)
    if (oldest === undefined || newest === undefined) return undefined
    const isSpanned = newest.atMs - oldest.atMs >= this.#windowMs - this.#intervalMs
    return isSpanned ? usageBetween(oldest, newest)?.percent : undefined
  }

  /** Stops reading. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }

  #usageSince(from: CpuReading): CpuUsage | undefined {
    const now = takeReading(this.#root)
    return now && usageBetween(from, now)
  }

  #keepReading(): void {
    const reading = takeReading(this.#root)
    if (reading === undefined) return
    this.#kept.push(reading)
    const edge = reading.atMs - this.#windowMs
    const young = this.#kept.findIndex(({ atMs }) => atMs >= edge)
    this.#kept.splice(0, young - 1)
  }
}

// Timers may fire up to a millisecond early.
async function outlast(from: CpuReading): Promise<void> {
  for (;;) {
    const remaining = from.atMs + MINIMUM_SPAN_MS - performance.now()
    if (remaining <= 0) return
    await sleep(Math.ceil(remaining))
  }
}
