import type { CounterName, LeafUsage } from '../control-groups/leaf-usage.ts'
import type { LimitPlan } from './plan.ts'

type ReadLeaf = (wanted?: readonly CounterName[]) => LeafUsage | undefined

/** Of a control group's counters a look reads only those that can tell of a ceiling in force; all when one does. */
export class LeafSigns {
  readonly #wanted: readonly CounterName[]
  readonly #read: ReadLeaf
  #latest: LeafUsage | undefined
  #areForksFrozen = false

  constructor({ leaf, watched }: Pick<LimitPlan, 'leaf' | 'watched'>, read: ReadLeaf) {
    const wanted: CounterName[] = []
    if (leaf.memoryBytes !== undefined) wanted.push('oomKills', 'memoryPeakBytes')
    if (leaf.processes !== undefined) wanted.push('pidsEvents')
    if (watched.cpuTimeMs !== undefined) wanted.push('cpuMs')
    this.#wanted = wanted
    this.#read = read
  }

  /** As of the last look; undefined when there never was anything to read. */
  get latest(): LeafUsage | undefined {
    return this.#latest
  }

  look(): void {
    const signs = this.#read(this.#wanted)
    if (signs === undefined) return
    const { oomKills = 0, pidsEvents = 0 } = signs
    const now = oomKills + pidsEvents > 0 ? (this.#read() ?? signs) : signs
    this.#latest = this.#areForksFrozen ? { ...now, pidsEvents: this.#latest?.pidsEvents ?? 0 } : now
  }

  /** Forks that are refused from now on are not counted. */
  freezeForks(): void {
    this.#areForksFrozen = true
  }
}
