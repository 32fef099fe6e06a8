import {
  isOver,
  nameOf,
  type ProcessIdentity,
  type ProcessStat,
  readChildren,
  readStat,
} from '../processes/index.ts'
import { livingOf, type Membership, type Seize } from './membership.ts'

/** So often is looked for anybody at all, of a job whose processes fork and leave. */
const mostLooks = 200
/** So many of the newest children are looked at before the others. */
const newest = 8

interface Look {
  readonly members: readonly ProcessStat[]
  /** Who left meanwhile: what these had started may now be where we had looked already. */
  readonly left: readonly ProcessIdentity[]
}

/**
 * Everybody below one process, without itself. Complete where orphans come back to it or to one below it: a
 * launcher that is a subreaper, process 1 of a pid namespace. Whoever was met stays a member until it is gone, so
 * that a killed launcher gives nobody away.
 */
export class TreeMembership implements Membership {
  readonly method = 'sampled'
  readonly #top: string
  readonly #known = new Map<string, ProcessIdentity>()
  /** Whose end was seen: they have no children any more. */
  readonly #over = new Set<string>()
  readonly #root: string

  constructor(top: ProcessIdentity, root: string = '/') {
    this.#top = nameOf(top)
    this.#root = root
    this.learn([top])
  }

  /** Tells of members that were found in another way. */
  learn(found: readonly ProcessIdentity[]): void {
    for (const { pid, startTime } of found) this.#known.set(nameOf({ pid, startTime }), { pid, startTime })
  }

  members(): readonly ProcessStat[] {
    return this.#look().members
  }

  living(seize?: Seize): readonly ProcessIdentity[] {
    for (let looks = 1; ; looks++) {
      const { members, left } = this.#look(seize)
      const living = livingOf(members)
      if (living.length > 0 || left.length === 0) return living
      if (looks >= mostLooks) return left
    }
  }

  /** From all who are known to all whom they started, by any of their threads. */
  #look(seize?: Seize): Look {
    const members: ProcessStat[] = []
    const left: ProcessIdentity[] = []
    for (const [name, identity] of this.#known) {
      const wasOver = this.#over.has(name)
      // In this order: whoever lives after the list was read still had the children that are in it.
      const children = wasOver ? [] : readChildren(identity.pid, this.#root)
      const stat = this.#check(name, identity)
      if (stat !== undefined && name !== this.#top) members.push(stat)
      if (!wasOver && (stat === undefined || isOver(stat))) left.push(identity)
      else if (stat !== undefined) left.push(...this.#meet(stat, children, seize))
    }
    return { members, left }
  }

  #check(name: string, { pid, startTime }: ProcessIdentity): ProcessStat | undefined {
    const stat = readStat(pid, this.#root)
    if (stat?.startTime !== startTime) {
      this.#known.delete(name)
      this.#over.delete(name)
      return undefined
    }
    if (isOver(stat)) this.#over.add(name)
    return stat
  }

  /** Returns those who are not its children any more. The loop over all who are known comes to the others. */
  #meet(parent: ProcessIdentity, listed: readonly number[], seize?: Seize): ProcessIdentity[] {
    const children = new Map<number, ProcessIdentity>()
    const left: ProcessIdentity[] = []
    // The newest first: of those who fork and leave, they alone are still there. Then the oldest: they fork.
    for (const pid of [...listed.slice(-newest).toReversed(), ...listed.slice(0, -newest)]) {
      const child = readStat(pid, this.#root)
      // By its own word: a pid that was used again names another parent.
      if (child?.ppid === parent.pid && child.startTime >= parent.startTime) {
        if (!isOver(child)) seize?.(child)
        children.set(pid, child)
      } else left.push({ pid, startTime: 0 })
    }
    this.learn(listed.map((pid) => children.get(pid)).filter((child) => child !== undefined))
    return left
  }
}
