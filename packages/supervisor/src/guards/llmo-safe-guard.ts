import { setTimeout as sleep } from 'node:timers/promises'
import { RuntimoError } from '@runtimo/capabilities'
import { CpuMeter } from '../telemetry/index.ts'
import { MemoryMeter } from './memory-meter.ts'
import { findOverload, type Overload, type Readings } from './overload.ts'

export interface GuardOptions {
  /** Above this the guard trips; 80 unless told. */
  readonly cpuPercent?: number
  readonly memoryPercent?: number
  /** Where /proc and /sys are; '/' unless told. */
  readonly root?: string
}

export interface WaitOptions {
  /** Waits for so long for the pressure to fall; 0 unless told. */
  readonly waitMs?: number | undefined
  readonly onWait?: ((overload: Overload) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

const pollMs = 250
const maxTries = 5
/** Of all CPU time: in a reading in which we used more ourselves, others cannot be told well. */
const maxOwnPercent = 20

/**
 * The circuit breaker: refuses work while the machine, or our container, is under pressure. It trips on
 * the present or on the mean of 30 s, and only when a second reading confirms the first.
 */
export class LlmoSafeGuard implements Disposable {
  readonly cpu: CpuMeter
  readonly #memory: MemoryMeter
  readonly #ceilings: { readonly cpu: number; readonly memory: number }

  constructor(options: GuardOptions = {}) {
    const root = options.root ?? '/'
    this.cpu = new CpuMeter({ root })
    this.#memory = new MemoryMeter(root)
    this.#ceilings = { cpu: options.cpuPercent ?? 80, memory: options.memoryPercent ?? 80 }
  }

  /**
   * Whether it had to wait.
   * @throws RT_PRESSURE with the measured value and the limit
   */
  async check(options: WaitOptions = {}): Promise<boolean> {
    const giveUp = performance.now() + (options.waitMs ?? 0)
    for (let hasWaited = false; ; hasWaited = true) {
      const overload = await this.#confirmed()
      if (overload === undefined) return hasWaited
      if (options.signal?.aborted === true) throw new RuntimoError('RT_CANCELLED', 'cancelled while waiting')
      if (performance.now() >= giveUp) throw toError(overload)
      options.onWait?.(overload)
      await sleep(Math.min(pollMs, giveUp - performance.now()))
    }
  }

  [Symbol.dispose](): void {
    this.cpu[Symbol.dispose]()
    this.#memory[Symbol.dispose]()
  }

  /**
   * A first reading over the ceiling is confirmed by one that begins after it. While we are busy ourselves,
   * as at our start, little is seen of the others: then it is looked again, a second at the most.
   */
  async #confirmed(): Promise<Overload | undefined> {
    let overload = this.#find({ cpu: await this.cpu.usage() })
    for (let tries = 0; overload !== undefined && tries < maxTries; tries++) {
      const cpu = await this.cpu.freshUsage()
      overload = this.#find({ cpu })
      if ((cpu?.ownPercent ?? 0) <= maxOwnPercent) break
    }
    return overload
  }

  #find({ cpu }: Pick<Readings, 'cpu'>): Overload | undefined {
    const memory = this.#memory.read()
    const readings = { cpu, cpuMean: this.cpu.rollingMean(), memory, memoryMean: this.#memory.mean() }
    return findOverload(readings, this.#ceilings)
  }
}

function toError(overload: Overload): RuntimoError {
  const { resource, scope, window, measured, limit } = overload
  const message = `${resource} use of the ${scope} is ${measured} % (${window}), the limit is ${limit} %`
  return new RuntimoError('RT_PRESSURE', message, { resource, scope, window, measured, limit })
}
