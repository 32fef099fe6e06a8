import { ProcReader } from '../processes/proc-reader.ts'
import { nameOf, type ProcessIdentity } from '../processes/index.ts'
import { add, unclaimed } from './ended.ts'
import { noRecords, raiseRecords, type Records } from './records.ts'
import { type Counters, type Member, type MemberWishes, noCounters, readMember } from './member.ts'

/** What all members of a job use together. */
export interface Totals {
  /** Up to now, also of those who ended: lower bounds. */
  readonly counters: Counters
  /** Whether the bytes among these were read. */
  readonly hasIo: boolean
  /** Now. Pages that processes share are counted for each. */
  readonly rssBytes: number
  /** Processes and threads, now. */
  readonly tasks: number
  /** Of whoever has most, now. */
  readonly maxRssBytes: number
  readonly maxDescriptors: number
}

/** No look reads more: it would stop all else for too long. The others are read by the next looks. */
const defaultMaxReads = 2000
/** No more are known by name: only counted. */
const maxKnown = 10_000

/** Reads the members of a job again and again. */
export class Census {
  readonly #reader = new ProcReader()
  readonly #wishes: MemberWishes
  readonly #root: string
  readonly #maxReads: number
  #known = new Map<string, Member>()
  #unnamed = 0
  #turn = 0
  #ended: Counters = noCounters
  #totals: Totals
  #records: Records = noRecords

  constructor(wishes: MemberWishes, root: string = '/', maxReads: number = defaultMaxReads) {
    this.#wishes = wishes
    this.#maxReads = maxReads
    this.#root = root
    this.#totals = this.#sum()
  }

  /** As of the last look. */
  get members(): readonly Member[] {
    return [...this.#known.values()]
  }

  get totals(): Totals {
    return this.#totals
  }

  get records(): Records {
    return this.#records
  }

  /** One look at those who are given and those who are known. A pid alone is nobody: its start time must fit. */
  look(given: readonly Readonly<ProcessIdentity>[]): void {
    const before = this.#known
    const listed = this.#list(given)
    const due = new Set(this.#due(listed))
    const now = new Map<string, Member>()
    for (const [name, identity] of listed) {
      const known = before.get(name)
      const member = due.has(name) ? this.#read(identity, known) : known
      if (member !== undefined) now.set(name, member)
    }
    this.#known = now
    this.#settle(before)
    this.#totals = this.#sum()
    this.#records = raiseRecords(this.#records, this.members)
  }

  #sum(): Totals {
    let counters = this.#ended
    let [rssBytes, tasks, maxRssBytes, maxDescriptors] = [0, this.#unnamed, 0, 0]
    for (const member of this.#known.values()) {
      counters = add(counters, member.counters)
      rssBytes += member.rssBytes
      tasks += member.tasks
      maxRssBytes = Math.max(maxRssBytes, member.rssBytes)
      maxDescriptors = Math.max(maxDescriptors, member.descriptors)
    }
    return { counters, hasIo: this.#wishes.io, rssBytes, tasks, maxRssBytes, maxDescriptors }
  }

  /**
   * Parents before their children: a child that lives when it is read was not yet in its parent's counters when
   * these were, so that nothing counts twice.
   */
  #list(given: readonly Readonly<ProcessIdentity>[]): Map<string, Readonly<ProcessIdentity>> {
    const all = new Map<string, Readonly<ProcessIdentity>>(this.#known)
    this.#unnamed = 0
    for (const identity of given) {
      const name = nameOf(identity)
      if (all.has(name)) continue
      if (all.size < maxKnown) all.set(name, identity)
      else this.#unnamed += 1
    }
    return new Map([...all].toSorted(([, a], [, b]) => a.startTime - b.startTime || a.pid - b.pid))
  }

  #due(listed: ReadonlyMap<string, unknown>): readonly string[] {
    const names = [...listed.keys()]
    if (names.length <= this.#maxReads) return names
    const from = (this.#turn++ * this.#maxReads) % names.length
    return [...names, ...names].slice(from, from + this.#maxReads)
  }

  #read(identity: Readonly<ProcessIdentity>, before?: Member): Member | undefined {
    return readMember(this.#reader, identity, this.#wishes, this.#root, before)
  }

  #settle(before: ReadonlyMap<string, Member>): void {
    const ended = [...before].filter(([name]) => !this.#known.has(name)).map(([, member]) => member)
    if (ended.length === 0) return
    const names = new Map([...this.#known].map(([name, { pid }]) => [pid, name]))
    const found = new Map<number, { before: Member; after: Member } | undefined>()
    const living = (pid: number): { before: Member; after: Member } | undefined => {
      if (!found.has(pid)) found.set(pid, this.#again(names.get(pid), before))
      return found.get(pid)
    }
    this.#ended = add(this.#ended, unclaimed({ ended, living }))
  }

  #again(
    name: string | undefined,
    before: ReadonlyMap<string, Member>,
  ): { before: Member; after: Member } | undefined {
    const known = name === undefined ? undefined : this.#known.get(name)
    if (name === undefined || known === undefined) return undefined
    const after = this.#read(known, known) ?? known
    this.#known.set(name, after)
    return { before: before.get(name) ?? { ...known, counters: noCounters }, after }
  }
}
