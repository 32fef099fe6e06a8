import { lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { FileAccess, Output } from '../capability.ts'
import type { Args } from '../file-write/args.ts'
import { fileWrite } from '../file-write/execute.ts'
import { isJsonObject, type JsonObject } from '../json/json.ts'
import { undo } from './execute.ts'

type UndoArgs = Parameters<typeof undo.execute>[0]

interface Options {
  readonly tenant?: string
  readonly sessionId?: string
  readonly dryRun?: boolean
  readonly jobId?: string
}

let lastJob = 0

/** Ids that sort by time, as those of jobs do. */
export function nextJobId(): string {
  lastJob += 1
  return `JOB${String(lastJob).padStart(6, '0')}`
}

/** A working directory whose files jobs change, and the backups beside it. */
export class History implements Disposable {
  readonly directory: string
  readonly backups: string
  readonly #base: string

  constructor(parent: string = tmpdir()) {
    this.#base = mkdtempSync(join(parent, 'runtimo-undo-'))
    this.directory = join(this.#base, 'work')
    this.backups = join(this.#base, 'state', 'backups')
    mkdirSync(this.directory)
  }

  access({ tenant = 'default', sessionId }: Options = {}): FileAccess {
    return {
      roots: [this.directory],
      deny: [],
      state: [join(this.#base, 'state')],
      backups: this.backups,
      tenant,
      sessionId: sessionId ?? null,
    }
  }

  at(name: string): string {
    return join(this.directory, name)
  }

  /** Undefined when nothing is there. */
  content(name: string): string | undefined {
    const stat = lstatSync(this.at(name), { throwIfNoEntry: false })
    return stat?.isFile() === true ? readFileSync(this.at(name), 'utf8') : undefined
  }

  /** The id of the job. */
  async write(path: string, content: string, options: Options & Partial<Args> = {}): Promise<string> {
    const { tenant: _tenant, sessionId: _session, dryRun, jobId = nextJobId(), ...args } = options
    const context = { jobId, dryRun: dryRun === true, workingDir: this.directory }
    const access = this.access(options)
    await fileWrite.execute({ path, content, ...args }, context, access)
    return jobId
  }

  async undo(
    args: UndoArgs,
    options: Options = {},
  ): Promise<JsonObject & { readonly jobId: string; readonly message: string }> {
    const jobId = options.jobId ?? nextJobId()
    const context = { jobId, dryRun: options.dryRun === true, workingDir: this.directory }
    const output: unknown = await undo.execute(args, context, this.access(options))
    if (!isOutput(output)) throw new TypeError('no output')
    return Object.assign(output.data, { jobId, message: output.message ?? '' })
  }

  [Symbol.dispose](): void {
    rmSync(this.#base, { recursive: true, force: true })
  }
}

function isOutput(value: unknown): value is Output & { readonly data: JsonObject } {
  return typeof value === 'object' && value !== null && 'data' in value && isJsonObject(value.data)
}

export function givenHistory(): History {
  const history = new History()
  onTestFinished(() => history[Symbol.dispose]())
  return history
}
