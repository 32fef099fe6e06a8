import type { Duplex } from 'node:stream'
import type { Reply, Request } from '@runtimo/worker'
import { isAlive, type ProcessIdentity } from '../processes/index.ts'
import type { WorkerSpec } from './boundary-spec.ts'
import { type Footprint, isWithin, readFootprint } from './footprint.ts'
import { inTime } from './in-time.ts'
import type { Exit } from './launcher.ts'
import { readSpending, type Spending, spendingSince } from './spending.ts'
import { WorkerChannel } from './worker-channel.ts'

/** One that has answered its job has nothing else to do. */
const inspectMs = 1000

type InspectedReply = Extract<Reply, { type: 'inspected' }>
type Work = Omit<Extract<Request, { type: 'run' }>, 'type'>

/** The answers to one job. */
interface Stages {
  readonly validated: Promise<unknown>
  readonly returned: Promise<Extract<Reply, { type: 'returned' }>>
}

/** The process of ours in a boundary that runs functions. */
export class Worker implements Disposable {
  readonly channel: WorkerChannel
  /** Jobs that it served before. */
  served = 0
  /** Its module is foreign, and what that needs is loaded ahead. */
  readonly #isWarmed: boolean
  #identity: ProcessIdentity | undefined
  #baseline: Footprint | undefined
  #inspected: Promise<InspectedReply> | undefined

  constructor(socket: Duplex, ended: Promise<Exit>, { hasThread, isReused }: WorkerSpec) {
    this.channel = new WorkerChannel(socket, ended, hasThread)
    this.#isWarmed = !isReused
  }

  /** Undefined until it is up. */
  get identity(): ProcessIdentity | undefined {
    return this.#identity
  }

  /** Resolves when it waits for its code. `find` says which process it is. @throws RuntimoError */
  async ready(find: () => ProcessIdentity): Promise<void> {
    await inTime(this.channel.ready(), 'the worker was not up after')
    if (this.#isWarmed) await inTime(this.channel.warm(), 'the worker was not ready for its module after')
    this.#identity = find()
    this.#baseline = readFootprint(this.#identity.pid)
  }

  /** Asks for a job of what was loaded. */
  run(work: Work): Stages {
    const [validated, returned] = this.channel.request({ type: 'run', ...work }, ['validated', 'returned'])
    return { validated, returned }
  }

  /** Asks for a job of one of ours, and what it leaves behind. */
  serve(name: string, work: Work): Stages {
    const stages = ['validated', 'returned', 'inspected'] as const
    const [validated, returned, inspected] = this.channel.request({ type: 'serve', name, ...work }, stages)
    this.#inspected = inspected
    return { validated, returned }
  }

  /** Whether the job that it served last left nothing behind: told from inside, and looked at from outside. */
  async isAsItWas(): Promise<boolean> {
    const inspected = this.#inspected
    this.#inspected = undefined
    if (inspected === undefined || this.#identity === undefined || this.#baseline === undefined) return false
    const residue = await this.#residue(inspected)
    return residue?.length === 0 && isWithin(readFootprint(this.#identity.pid), this.#baseline)
  }

  /** Undefined when it does not tell. */
  async #residue(inspected: Promise<InspectedReply>): Promise<readonly string[] | undefined> {
    const { promise: late, resolve } = Promise.withResolvers<undefined>()
    const timer = setTimeout(resolve, inspectMs, undefined)
    try {
      return (await Promise.race([inspected, late]))?.residue
    } catch {
      return undefined
    } finally {
      clearTimeout(timer)
    }
  }

  /** It lives and its channel stands. */
  isFit(): boolean {
    return !this.channel.isBroken && (this.#identity === undefined || isAlive(this.#identity))
  }

  /** What it has used so far. */
  spending(): Spending | undefined {
    return this.#identity === undefined ? undefined : readSpending(this.#identity.pid)
  }

  spentSince(before: Spending | undefined): Spending | undefined {
    const now = this.spending()
    return now === undefined || before === undefined ? undefined : spendingSince(now, before)
  }

  [Symbol.dispose](): void {
    this.channel.close()
  }
}
