import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { isAlive, type ProcessIdentity } from '../processes/index.ts'
import type { WorkerSpec } from './boundary-spec.ts'
import { type Footprint, isWithin, readFootprint } from './footprint.ts'
import { inTime } from './in-time.ts'
import type { Exit } from './launcher.ts'
import { readSpending, type Spending, spendingSince } from './spending.ts'
import { WorkerChannel } from './worker-channel.ts'

/** One that has answered its job has nothing else to do. */
const inspectMs = 1000

/** The process of ours in a boundary that runs functions. */
export class Worker implements Disposable {
  readonly channel: WorkerChannel
  /** Jobs that it served before. */
  served = 0
  #identity: ProcessIdentity | undefined
  #baseline: Footprint | undefined

  constructor(socket: Duplex, ended: Promise<Exit>, { hasThread }: WorkerSpec) {
    this.channel = new WorkerChannel(socket, ended, hasThread)
  }

  /** Undefined until it is up. */
  get identity(): ProcessIdentity | undefined {
    return this.#identity
  }

  /** Resolves when it waits for its code. `find` says which process it is. @throws RuntimoError */
  async ready(find: () => ProcessIdentity): Promise<void> {
    await inTime(this.channel.ready(), 'the worker was not up after')
    this.#identity = find()
    this.#baseline = readFootprint(this.#identity.pid)
  }

  /** Asks it from inside, and looks from outside, whether a job left anything behind. */
  async isAsItWas(): Promise<boolean> {
    const { identity } = this
    if (identity === undefined || this.#baseline === undefined) return false
    try {
      const asked = this.channel.request({ type: 'inspect', jobId: 'none' }, 'inspected')
      asked.catch(() => undefined)
      const answer = await Promise.race([asked, sleep(inspectMs, undefined, { ref: false })])
      return answer?.residue.length === 0 && isWithin(readFootprint(identity.pid), this.#baseline)
    } catch {
      return false
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
