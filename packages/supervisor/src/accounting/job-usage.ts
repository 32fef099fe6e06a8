import type { LauncherUsage } from '@runtimo/worker'
import type { CounterName, LeafUsage } from '../control-groups/leaf-usage.ts'

/** Who told a number: the job's control group, the launcher that waited for all, or our looks at its members. */
export type UsageSource = 'leaf' | 'launcher' | 'sampled'

/**
 * What a job used. The control group counts all of it. The launcher tells of all who were waited for; a look sees
 * only who lives: their numbers are lower bounds. Of a function, the worker of ours that it runs in is part of it:
 * Node, which takes 0.03 to 0.15 s of CPU time to begin and some 30 MB that are its own. Null: nobody here can tell.
 */
export interface Usage {
  readonly cpuMs: number
  readonly userMs: number
  readonly systemMs: number
  readonly wallMs: number
  /** Resident memory of the largest single process. */
  readonly maxRssBytes: number | null
  /** Of the whole job at once. Sampled: pages that processes share count for each, unless that came near a ceiling. */
  readonly memoryPeakBytes: number | null
  /** Processes that it started. */
  readonly processes: number
  /** How often the kernel refused it another process or thread. */
  readonly pidsEvents: number | null
  /** Voluntary and not. */
  readonly contextSwitches: number | null
  /** From storage: not from pipes, nor from what was in memory already. */
  readonly readBytes: number | null
  /** To storage, at the time of writing: also what was deleted before it came to the disk. */
  readonly writtenBytes: number | null
  /** Bytes that it printed, also those that were not kept. */
  readonly outputBytes: number
  readonly sources: {
    readonly cpu: UsageSource
    readonly maxRss: UsageSource | null
    readonly memoryPeak: UsageSource | null
    readonly read: UsageSource | null
    readonly written: UsageSource | null
  }
}

/** The most that looks at the members saw; null: nobody was looked at. */
export interface SampledUsage {
  readonly userMs: number
  readonly systemMs: number
  readonly maxRssBytes: number | null
  readonly memoryPeakBytes: number | null
  readonly readBytes: number | null
  readonly writtenBytes: number | null
}

/** Before the first look. */
export const noSample: SampledUsage = {
  userMs: 0,
  systemMs: 0,
  maxRssBytes: null,
  memoryPeakBytes: null,
  readBytes: null,
  writtenBytes: null,
}

export interface UsageParts {
  readonly leaf?: LeafUsage | undefined
  readonly launcher?: LauncherUsage | undefined
  readonly sampled: SampledUsage
  readonly processes: number
  readonly wallMs: number
  readonly outputBytes: number
}

/** Those counters of a job's control group that its usage is made of. */
export const accounted: readonly CounterName[] = [
  'cpuMs',
  'userMs',
  'systemMs',
  'memoryPeakBytes',
  'pidsEvents',
  'readBytes',
  'writtenBytes',
]

type Told = readonly [UsageSource, number | null | undefined]

/** Takes each number from whoever knows it best, and says who that was. */
export function usageOf({ leaf, launcher, sampled, processes, wallMs, outputBytes }: UsageParts): Usage {
  const cpu = cpuOf(leaf, launcher, sampled)
  const maxRss = larger(['launcher', launcher?.maxRssBytes], ['sampled', sampled.maxRssBytes])
  const memoryPeak = first(['leaf', leaf?.memoryPeakBytes], ['sampled', sampled.memoryPeakBytes])
  // A group counts what reached the disk while it lived; most of it is written back later.
  const read = bytesOf('readBytes', leaf, launcher, sampled)
  const written = bytesOf('writtenBytes', leaf, launcher, sampled)
  return {
    cpuMs: inMicros(cpu.cpuMs),
    userMs: inMicros(cpu.userMs),
    systemMs: inMicros(cpu.systemMs),
    wallMs,
    maxRssBytes: maxRss.value,
    memoryPeakBytes: memoryPeak.value,
    processes,
    pidsEvents: leaf?.pidsEvents ?? null,
    contextSwitches:
      launcher === undefined ? null : launcher.voluntarySwitches + launcher.involuntarySwitches,
    readBytes: read.value,
    writtenBytes: written.value,
    outputBytes,
    sources: {
      cpu: cpu.source,
      maxRss: maxRss.source,
      memoryPeak: memoryPeak.source,
      read: read.source,
      written: written.source,
    },
  }
}

/** No kernel counts finer; and a part that is divided by proportion may come out below nothing. */
function inMicros(ms: number): number {
  return Math.max(0, Math.round(ms * 1000) / 1000)
}

/** Launcher and samples are both lower bounds: the larger is nearer. */
function cpuOf(
  leaf: LeafUsage | undefined,
  launcher: LauncherUsage | undefined,
  sampled: SampledUsage,
): { source: UsageSource; cpuMs: number; userMs: number; systemMs: number } {
  const sampledMs = sampled.userMs + sampled.systemMs
  const isLaunchers = launcher !== undefined && launcher.userMs + launcher.systemMs >= sampledMs
  const { userMs, systemMs } = isLaunchers ? launcher : sampled
  if (leaf?.cpuMs === undefined) {
    return { source: isLaunchers ? 'launcher' : 'sampled', cpuMs: userMs + systemMs, userMs, systemMs }
  }
  const { cpuMs } = leaf
  return { source: 'leaf', cpuMs, userMs: leaf.userMs ?? userMs, systemMs: leaf.systemMs ?? systemMs }
}

function bytesOf(
  key: 'readBytes' | 'writtenBytes',
  leaf: LeafUsage | undefined,
  launcher: LauncherUsage | undefined,
  sampled: SampledUsage,
): { value: number | null; source: UsageSource | null } {
  const told = larger(['launcher', launcher?.[key]], ['sampled', sampled[key]])
  return told.value === null ? first(['leaf', leaf?.[key]]) : told
}

function first(...told: readonly Told[]): { value: number | null; source: UsageSource | null } {
  for (const [source, value] of told) {
    if (value !== undefined && value !== null) return { value, source }
  }
  return { value: null, source: null }
}

function larger(...told: readonly Told[]): { value: number | null; source: UsageSource | null } {
  return first(...told.toSorted(([, a], [, b]) => (b ?? -1) - (a ?? -1)))
}
