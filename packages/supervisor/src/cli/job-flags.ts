import type { Level } from '@runtimo/capabilities'
import type { RunOptions } from '../options/run-options.ts'
import { parseBytes } from './bytes.ts'
import { parseCount, parseNumber } from './numbers.ts'
import { parseRequirement } from './requirement.ts'

/** What `run` and `explain` let one say of how a job is held. */
export interface JobFlags {
  readonly from?: string
  readonly cwd?: string
  readonly level?: Level
  readonly memory?: string
  readonly cpuTime?: string
  readonly pids?: string
  readonly cpuShare?: string
  readonly read?: readonly string[]
  readonly write?: readonly string[]
  readonly require?: readonly string[]
}

const yearSecs = 31_536_000

/** @throws RT_USAGE */
export function toJobOptions(flags: JobFlags): RunOptions {
  const { from, cwd, level, memory, cpuTime, pids, cpuShare, read, write, require } = flags
  const limits = {
    ...(memory === undefined ? {} : { memoryBytes: parseBytes('--memory', memory) }),
    ...(cpuTime === undefined
      ? {}
      : { cpuTimeMs: Math.ceil(parseNumber('--cpu-time', cpuTime, { min: 0.001, max: yearSecs }) * 1000) }),
    ...(pids === undefined ? {} : { processes: parseCount('--pids', pids, 1) }),
    ...(cpuShare === undefined
      ? {}
      : { cpuShare: parseNumber('--cpu-share', cpuShare, { min: 0.01, max: 4096 }) }),
  }
  return {
    from,
    workingDir: cwd,
    level,
    read,
    write,
    ...(Object.keys(limits).length === 0 ? {} : { limits }),
    ...(require === undefined ? {} : { require: parseRequirement(require) }),
  }
}
