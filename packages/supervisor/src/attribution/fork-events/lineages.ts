import { BootClock } from './boot-clock.ts'
import { FinishedRoots } from './finished.ts'
import type { Lineage } from './lineage.ts'
import { ProcEntries } from './proc-entry.ts'
import type { CommEvent, ExecEvent, ExitEvent, ForkEvent, ProcEvent } from './proc-event.ts'
import { type Member, Root, type Share } from './root.ts'

const UNKNOWN: Lineage = { processes: [], count: 0, living: [], lost: true }

/** Who came from whom, by fork events alone. Each child of the supervisor is the root of a lineage. */
export class Lineages {
  readonly #supervisor: number
  readonly #roots = new Map<number, Root>()
  readonly #living = new Map<number, Member>()
  readonly #finished = new FinishedRoots()
  readonly #clock = new BootClock()
  readonly #proc = new ProcEntries()
  #overflowAt: number | undefined

  constructor(supervisor: number) {
    this.#supervisor = supervisor
  }

  see(event: ProcEvent): void {
    if (this.#overflowAt !== undefined && event.at > this.#overflowAt) this.#recover()
    if (event.kind === 'fork') this.#fork(event)
    else if (event.kind === 'exec') this.#exec(event)
    else if (event.kind === 'comm') this.#rename(event)
    else this.#exit(event)
  }

  /**
   * The kernel tells of an overflow ahead of what is still queued, and drops everything until that is read.
   * So the loss lasts, for roots forked meanwhile too, until an event that is younger than its notice.
   */
  overflow(at: number): void {
    this.#overflowAt = at
    for (const root of this.#roots.values()) if (root.living.size > 0) root.lose()
  }

  report(pid: number, names: boolean): Lineage {
    return this.#roots.get(pid)?.report(names) ?? UNKNOWN
  }

  shareCount(pid: number, share: Share): void {
    this.#roots.get(pid)?.shareCount(share)
  }

  /**
   * A process can be seen dead a moment before its exit event is sent: false while one of the lineage is.
   * `final` gives such ones up, their exit unknown.
   */
  settle(pid: number, final: boolean): boolean {
    let isSettled = true
    for (const member of this.#roots.get(pid)?.living ?? []) {
      const stat = this.#proc.stat(member.pid)
      const isZombie = stat?.state === 'Z' || stat?.state === 'X'
      if (stat !== undefined && (!isZombie || member.status !== undefined)) member.startTime = stat.startTime
      else if (final) this.#end(member)
      else isSettled = false
    }
    return isSettled
  }

  forget(pid: number): void {
    const root = this.#roots.get(pid)
    if (root === undefined) return
    root.unshareCount()
    for (const member of root.living) this.#living.delete(member.pid)
    this.#roots.delete(pid)
    this.#finished.delete(root)
  }

  #fork({ parent, pid, thread, at }: ForkEvent): void {
    const previous = this.#living.get(pid)
    if (thread) {
      if (previous === undefined) return
      previous.threads++
      previous.root.countTasks(1)
      return
    }
    if (previous !== undefined) this.#end(previous)
    const mother = this.#living.get(parent)
    if (mother !== undefined) {
      const { root, comm, exe } = mother
      const member = root.add({ pid, ppid: parent, startTime: this.#clock.ticks(at), comm, exe })
      if (member.isNamed) member.pidInside = this.#proc.pidInside(pid)
      this.#living.set(pid, member)
    } else if (parent === this.#supervisor) this.#begin(pid, at)
  }

  #begin(pid: number, at: number): void {
    const seen = this.#proc.stat(pid)
    if (seen !== undefined) this.#clock.learn(at, seen.startTime)
    const startTime = seen?.startTime ?? this.#clock.ticks(at)
    const comm = this.#proc.comm(this.#supervisor) ?? ''
    const root = new Root(pid, this.#overflowAt !== undefined)
    this.forget(pid)
    this.#roots.set(pid, root)
    const exe = this.#proc.exe(this.#supervisor)
    this.#living.set(pid, root.add({ pid, ppid: this.#supervisor, startTime, comm, exe }))
  }

  #exec({ pid }: ExecEvent): void {
    const member = this.#living.get(pid)
    if (member === undefined) return
    member.status = undefined // another thread took the place of the first
    if (!member.isNamed) return
    member.exe = this.#proc.exe(pid) // first: it is lost first
    member.comm = this.#proc.comm(pid) ?? member.comm
    if (member.pidInside === undefined) member.pidInside = this.#proc.pidInside(pid)
  }

  #rename({ pid, tid, comm }: CommEvent): void {
    const member = tid === pid ? this.#living.get(pid) : undefined
    if (member !== undefined) member.comm = comm
  }

  #exit({ pid, tid, status }: ExitEvent): void {
    const member = this.#living.get(pid)
    if (member === undefined) return
    member.threads--
    member.root.countTasks(-1)
    if (tid === pid) member.status = status
    if (member.threads > 0) return
    // exit_group() gives all threads one status; a first thread that left alone before it has 0.
    const last = member.status || status
    const signal = last & 0x7f
    member.exit = signal === 0 ? { code: (last >> 8) & 0xff, signal: null } : { code: null, signal }
    this.#end(member)
  }

  #end(member: Member): void {
    const { root, pid } = member
    root.countTasks(-member.threads) // of which no event told
    this.#living.delete(pid)
    root.living.delete(member)
    const surplus = root.living.size === 0 ? this.#finished.add(root) : undefined
    if (surplus !== undefined) this.forget(surplus.pid)
  }

  // Exits were dropped too: whoever is gone has ended, and must not pass membership on with its pid.
  #recover(): void {
    this.#overflowAt = undefined
    for (const member of this.#living.values()) {
      const { startTime = Infinity } = this.#proc.stat(member.pid) ?? {}
      if (Math.abs(startTime - member.startTime) > 1) this.#end(member)
    }
  }
}
