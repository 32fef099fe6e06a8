import { isSameState } from '../backups/same-state.ts'
import type { Output } from '../capability.ts'
import type { JsonObject } from '../json/json.ts'
import { droppedBits } from './dropped-bits.ts'
import type { Plan, Restoration } from './plan.ts'
import type { Left } from './roll-back.ts'
import type { JobChange } from './select.ts'

export interface Outcome {
  readonly changes: readonly JobChange[]
  readonly unreadable: number
  readonly left: readonly Left[]
  /** Of a dry run, which changes nothing. */
  readonly diff?: string
}

/** What was restored, by job, the newest first: a path that several jobs changed is told of under each. */
export function toOutput({ paths, forced, restorations, parents }: Plan, outcome: Outcome): Output {
  const { changes, unreadable, left, diff } = outcome
  const jobs = Map.groupBy(changes.toReversed(), ({ jobId }) => jobId)
  const isLeft = new Set(left.map(({ path }) => path))
  const dropped = droppedBits([...paths.values(), ...restorations])
  const undone = [...jobs].map(([job_id, ofJob]) => ({
    job_id,
    paths: [...new Set(ofJob.map(({ path }) => path))].flatMap((path) => {
      const restoration = paths.get(path)
      return restoration === undefined || isLeft.has(path) ? [] : [describe(restoration, dropped)]
    }),
  }))
  const done = [...paths.values()].filter((item) => isDone(item) && !isLeft.has(item.path))
  const already = restorations.every(({ path }) => isLeft.has(path))
  const data: JsonObject = {
    undone,
    already_undone: already,
    conflicts_forced: forced,
    left: left.map(({ path, reason }) => ({ path, reason })),
    directories_recreated: parents,
    ...(unreadable === 0 ? {} : { unreadable_journals: unreadable }),
    ...(diff === undefined ? {} : { diff }),
  }
  const verb = diff === undefined ? 'Restored' : 'Would restore'
  const message = already
    ? 'Already undone'
    : `${verb} ${count(done.length, 'path')} of ${count(jobs.size, 'job')}${tell(dropped)}`
  return { success: true, data, message }
}

function describe(restoration: Restoration, dropped: ReadonlySet<string>): JsonObject {
  const { path, target } = restoration
  return {
    path,
    restored: verbOf(restoration),
    ...(target.kind === 'file' ? { sha256: target.sha256 } : {}),
    ...(dropped.has(path) ? { set_id_dropped: true } : {}),
  }
}

/** By name: who gave the bits has to give them again. */
function tell(dropped: ReadonlySet<string>): string {
  const [first] = dropped
  if (first === undefined) return ''
  const more = dropped.size === 1 ? '' : ` and ${count(dropped.size - 1, 'more path')}`
  return `, without the set-id bits of ${first}${more}`
}

function verbOf(restoration: Restoration): string {
  const { current, target } = restoration
  if (!isDone(restoration)) return 'unchanged'
  if (target.kind === 'absent') return 'removed'
  if (current.kind === 'absent') return 'recreated'
  const isContent = target.kind !== 'file' || current.kind !== 'file' || target.sha256 !== current.sha256
  return isContent ? 'content' : 'attributes'
}

function isDone({ current, target }: Restoration): boolean {
  return !isSameState(current, target)
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
