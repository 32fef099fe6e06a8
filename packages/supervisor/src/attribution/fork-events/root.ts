import type { ProcessExit, SpawnedProcess } from '../spawned-process.ts'
import { mostOurs } from '../ours.ts'
import { type Lineage, mostNamed } from './lineage.ts'

/** A process on its way: what it is called changes until it ends. */
export interface Member {
  readonly root: Root
  readonly pid: number
  readonly ppid: number
  readonly isNamed: boolean
  startTime: number
  comm: string
  exe: string | undefined
  /** Undefined until it could be read, null where there is none. */
  pidInside: number | null | undefined
  /** A process has ended when its last thread has, which need not be its first. */
  threads: number
  /** Of its first thread, once that has exited. */
  status: number | undefined
  exit: ProcessExit | undefined
}

export type Birth = Pick<Member, 'pid' | 'ppid' | 'startTime' | 'comm' | 'exe'>

/** Takes how many processes there ever were; undefined: events were lost, so that nobody knows. */
export type Share = (count: number | undefined) => void

/** A child of the supervisor and all that came of it. */
export class Root {
  readonly pid: number
  readonly living: Set<Member> = new Set()
  readonly #named: Member[] = []
  #count = 0
  #tasks = 0
  #mostTasks = 0
  #lost: boolean
  #share: Share | undefined

  constructor(pid: number, lost: boolean) {
    this.pid = pid
    this.#lost = lost
  }

  /** From now on its count is told whenever it changes. */
  shareCount(share: Share): void {
    this.#share = share
    this.#tell()
  }

  /** Nobody is told any more. */
  unshareCount(): void {
    this.#share?.(undefined)
    this.#share = undefined
  }

  /** Events may have been dropped of what its members did. */
  lose(): void {
    this.#lost = true
    this.#tell()
  }

  get names(): number {
    return this.#named.length
  }

  add(birth: Birth): Member {
    const isNamed = this.#count < mostNamed + mostOurs
    const member: Member = {
      root: this,
      isNamed,
      threads: 1,
      status: undefined,
      exit: undefined,
      pidInside: undefined,
      ...birth,
    }
    this.#count++
    this.countTasks(member.threads)
    this.#tell()
    this.living.add(member)
    if (isNamed) this.#named.push(member)
    return member
  }

  /** So many processes and threads more, or fewer, live. */
  countTasks(more: number): void {
    this.#tasks += more
    this.#mostTasks = Math.max(this.#mostTasks, this.#tasks)
  }

  report(names: boolean): Lineage {
    return {
      processes: names ? this.#named.map((member) => this.#describe(member)) : [],
      count: this.#count,
      mostAtOnce: this.#mostTasks,
      living: Array.from(this.living, ({ pid, startTime }) => ({ pid, startTime })),
      lost: this.#lost,
    }
  }

  #tell(): void {
    this.#share?.(this.#lost ? undefined : this.#count)
  }

  #describe(member: Member): SpawnedProcess {
    const { pid, ppid, startTime, comm, exe, exit, pidInside } = member
    return {
      pid,
      ...(typeof pidInside === 'number' && { pidInside }),
      ppid,
      startTime,
      comm,
      ...(exe !== undefined && { exe }),
      ...(exit !== undefined && { exit }),
      alive: this.living.has(member),
    }
  }
}
