import type { CounterName, LeafUsage } from '../control-groups/index.ts'

/** Counters that only grow: of a group that serves again, they are read before. */
export const growing: readonly CounterName[] = [
  'cpuMs',
  'userMs',
  'systemMs',
  'memoryEventsMax',
  'oomKills',
  'pidsEvents',
  'readBytes',
  'writtenBytes',
]

/** What a control group's members used since a moment. Peaks are of the group's whole life, so they are left out. */
export function usageSince(now: LeafUsage, before: LeafUsage): LeafUsage {
  const used: LeafUsage = {}
  for (const name of growing) {
    const value = now[name]
    if (value !== undefined) used[name] = value - (before[name] ?? 0)
  }
  return used
}
