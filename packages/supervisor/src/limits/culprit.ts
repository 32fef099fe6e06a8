import type { LimitName } from '@runtimo/capabilities'
import type { Culprit } from './breach.ts'
import type { Census } from './census.ts'
import type { Member } from './member.ts'
import { branchCpuMs, largest, type Records, sum } from './records.ts'

/** Who used most of what a job ran out of, as far as anybody was seen; undefined where nobody can be named. */
export function findCulprit(limit: LimitName, { records, totals }: Census): Culprit | undefined {
  const { counters } = totals
  const { written, descriptors } = records
  switch (limit) {
    case 'memory':
      return mostMemory(records.fullest)
    case 'processes':
      return mostTasks(records.crowded)
    case 'cpu_time':
      return mostCpu(records, counters.userMs + counters.systemMs)
    case 'written_bytes':
      return accuse(written, written?.counters.writtenBytes, counters.writtenBytes)
    case 'descriptors':
      // Each process has a ceiling of its own.
      return accuse(descriptors, descriptors?.descriptors, descriptors?.descriptors)
    case 'cpu_share':
    case 'file_size':
    case 'written_files':
    case 'output':
    case 'messages':
    case 'wall_time':
      return undefined
    default:
      return limit satisfies never
  }
}

/** When nobody alone has half, it is many short ones: then whoever waited for them is to blame. */
function mostCpu({ cpu, cpuOfBranch }: Records, totalMs: number): Culprit | undefined {
  if (cpu !== undefined && cpu.ownCpuMs >= totalMs / 2) return accuse(cpu, cpu.ownCpuMs, totalMs)
  return cpuOfBranch === undefined ? undefined : accuse(cpuOfBranch, branchCpuMs(cpuOfBranch), totalMs)
}

function mostMemory(members: readonly Member[]): Culprit | undefined {
  const top = largest(members, ({ rssBytes }) => rssBytes)
  return accuse(
    top,
    top?.rssBytes,
    sum(members, ({ rssBytes }) => rssBytes),
  )
}

/** Its own threads and those of its children. */
function mostTasks(members: readonly Member[]): Culprit | undefined {
  const byParent = new Map<number, number>()
  for (const { ppid, tasks } of members) byParent.set(ppid, (byParent.get(ppid) ?? 0) + tasks)
  const weight = ({ pid, tasks }: Member): number => tasks + (byParent.get(pid) ?? 0)
  const top = largest(members, weight)
  const all = sum(members, ({ tasks }) => tasks)
  return accuse(top, top === undefined ? 0 : weight(top), all)
}

function accuse(top: Member | undefined, used: number = 0, total: number = 0): Culprit | undefined {
  if (top === undefined || used === 0) return undefined
  return { pid: top.pid, comm: top.comm, share: Math.round(Math.min(1, used / total) * 100) / 100 }
}
