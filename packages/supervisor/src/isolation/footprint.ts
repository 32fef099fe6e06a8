import { readdirSync, statSync } from 'node:fs'
import { readChildren, readStat } from '../processes/index.ts'

/** What a worker holds, seen from outside. */
export interface Footprint {
  readonly descriptors: number
  readonly children: number
  readonly threads: number
  readonly rssBytes: number
}

/** A heap grows with what was compiled and not yet collected; more than this is kept by somebody. */
const maxGrowthBytes = 67_108_864
/** Node's thread pool starts when it is first used. */
const poolThreads = 4

export function readFootprint(pid: number): Footprint {
  const { rssBytes = Infinity, threads = Infinity } = readStat(pid) ?? {}
  return {
    descriptors: countDescriptors(pid),
    children: readChildren(pid).length,
    threads,
    rssBytes,
  }
}

/** Whether a worker holds no more than it did. */
export function isWithin(now: Footprint, before: Footprint): boolean {
  return (
    now.descriptors <= before.descriptors &&
    now.children <= before.children &&
    now.threads <= before.threads + poolThreads &&
    now.rssBytes <= before.rssBytes + maxGrowthBytes
  )
}

/** Since Linux 6.2 the directory's size is their number; before that it is 0. */
function countDescriptors(pid: number): number {
  const directory = `/proc/${pid}/fd`
  return statSync(directory).size || readdirSync(directory).length
}
