import { memoryUsage, type MemoryUsage, readMemory } from '../telemetry/index.ts'

const intervalMs = 1000
const windowMs = 30_000

interface Reading {
  readonly atMs: number
  readonly percent: number
}

/** Memory in use now, and its mean over 30 s once so much time was seen. */
export class MemoryMeter implements Disposable {
  readonly #root: string
  readonly #timer: NodeJS.Timeout
  #kept: readonly Reading[] = []

  constructor(root: string) {
    this.#root = root
    this.#keep()
    this.#timer = setInterval(() => this.#keep(), intervalMs).unref()
  }

  read(): MemoryUsage {
    return memoryUsage(readMemory(this.#root))
  }

  mean(): number | undefined {
    const [oldest] = this.#kept
    const newest = this.#kept.at(-1)
    if (oldest === undefined || newest === undefined) return undefined
    if (newest.atMs - oldest.atMs < windowMs - intervalMs) return undefined
    return this.#kept.reduce((sum, { percent }) => sum + percent, 0) / this.#kept.length
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }

  #keep(): void {
    const now = performance.now()
    const reading = { atMs: now, percent: this.read().percent }
    this.#kept = [...this.#kept.filter(({ atMs }) => atMs >= now - windowMs), reading]
  }
}
