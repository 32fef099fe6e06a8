import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process'
import { chmodSync, chownSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import {
  type JobPolicy,
  LaunchPlan,
  launcherExecutable,
  type LauncherUsage,
  type Status,
  StatusReader,
  type Tape,
} from '../../packages/worker/src/launch/index.ts'
import { onTestFinished } from 'vitest'
import { temporaryDirectory } from '../support/supervisor.ts'
import { pipesOf } from './pipes.ts'
import { arch, type Changes, isRoot, jobPolicy, jobUid, launchPolicy, type Level } from './policies.ts'

export type Failed = Extract<Status, { kind: 'failed' }>

export interface Outcome {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: string
  readonly err: string
  readonly ended: Extract<Status, { kind: 'ended' }> | undefined
  readonly usage: LauncherUsage | undefined
  readonly failed: Failed | undefined
  /** Kinds of the frames, in order. */
  readonly frames: readonly Status['kind'][]
}

export interface Options extends Changes {
  readonly level?: Level
  /** Descriptors from 0 to 3, and any from 6 on. */
  readonly stdio?: readonly [...('pipe' | 'ignore' | 'ipc')[]]
  readonly extra?: readonly number[]
  /** Changes the tapes before they are sent: how a test takes a defence away. */
  readonly edit?: (base: Tape, job: Tape) => void
  /** False: the job is held until `go`. */
  readonly isGone?: boolean
}

export interface Workplace {
  readonly directory: string
  readonly workspace: string
  readonly player: string
}

/** A directory of the test's own, and a workspace in it that is the job's. Only at level process others may enter. */
export function workplace(level: Level): Workplace {
  const directory = temporaryDirectory()
  if (level === 'process') chmodSync(directory, 0o755)
  const workspace = mkdtempSync(join(directory, 'workspace-'))
  if (isRoot) chownSync(workspace, jobUid, jobUid)
  const player = join(directory, 'launcher')
  writeFileSync(player, launcherExecutable(arch), { mode: 0o755 })
  return { directory, workspace, player }
}

/** A launcher and what it says. The test's end kills it. */
export class Launched {
  readonly child: ChildProcess
  readonly workspace: string
  readonly ready: Promise<void>
  readonly held: Promise<void>
  readonly outcome: Promise<Outcome>
  readonly #tape: Duplex

  constructor(argv: JobPolicy['argv'], options: Options = {}, place?: Workplace) {
    const { level = 'sandbox', stdio = ['ignore', 'pipe', 'pipe', 'ignore'], extra = [] } = options
    const { workspace, player } = place ?? workplace(level)
    this.workspace = workspace
    const plan = new LaunchPlan(launchPolicy(level, workspace, options))
    const job = plan.job(jobPolicy(level, workspace, argv, options))
    options.edit?.(plan.base, job)
    const all = [...stdio, 'pipe', 'pipe', ...extra] as StdioOptions
    this.child = spawn(player, [], { stdio: all, env: {}, serialization: 'advanced' })
    const { status, tape } = pipesOf(this.child)
    this.#tape = tape
    tape.on('error', () => {}) // it ended before it read everything
    const ready = Promise.withResolvers<void>()
    const held = Promise.withResolvers<void>()
    this.ready = ready.promise
    this.held = held.promise
    const found: Status[] = []
    const reader = new StatusReader(() => [plan.base, job])
    status.on('data', (chunk: Buffer) => {
      for (const frame of reader.push(chunk)) {
        found.push(frame)
        if (frame.kind === 'ready') ready.resolve()
        if (frame.kind === 'held') held.resolve()
        if (frame.kind === 'held' && options.isGone !== false) this.go()
      }
    })
    this.outcome = this.#follow(found)
    void this.#rejectAtEnd(ready, held)
    for (const { promise } of [ready, held]) promise.catch(() => {}) // nobody need be waiting
    onTestFinished(async () => {
      this.child.kill('SIGKILL')
      await this.outcome
    })
    tape.write(plan.base.image())
    tape.write(job.image())
  }

  get pid(): number {
    return this.child.pid ?? 0
  }

  go(): void {
    this.#tape.write('!')
  }

  letGo(): void {
    this.#tape.end()
  }

  async #rejectAtEnd(...stages: readonly PromiseWithResolvers<void>[]): Promise<void> {
    const { frames, failed } = await this.outcome
    const error = new Error(`it ended with ${frames.join()} ${failed?.text}`)
    for (const stage of stages) stage.reject(error)
  }

  async #follow(found: readonly Status[]): Promise<Outcome> {
    const text = { out: '', err: '' }
    this.child.stdout?.on('data', (data) => (text.out += data))
    this.child.stderr?.on('data', (data) => (text.err += data))
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
      this.child.once('error', reject)
      this.child.once('close', (...end) => resolve(end))
    })
    this.#tape.destroy()
    const of = <K extends Status['kind']>(kind: K): Extract<Status, { kind: K }> | undefined =>
      found.find((frame): frame is Extract<Status, { kind: K }> => frame.kind === kind)
    const frames = found.map(({ kind }) => kind)
    return {
      code,
      signal,
      ...text,
      ended: of('ended'),
      usage: of('usage')?.usage,
      failed: of('failed'),
      frames,
    }
  }
}

/** Runs a program to its end. */
export function launched(argv: JobPolicy['argv'], options?: Options): Promise<Outcome> {
  return new Launched(argv, options).outcome
}

export function shell(script: string, options?: Options): Promise<Outcome> {
  return launched(['/bin/sh', '-c', script], options)
}

export function python(script: string, options?: Options): Promise<Outcome> {
  return launched(['/usr/bin/python3', '-c', script], options)
}
