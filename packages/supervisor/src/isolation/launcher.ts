import { once } from 'node:events'
import { constants } from 'node:os'
import type { Duplex, Writable } from 'node:stream'
import type { ChildProcess } from 'node:child_process'
import type { Options } from 'execa'
import {
  type JobPolicy,
  type LauncherUsage,
  type LaunchUser,
  type Status,
  StatusReader,
  type Tape,
} from '@runtimo/worker'
import { shieldDescriptors } from '../linux/close-range.ts'
import { type ProcessIdentity, readStat } from '../processes/index.ts'
import { type FailedStep, LaunchError } from './launch-error.ts'
import { JobStreams } from './streams.ts'

/** The tapes of a launcher. */
export interface Tapes {
  readonly base: Tape
  job(job: JobPolicy): Tape
}

export interface LaunchOrder {
  /** Path of the launcher. */
  readonly executable: string
  readonly plan: Tapes
  /** Whom the job runs as. */
  readonly user: Pick<LaunchUser, 'uid' | 'gid'>
  /** False: the job's standard input is /dev/null. */
  readonly hasStdin: boolean
  /** Gives the job a socket to us as its descriptor 3. */
  readonly hasChannel: boolean
  /** A user namespace for id-mapped mounts. */
  readonly idMap: number | undefined
}

/** How a process ended. */
export interface Exit {
  readonly code: number | null
  readonly signal: string | null
}

type Stage = 'ready' | 'held'

/** Loads what a launch needs, 0.1 s of modules, while the caller has other things to wait for. */
export function warmLauncher(): void {
  import('execa').catch(() => undefined) // whoever needs it is told
}

/** One launcher process: takes a base tape, then a job tape, then the word to go, and tells what became of it. */
export class Launcher implements Disposable {
  readonly identity: ProcessIdentity
  readonly streams: JobStreams
  readonly channel: Duplex | undefined
  /** The base view stands; it waits for a job. */
  readonly ready: Promise<void>
  /** The job's process has given up every privilege and waits for the word. */
  readonly held: Promise<void>
  /** The payload itself has ended; at level sandbox everybody has. @throws LaunchError when it never began */
  readonly ended: Promise<Exit>
  /** Nobody of the job is left below the launcher, and it has ended too. */
  readonly exited: Promise<LauncherUsage | undefined>
  #isOver = false
  readonly #tape: Writable
  readonly #plan: Tapes
  readonly #tapes: Tape[]

  private constructor(child: ChildProcess, pid: number, streams: JobStreams, plan: Tapes) {
    const [, , , channel, status, tape]: readonly unknown[] = child.stdio
    this.identity = { pid, startTime: readStat(pid)?.startTime ?? 0 }
    this.streams = streams
    this.channel = isDuplex(channel) ? channel : undefined
    if (!isDuplex(status) || !isDuplex(tape)) throw new TypeError('the launcher has no status and tape')
    this.#plan = plan
    this.#tapes = [plan.base]
    this.#tape = tape
    tape.on('error', () => undefined) // it ended before it read everything: its frames and exit tell
    const stages: Record<Stage, PromiseWithResolvers<void>> = {
      ready: Promise.withResolvers<void>(),
      held: Promise.withResolvers<void>(),
    }
    const ended = Promise.withResolvers<Exit>()
    let usage: LauncherUsage | undefined
    let failure: FailedStep | undefined
    const take = (frame: Status): void => {
      if (frame.kind === 'ready' || frame.kind === 'held') stages[frame.kind].resolve()
      else if (frame.kind === 'ended') ended.resolve({ code: frame.code, signal: nameOfSignal(frame.signal) })
      else if (frame.kind === 'usage') usage = frame.usage
      else {
        failure ??= frame
        ended.reject(new LaunchError(failure)) // what follows tells how the launch ended, not the job
      }
    }
    const reader = new StatusReader(() => this.#tapes)
    status.on('data', (chunk: Buffer) => {
      try {
        reader.push(chunk).forEach(take)
      } catch {
        status.destroy() // no launcher of ours writes that: what is not told by then stays untold
      }
    })
    status.on('error', () => undefined)
    this.exited = Promise.all([once(child, 'exit'), once(status, 'close')]).then(() => {
      this.#isOver = true
      const error = new LaunchError(failure)
      for (const stage of Object.values(stages)) stage.reject(error)
      if (failure === undefined) ended.resolve({ code: null, signal: 'SIGKILL' })
      else ended.reject(error)
      return usage
    })
    this.ready = quiet(stages.ready.promise)
    this.held = quiet(stages.held.promise)
    this.ended = quiet(ended.promise)
    tape.write(plan.base.image())
  }

  /** @throws LaunchError */
  static async start(order: LaunchOrder): Promise<Launcher> {
    const { execa } = await import('execa')
    const { executable, plan, user, hasStdin, hasChannel, idMap } = order
    using streams = new DisposableStack()
    const opened = streams.use(new JobStreams(hasStdin, user))
    const own = [hasChannel ? 'pipe' : 'ignore', 'pipe', 'pipe', ...(idMap === undefined ? [] : [idMap])]
    const stdio: unknown = [...opened.childEnds, ...own] // execa's type knows no descriptor above 9
    const options = {
      argv0: 'runtimo-launcher',
      env: {},
      extendEnv: false,
      detached: true, // a signal from the terminal is for us alone
      stdio,
      buffer: false,
      reject: false,
    } as const
    shieldDescriptors()
    const subprocess = execa(executable, [], options as Options)
    const child = subprocess.nodeChildProcess
    opened.closeChildEnds()
    if (child.pid === undefined) throw new LaunchError(undefined, (await subprocess).originalMessage)
    const launcher = new Launcher(child, child.pid, opened, plan)
    streams.move()
    return launcher
  }

  /** It has ended. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** Gives the job; it is set up, and held until the word. */
  prepare(job: JobPolicy): void {
    const tape = this.#plan.job(job)
    this.#tapes.push(tape)
    this.#tape.write(tape.image())
  }

  /** The word: foreign code begins. */
  go(): void {
    this.#tape.write(Buffer.of(1))
  }

  /** Process 1 of a sandbox kills everybody, counts what they used, and ends; others end with us. */
  letGo(): void {
    this.#tape.end()
  }

  [Symbol.dispose](): void {
    this.#tape.destroy()
    this.streams[Symbol.dispose]()
    this.channel?.destroy()
  }
}

// Of two names for one number the first counts: SIGABRT, not SIGIOT.
const signalNames = new Map(
  Object.entries(constants.signals)
    .toReversed()
    .map(([name, number]) => [number, name]),
)

function nameOfSignal(signal: number | null): string | null {
  return signal === null ? null : (signalNames.get(signal) ?? `signal ${signal}`)
}

/** Nobody need be waiting when it rejects. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined)
  return promise
}

function isDuplex(stream: unknown): stream is Duplex {
  return typeof stream === 'object' && stream !== null && 'write' in stream && 'read' in stream
}
