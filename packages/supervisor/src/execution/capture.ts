import { setTimeout as sleep } from 'node:timers/promises'
import { ProcessSnapshot } from '../processes/index.ts'
import { type CpuMeter, type Disk, readDisk, readMachine, Telemetry } from '../telemetry/index.ts'

/** The machine at one moment. */
export interface Capture {
  readonly telemetry: Telemetry
  readonly processes: ProcessSnapshot
}

/** A rest is at most so many times what a look took, and so long: then looking takes an eighth of our time. */
const mostRests = 7
const maxRestMs = 4

interface Seen {
  readonly machine: Awaited<ReturnType<typeof readMachine>>
  readonly processes: ProcessSnapshot
  readonly disks: ReadonlyMap<string, Disk | undefined>
}

/** A look at the machine: to come until it begins, and shared by all who asked for it by then. */
interface Look {
  readonly directories: Set<string>
  readonly seen: Promise<Seen>
}

/**
 * Steps 1 and 8. A capture always begins after it was asked for; those who ask at the same time share one.
 * Never fails a job: what cannot be read is absent.
 */
export class Captures {
  readonly #cpu: CpuMeter
  #coming: Look | undefined
  #last: Promise<unknown> = Promise.resolve()
  #tookMs = 0
  #endedAt = -Infinity

  constructor(cpu: CpuMeter) {
    this.#cpu = cpu
  }

  /**
   * `others`: so many other jobs run, and will ask as well. The more they are, the longer it rests between two looks,
   * so that many share one and looking leaves the time to the work. Who is alone never waits.
   */
  async take(workingDir: string, others: number): Promise<Capture> {
    const look = (this.#coming ??= this.#plan(others))
    look.directories.add(workingDir)
    const { machine, processes, disks } = await look.seen
    const disk = disks.get(workingDir)
    return { telemetry: new Telemetry({ ...machine, ...(disk !== undefined && { disk }) }), processes }
  }

  #plan(others: number): Look {
    const directories = new Set<string>()
    const begin = async (): Promise<void> => {
      await this.#last
      const rested = performance.now() - this.#endedAt
      const restMs = Math.min(maxRestMs, this.#tookMs * Math.min(others, mostRests)) - rested
      if (restMs >= 1) await sleep(restMs)
      this.#coming = undefined
    }
    const seen = begin().then(() => this.#look(directories))
    this.#last = seen.catch(() => undefined)
    return { directories, seen }
  }

  async #look(directories: ReadonlySet<string>): Promise<Seen> {
    const beganAt = performance.now()
    const disks = Promise.all(
      [...directories].map(async (directory) => [directory, await readDisk(directory)] as const),
    )
    const machine = await readMachine({ cpu: this.#cpu })
    const processes = await ProcessSnapshot.capture({ owner: false })
    this.#endedAt = performance.now()
    this.#tookMs = this.#endedAt - beganAt
    return { machine, processes, disks: new Map(await disks) }
  }
}
