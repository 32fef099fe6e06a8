import { type Counters, type Member, noCounters } from './member.ts'

/** How to know what ended processes had used: some of it is in the counters of whoever waited for them. */
export interface Look {
  /** Of the look before: those who ended since. */
  readonly ended: readonly Member[]
  /** Who lives, by pid, as of the look before (`before`) and read anew after all others were gone (`after`). */
  readonly living: (pid: number) => { readonly before: Member; readonly after: Member } | undefined
}

/**
 * What those who ended had used and no living member's counters hold. Never too much: a ceiling kills.
 *
 * Waited for by a living member, a child's use is in that member's counters, unless the member lets the kernel
 * reap (SIGCHLD ignored): then they rose by less than the child had. Whose parent is no member was
 * reaped by somebody outside. When parent and child ended between two looks, it counts who waited for the parent.
 */
export function unclaimed({ ended, living }: Look): Counters {
  const byPid = new Map(ended.map((member) => [member.pid, member]))
  const byReaper = new Map<number, Counters>()
  let total = noCounters
  for (const member of ended) {
    const parent = byPid.get(member.ppid)
    const reaper = living(member.ppid)
    if (reaper !== undefined) {
      byReaper.set(member.ppid, add(byReaper.get(member.ppid) ?? noCounters, member.counters))
    } else if (parent === undefined || !hasLivingAncestor(parent, byPid, living)) {
      total = add(total, member.counters)
    }
  }
  for (const [pid, expected] of byReaper) {
    const reaper = living(pid)
    if (reaper === undefined) continue
    total = add(total, shortfall(expected, reaper.before.counters, reaper.after.counters))
  }
  return total
}

function hasLivingAncestor(
  member: Member,
  ended: ReadonlyMap<number, Member>,
  living: Look['living'],
): boolean {
  let at: Member | undefined = member
  for (let steps = 0; at !== undefined && steps <= ended.size; steps++) {
    if (living(at.ppid) !== undefined) return true
    at = ended.get(at.ppid)
  }
  return false
}

export function add(a: Counters, b: Counters): Counters {
  return combine((key) => a[key] + b[key])
}

function shortfall(expected: Counters, before: Counters, after: Counters): Counters {
  return combine((key) => Math.max(0, expected[key] - (after[key] - before[key])))
}

function combine(value: (key: keyof Counters) => number): Counters {
  return {
    userMs: value('userMs'),
    systemMs: value('systemMs'),
    readBytes: value('readBytes'),
    writtenBytes: value('writtenBytes'),
  }
}
