import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { RuntimoError } from '@runtimo/capabilities'
import { refusal } from '../isolation/requirement.ts'
import { type CeilingName, ceilings } from './controllers/index.ts'
import { killMembers, killWithoutWaiting } from './kill-members.ts'
import { LeafCounters } from './leaf-counters.ts'
import type { CounterName, LeafUsage } from './leaf-usage.ts'
import { readMembers } from './members.ts'
import type { Plan, Source } from './plan.ts'
import { type Prey, signalMembers } from './prey.ts'
import { whenEmpty } from './when-empty.ts'
import type { TreeWriter } from './writer/tree-writer.ts'

export interface LeafLimits {
  /** Memory and swap together. */
  readonly memoryBytes?: number | undefined
  /** Processes and threads at once. */
  readonly processes?: number | undefined
  /** 1.5 is one processor and a half. */
  readonly cpuShare?: number | undefined
}

/** What a launcher needs of a leaf. */
export interface LeafFiles {
  /** The files cgroup.procs, one for each hierarchy. To be written in this order: kill works from the first on. */
  readonly joins: readonly string[]
  /** The file cgroup.kill, where there is one. Writing to it may block: see `Leaf.kill`. */
  readonly killSwitch: string | undefined
}

export function filesOf({ parents, killSwitch }: Plan, name: string): LeafFiles {
  return {
    joins: parents.map((parent) => join(parent, name, 'cgroup.procs')),
    killSwitch: killSwitch === undefined ? undefined : join(killSwitch, name, 'cgroup.kill'),
  }
}

/**
 * One group in every hierarchy, for one job. Disposing kills all members, waits until they are gone and removes the
 * groups; it throws RT_SURVIVORS when somebody will not die.
 */
export interface Leaf extends LeafFiles, AsyncDisposable {
  /** For people: the directory that matters most. */
  readonly path: string
  /** Sets ceilings, before foreign code runs. @throws RT_POSTURE_UNAVAILABLE when one cannot be held */
  limit(limits: LeafLimits): void
  /** Who is in it now, zombies not counted; none when it is gone. */
  pids(): number[]
  /**
   * Sends SIGKILL to all members, and all that they fork meanwhile. Never blocks the event loop. Lifts the ceiling on
   * the processors, and without cgroup.kill forbids forks: the leaf is of no use afterwards.
   */
  kill(): Promise<void>
  /** The same for a process that is about to exit: blocks, waits for nobody, never throws. */
  abandon(): void
  /** Resolves when nobody is in it, so at once when nobody has joined yet. */
  whenEmpty(signal?: AbortSignal): Promise<void>
  /** All counters, or those that are wanted: each is a read. To be read before the leaf is disposed of. */
  usage(wanted?: readonly CounterName[]): LeafUsage
}

const patienceMs = 5000

export class KernelLeaf implements Leaf {
  readonly path: string
  readonly joins: readonly string[]
  readonly killSwitch: string | undefined
  readonly #directories: readonly string[]
  readonly #plan: Plan
  readonly #name: string
  readonly #writer: TreeWriter
  readonly #counters: LeafCounters
  /** Ceilings as they stand: a leaf that serves again has them already. */
  readonly #held = new Map<CeilingName, number>()
  #disposal: Promise<void> | undefined

  constructor(plan: Plan, name: string, writer: TreeWriter) {
    this.#plan = plan
    this.#name = name
    this.#writer = writer
    this.#counters = new LeafCounters(plan, name)
    this.#directories = plan.parents.map((parent) => join(parent, name))
    const { joins, killSwitch } = filesOf(plan, name)
    this.joins = joins
    this.killSwitch = killSwitch
    const main = plan.controllers.get('memory') ?? plan.controllers.get('pids')
    this.path = join(main?.parent ?? plan.parents[0] ?? '/', name)
  }

  limit({ memoryBytes, processes, cpuShare }: LeafLimits): void {
    if (memoryBytes !== undefined) this.#hold('memory', memoryBytes)
    if (processes !== undefined) this.#hold('pids', processes)
    if (cpuShare !== undefined) this.#hold('cpu', cpuShare)
  }

  pids(): number[] {
    return readMembers(this.#first)
  }

  async kill(): Promise<void> {
    this.#held.clear() // a kill lifts some
    await killMembers(this.#prey(), this.#writer)
  }

  abandon(): void {
    killWithoutWaiting(this.#prey())
  }

  async whenEmpty(signal?: AbortSignal): Promise<void> {
    await whenEmpty(this.#first, this.#plan.second !== undefined, signal)
  }

  usage(wanted?: readonly CounterName[]): LeafUsage {
    return this.#counters.read(wanted)
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#disposal ??= this.#dispose()
    return this.#disposal
  }

  get #first(): string {
    return this.#directories[0] ?? '/'
  }

  async #dispose(): Promise<void> {
    this.#counters[Symbol.dispose]()
    const giveUp = performance.now() + patienceMs
    for (let wait = 1; ; wait = Math.min(2 * wait, 50)) {
      if (this.pids().length > 0) {
        await this.kill()
        await this.whenEmpty(AbortSignal.timeout(patienceMs)).catch(() => undefined)
      }
      const busy = await this.#writer.remove(this.#directories)
      if (busy.length === 0) return
      // Who had not yet joined every hierarchy when it was killed.
      const pids = busy.flatMap((directory) => readMembers(directory))
      if (performance.now() > giveUp) throw survivors(this.path, pids)
      signalMembers(pids, this.#name)
      await sleep(wait)
    }
  }

  #hold(name: CeilingName, value: number): void {
    if (this.#held.get(name) === value) return
    this.#held.delete(name)
    const source = this.#plan.controllers.get(name)
    if (source === undefined) throw unavailable(name, value, 'there is no controller for it here')
    try {
      ceilings[name].limit(this.#at(source), source.version, value)
      this.#held.set(name, value)
    } catch (error) {
      throw unavailable(name, value, error instanceof Error ? error.message : String(error))
    }
  }

  #at(source: Source): string {
    return join(source.parent, this.#name)
  }

  #prey(): Prey {
    return { name: this.#name, directories: this.#directories, plan: this.#plan }
  }
}

function unavailable(field: CeilingName, most: number, cause: string): RuntimoError {
  const cure = '`runtimo doctor` says what control groups can do here; or ask for no such ceiling, by choice'
  return refusal([{ field, wanted: `at most ${most}`, cause, cure }])
}

function survivors(path: string, pids: readonly number[]): RuntimoError {
  const message = `${pids.length} processes in ${path} could not be killed`
  return new RuntimoError('RT_SURVIVORS', message, { pids: pids.slice(0, 100), count: pids.length })
}
