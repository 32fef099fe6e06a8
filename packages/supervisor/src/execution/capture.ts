import { setTimeout as sleep } from 'node:timers/promises'
import type { CpuMeter } from '../telemetry/index.ts'
import { ProcessSnapshot } from '../processes/index.ts'
import { Telemetry } from '../telemetry/index.ts'

/** The machine at one moment. */
export interface Capture {
  readonly telemetry: Telemetry
  readonly processes: ProcessSnapshot
}

const maxPauseMs = 20

interface Queue {
  running: Promise<Capture>
  /** For whoever asks while one is running: what that one sees may be older than what they must see. */
  next: Promise<Capture> | undefined
}

/**
 * Steps 1 and 8. A capture always begins after it was asked for; those who ask at the same time share one.
 * Never fails a job: what cannot be read is absent.
 */
export class Captures {
  readonly #cpu: CpuMeter
  readonly #queues = new Map<string, Queue>()

  constructor(cpu: CpuMeter) {
    this.#cpu = cpu
  }

  take(workingDir: string): Promise<Capture> {
    const queue = this.#queues.get(workingDir)
    if (queue === undefined) return this.#start(workingDir)
    queue.next ??= this.#startAfter(queue.running, workingDir)
    return queue.next
  }

  /** As long as one takes is waited before the next: more jobs share it, and looking takes half of the time at most. */
  async #startAfter(running: Promise<Capture>, workingDir: string): Promise<Capture> {
    const beganAt = performance.now()
    await running
    await sleep(Math.min(maxPauseMs, performance.now() - beganAt))
    return await this.#start(workingDir)
  }

  #start(workingDir: string): Promise<Capture> {
    const running = capture(workingDir, this.#cpu)
    const queue: Queue = { running, next: undefined }
    this.#queues.set(workingDir, queue)
    void running.finally(() => {
      if (queue.next === undefined && this.#queues.get(workingDir) === queue) this.#queues.delete(workingDir)
    })
    return running
  }
}

async function capture(workingDir: string, cpu: CpuMeter): Promise<Capture> {
  const [telemetry, processes] = await Promise.all([
    Telemetry.capture({ workingDir, cpu }),
    ProcessSnapshot.capture({ owner: false }),
  ])
  return { telemetry, processes }
}
