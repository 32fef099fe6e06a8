import { captureState } from '../backups/capture.ts'
import { isSameState } from '../backups/same-state.ts'
import type { Change } from '../backups/state.ts'
import { look, type Opener } from './look.ts'
import { prepareStep, type Workshop } from './step.ts'

/** A path that is not what it was, and why. */
export interface Left {
  readonly path: string
  readonly reason: string
}

/**
 * Takes changes back, the newest first: whatever is still what they made of it. Goes on where one cannot be taken back.
 */
export async function rollBack(
  changes: readonly Change[],
  open: Opener,
  workshop: Workshop,
): Promise<readonly Left[]> {
  const left: Left[] = []
  for (const change of changes.toReversed()) {
    try {
      const reason = await takeBack(change, open, workshop)
      if (reason !== undefined) left.push({ path: change.path, reason })
    } catch (error) {
      left.push({ path: change.path, reason: error instanceof Error ? error.message : String(error) })
    }
  }
  return left
}

async function takeBack(
  { path, before, after }: Change,
  open: Opener,
  workshop: Workshop,
): Promise<string | undefined> {
  const sight = await look(path, open)
  if ('obstacle' in sight) return `there is ${sight.obstacle}`
  if (isSameState(sight.state, before)) return undefined
  if (sight.missing.length > 0) return `${sight.missing[0] ?? ''} is gone`
  if (!isSameState(sight.state, after)) return 'somebody else has changed it since'
  using place = open(path)
  await using step = await prepareStep(
    place,
    { current: await captureState(place), target: before },
    workshop,
  )
  return (await step.commit()) ? undefined : 'the directory is not empty'
}
