import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname } from 'node:path'
import process from 'node:process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RuntimoError } from '../errors/runtimo-error.ts'
import { History } from './history-fixture.ts'
import { directory, Model } from './model-fixture.ts'

const paths = ['a', 'd/f'] as const

type Step = Write | Undo | Meddling
type Write = {
  readonly kind: 'write' | 'append'
  readonly path: string
  readonly content: string
  readonly session: string
}
type Meddling = { readonly kind: 'meddle'; readonly path: string; readonly content: string | undefined }
type Undo =
  | { readonly kind: 'undo'; readonly job: number; readonly force: boolean }
  | { readonly kind: 'undo session'; readonly session: string; readonly force: boolean }

const content = fc.constantFrom('', 'x', 'y', 'z')
const path = fc.constantFrom(...paths)
// Mostly the same one, so that its jobs meet on a file.
const session = fc.constantFrom('one', 'one', 'two')
const force = fc.constantFrom(false, false, true)
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('write', 'append'), path, content, session }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('meddle'),
      path: fc.constantFrom(...paths, 'd'),
      content: fc.option(content, { nil: undefined }),
    }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('undo'), job: fc.nat(20), force }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('undo session'), session, force }) },
)

const codes: Readonly<Record<string, string>> = { nothing: 'RT_UNDO_NOTHING', conflict: 'RT_UNDO_CONFLICT' }

/** The files and the model of them, and the ids of the model's jobs. */
class Pair {
  readonly history: History
  readonly model = new Model()
  readonly #ids: string[] = []
  /** Of each undo: what came, and what the model says. */
  readonly #outcomes: (readonly [string, string])[] = []

  constructor(history: History) {
    this.history = history
  }

  async take(step: Step): Promise<void> {
    if (step.kind === 'write' || step.kind === 'append') await this.#write(step)
    else if (step.kind === 'undo' || step.kind === 'undo session') await this.#undo(step)
    else this.#meddle(step.path, step.content)
  }

  /** What is there, and what the model says: the same. */
  compare(): { readonly found: object; readonly expected: object } {
    const names = readdirSync(this.history.directory, { recursive: true, encoding: 'utf8' })
    const found = names.map((name) => [name, this.history.content(name) ?? directory])
    return {
      found: { ...Object.fromEntries(found), outcomes: this.#outcomes.map(([outcome]) => outcome) },
      expected: {
        ...Object.fromEntries(this.model.state),
        outcomes: this.#outcomes.map(([, outcome]) => codes[outcome] ?? outcome),
      },
    }
  }

  async #write(step: Write): Promise<void> {
    const { path: name, session: sessionId } = step
    const isAppend = step.kind === 'append'
    const options = { sessionId, append: isAppend, create_parents: true }
    this.#ids.push(await this.history.write(name, step.content, options))
    const old = isAppend ? (this.model.state.get(name) ?? '') : ''
    this.model.write(name, old + step.content, sessionId)
  }

  #meddle(name: string, text: string | undefined): void {
    const at = this.history.at(name)
    if (name === 'd' || text === undefined) rmSync(at, { recursive: true, force: true })
    else {
      mkdirSync(dirname(at), { recursive: true })
      writeFileSync(at, text)
    }
    this.model.set(name, name === 'd' ? undefined : text)
  }

  async #undo(step: Undo): Promise<void> {
    const { jobs } = this.model
    const isJob = step.kind === 'undo'
    const index = isJob ? step.job % Math.max(1, jobs.length) : 0
    const chosen = isJob ? jobs.slice(index, index + 1) : jobs.filter((job) => job.session === step.session)
    const asked = isJob ? { job_id: this.#ids[index] ?? 'JOBNONE' } : { session_id: step.session }
    const options = step.force ? { ...asked, force: [...paths] } : asked
    const found = await this.history.undo(options).then(
      ({ already_undone: isAlready, jobId }) => ({ outcome: isAlready === true ? 'already' : 'done', jobId }),
      (error: unknown) => ({
        outcome: error instanceof RuntimoError ? error.code : String(error),
        jobId: '',
      }),
    )
    const before = jobs.length
    const outcome = this.model.undo(chosen, step.force)
    this.#outcomes.push([found.outcome, outcome])
    if (jobs.length > before) this.#ids.push(found.jobId)
  }
}

test('whatever is written, removed and undone, in any order, files are what the model says', async () => {
  const parent = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { minLength: 1, maxLength: 20, size: 'max' }), async (steps) => {
      using history = new History(parent)
      const pair = new Pair(history)
      for (const each of steps) {
        await pair.take(each)
        const { found, expected } = pair.compare()
        expect(found).toEqual(expected)
      }
    }),
    { numRuns: Number(process.env['UNDO_RUNS'] ?? 120) },
  )
}, 300_000)
