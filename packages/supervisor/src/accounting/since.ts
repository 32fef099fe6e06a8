import type { LeafUsage } from '../control-groups/index.ts'

/** Counters that only grow. */
const growing = [
  'cpuMs',
  'userMs',
  'systemMs',
  'memoryEventsMax',
  'oomKills',
  'pidsEvents',
  'throttledMs',
  'readBytes',
  'writtenBytes',
] as const

/** What a control group's members used since a moment. Peaks are of the group's whole life, so they are left out. */
export function usageSince(now: LeafUsage, before: LeafUsage): LeafUsage {
  const used: LeafUsage = {}
  for (const name of growing) {
    const value = now[name]
    if (value !== undefined) used[name] = value - (before[name] ?? 0)
  }
  return used
}
