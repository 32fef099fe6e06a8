import type { ProcessIdentity } from '../processes/index.ts'
import type { Attribution, Method } from './attribution.ts'
import type { ForkEvents } from './fork-events/fork-events.ts'
import { type Lineage, mostNamed } from './fork-events/lineage.ts'
import type { Seize } from './membership.ts'
import { isOurs, nothingOurs, type Ours, withoutKnown, withoutLauncher, withOwnNames } from './ours.ts'

/** What is asked of the kernel's account. */
export type Account = Pick<ForkEvents, 'alive' | 'lineage' | 'forget' | 'countNow'>

/** The other way of looking. `isOursAlone`: whether it never met anybody but ours, and finds nobody else now. */
export interface Fallback extends Attribution {
  isOursAlone(): boolean
}

type Told = Lineage & { readonly method: Method }

/**
 * By the kernel's account of every fork. Whom the other way of looking met must be in it; what it missed is made
 * up for, and told as loss.
 */
export class ExactAttribution implements Attribution {
  readonly #events: Account
  readonly #root: ProcessIdentity
  readonly #fallback: Fallback
  readonly #ours: Ours
  #isLossy = false

  /** `root` is a child of this process: the launcher where there is one. */
  constructor(events: Account, root: ProcessIdentity, fallback: Fallback, ours: Ours = nothingOurs) {
    this.#events = events
    this.#root = root
    this.#fallback = fallback
    this.#ours = ours
  }

  get isExact(): boolean {
    return !this.#isLossy || this.#fallback.isExact
  }

  /**
   * When the account says that nobody is left, the other way is asked once more: a process can have itself
   * forked in another's name (CLONE_PARENT). Whoever is found then makes the account a lossy one.
   */
  async living(seize?: Seize): Promise<readonly ProcessIdentity[]> {
    const alive = await this.#events.alive(this.#root.pid).catch(() => nothing)
    const living = withoutLauncher(alive.living, this.#ours)
    if (living.length > 0 && !alive.lost) return living
    const found = await this.#fallback.living(seize)
    const others = withoutKnown(found, living)
    this.#isLossy ||= alive.lost || others.length > 0
    return [...living, ...others]
  }

  async lineage(): Promise<Told> {
    if (this.#isNobody()) return { processes: [], count: 0, living: [], lost: false, method: 'exact' }
    const lineage = await this.#events.lineage(this.#root.pid).catch(() => nothing)
    const looked = await this.#fallback.lineage()
    const named = lineage.processes.filter((process) => !isOurs(process, this.#ours))
    const processes = withOwnNames(named, looked.processes)
    const { mostAtOnce } = lineage
    const told = {
      ...(mostAtOnce === undefined ? {} : { mostAtOnce: mostAtOnce - this.#ours.own.size }),
      processes: processes.slice(0, mostNamed),
      count: lineage.count - (lineage.processes.length - processes.length),
      living: lineage.living.filter((process) => !isOurs(process, this.#ours)),
    }
    const isNamedWhole = lineage.processes.length === lineage.count
    const strangers = isNamedWhole ? withoutKnown(looked.processes, processes) : []
    if (!lineage.lost && !this.#isLossy && strangers.length === 0)
      return { ...told, lost: false, method: 'exact' }
    return {
      processes: [...processes, ...strangers].slice(0, mostNamed),
      count: Math.max(told.count + strangers.length, looked.count),
      living: [...told.living, ...strangers.filter(({ alive }) => alive)],
      lost: true,
      method: 'sampled',
    }
  }

  [Symbol.dispose](): void {
    this.#events.forget(this.#root.pid)
    this.#fallback[Symbol.dispose]()
  }

  /** The kernel's account has as many processes as there are of ours, and no look found another: the usual end. */
  #isNobody(): boolean {
    const { own } = this.#ours
    return (
      !this.#isLossy && this.#events.countNow(this.#root.pid) === own.size && this.#fallback.isOursAlone()
    )
  }
}

/** What is known when the listener has ended. */
const nothing: Lineage = { processes: [], count: 0, living: [], lost: true }
