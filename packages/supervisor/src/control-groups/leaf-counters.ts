import { CounterFiles } from './counter-files.ts'
import { controllers, type ReadFile } from './controllers/index.ts'
import type { CounterName, LeafUsage } from './leaf-usage.ts'
import type { Plan } from './plan.ts'

type Count = () => number | undefined

/** What the members of one leaf used, read off its files of all hierarchies. Disposing closes these. */
export class LeafCounters implements Disposable {
  readonly #files = new Map<string, CounterFiles>()
  readonly #counts = new Map<CounterName, Count>()
  /** Of the reading that is under way: several numbers stand in one file. */
  readonly #texts = new Map<string, string | undefined>()

  constructor({ controllers: sources }: Plan, leafName: string) {
    for (const [controller, { version, parent }] of sources) {
      const read = this.#reader(`${parent}/${leafName}`)
      const counters = controllers[controller].counters[version]
      for (const name of counterNames) {
        const count = counters[name]
        if (count !== undefined) this.#counts.set(name, () => count(read))
      }
    }
  }

  /** All of them unless told. What no hierarchy tells is missing. */
  read(wanted: readonly CounterName[] = counterNames): LeafUsage {
    const usage: LeafUsage = {}
    for (const name of wanted) {
      const value = this.#counts.get(name)?.()
      if (value !== undefined) usage[name] = value
    }
    this.#texts.clear()
    return usage
  }

  [Symbol.dispose](): void {
    for (const files of this.#files.values()) files[Symbol.dispose]()
  }

  #reader(directory: string): ReadFile {
    const files = this.#files.get(directory) ?? new CounterFiles(directory)
    this.#files.set(directory, files)
    return (file) => {
      const path = `${directory}/${file}`
      if (!this.#texts.has(path)) this.#texts.set(path, files.read(file))
      return this.#texts.get(path)
    }
  }
}

const counterNames: readonly CounterName[] = [
  'cpuMs',
  'userMs',
  'systemMs',
  'memoryPeakBytes',
  'memoryEventsMax',
  'oomKills',
  'pidsPeak',
  'pidsEvents',
  'throttledMs',
  'readBytes',
  'writtenBytes',
]
