import { JobJournal } from '../backups/journal.ts'
import type { Change } from '../backups/state.ts'
import type { FileAccess } from '../capability.ts'
import { RuntimoError } from '../errors/runtimo-error.ts'
import { isChanged } from '../files/changed-error.ts'
import type { Opener } from './look.ts'
import type { Restoration } from './plan.ts'
import { type Left, rollBack } from './roll-back.ts'
import { prepareStep, type Step, type Workshop } from './step.ts'

/** So many files are held open beside their places at once, two descriptors each. */
const batchSize = 32

export interface Doing {
  readonly access: FileAccess
  readonly open: Opener
  readonly workshop: Workshop
  /** The jobs that are undone. */
  readonly undoes: readonly string[]
}

/**
 * Makes all of the restorations, or none: what was made is taken back when one fails. Each is in the journal before it is
 * made, and the journal says in the end that all are.
 * @returns what could not be removed
 * @throws RT_FILE_CHANGED, RT_BACKUP_…, RT_FILE_…; `left` names what could not be taken back
 */
export async function perform(restorations: readonly Restoration[], doing: Doing): Promise<readonly Left[]> {
  const { access, open, workshop, undoes } = doing
  await using journal = await JobJournal.open(access, workshop.jobId, { capability: 'Undo', undoes })
  const prepared: Change[] = []
  const begun: Change[] = []
  const left: Left[] = []
  try {
    for (const batch of batchesOf(restorations)) {
      await using stack = new AsyncDisposableStack()
      const steps: Step[] = []
      for (const restoration of batch) {
        const place = stack.use(open(restoration.path))
        steps.push(stack.use(await prepareStep(place, restoration, workshop)))
      }
      const changes = steps.map(({ change }) => change)
      await journal.prepare(changes)
      prepared.push(...changes)
      for (const step of steps) {
        if (await make(step, begun)) continue
        left.push({ path: step.change.path, reason: 'the directory is not empty' })
      }
    }
    await journal.complete()
  } catch (error) {
    const notBack = await rollBack(begun, open, workshop)
    const isLeft = new Set(notBack.map(({ path }) => path))
    await journal.withdraw(prepared.map(({ path }) => path).filter((path) => !isLeft.has(path)))
    throw withLeft(error, notBack)
  }
  return left
}

/** Somebody else was there first: then nothing of it was made, and nothing is to be taken back. */
async function make(step: Step, begun: Change[]): Promise<boolean> {
  begun.push(step.change)
  try {
    return await step.commit()
  } catch (error) {
    if (isChanged(error)) begun.pop()
    throw error
  }
}

/** A directory must be there before what is in it can be made ready. */
function batchesOf(restorations: readonly Restoration[]): (readonly Restoration[])[] {
  const made = restorations.filter(({ target }) => target.kind === 'directory')
  const others = restorations.slice(made.length)
  const count = Math.ceil(others.length / batchSize)
  const rest = Array.from({ length: count }, (_, index) =>
    others.slice(index * batchSize, (index + 1) * batchSize),
  )
  return [...made.map((restoration) => [restoration]), ...rest]
}

function withLeft(error: unknown, left: readonly Left[]): unknown {
  if (left.length === 0 || !(error instanceof RuntimoError)) return error
  const { code, message, details } = error
  const paths = left.slice(0, 50).map(({ path, reason }) => ({ path, reason }))
  const text = `${message}; ${left.length} paths could not be put back`
  return new RuntimoError(code, text, { ...details, left: paths }, { cause: error })
}
