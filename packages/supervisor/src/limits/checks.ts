import { limitCatalogue, type Limits } from '@runtimo/capabilities'
import type { LimitBreach } from './breach.ts'
import type { LeafUsage } from '../control-groups/leaf-usage.ts'
import type { LimitPlan } from './plan.ts'

/** What a job uses, as one look has it. Undefined: not known, or held by the control group. */
export interface Readings {
  readonly leaf: LeafUsage | undefined
  readonly cpuTimeMs: number | undefined
  readonly memoryBytes: number | undefined
  readonly processes: number | undefined
  readonly writtenBytes: number | undefined
  readonly writtenFiles: number | undefined
  readonly outputBytes: number
  readonly messages: number
}

const mebibyte = 1_048_576

const compared = [
  'memoryBytes',
  'processes',
  'cpuTimeMs',
  'writtenBytes',
  'writtenFiles',
  'outputBytes',
  'messages',
] as const satisfies ReadonlyArray<keyof Readings & keyof Limits>

/** The first ceiling that the job went over. What the kernel told comes first: it is certain. */
export function findBreach(
  { leaf, watched }: Pick<LimitPlan, 'leaf' | 'watched'>,
  readings: Readings,
): LimitBreach | undefined {
  const { memoryBytes, processes } = leaf
  const told = readings.leaf
  if (memoryBytes !== undefined && told !== undefined && isOver(told.oomKills)) {
    return outOfMemory(memoryBytes, told)
  }
  if (processes !== undefined && told !== undefined && isOver(told.pidsEvents)) {
    return { limit: 'processes', allowed: processes, peak: told.pidsPeak ?? processes }
  }
  for (const key of compared) {
    const [allowed, used] = [watched[key], readings[key]]
    if (allowed !== undefined && used !== undefined && used > allowed) {
      return { limit: limitCatalogue[key].name, allowed, peak: Math.ceil(used) }
    }
  }
  return undefined
}

/** The counter rises for every kill for lack of memory, also for one that the machine, or an outer group, forced. */
function outOfMemory(allowed: number, { memoryPeakBytes, memoryEventsMax }: LeafUsage): LimitBreach {
  const peak = memoryPeakBytes ?? allowed
  // A refused huge page leaves 2 MiB unused. Version 1 can be at its ceiling and not have counted that.
  const isFarBelow = allowed - peak > Math.max(4 * mebibyte, allowed / 10)
  const isMachineFull = memoryEventsMax === 0 && isFarBelow
  return { limit: 'memory', allowed, peak, ...(isMachineFull && { isMachineFull }) }
}

function isOver(count: number | undefined): boolean {
  return count !== undefined && count > 0
}
