import { randomUUID } from 'node:crypto'
import type { Duplex } from 'node:stream'
import process from 'node:process'
import type { Options } from 'execa'
import { RuntimoError } from '@runtimo/capabilities'
import { shieldDescriptors } from '../linux/close-range.ts'

import { type ProcessIdentity, readStat } from '../processes/index.ts'
import { jobEnvironment } from './environment.ts'
import { type OutputChunk, StreamCapture } from './stream-capture.ts'

export interface LaunchSpec {
  readonly argv: readonly [string, ...string[]]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly stdin?: string
  /** Gives the process a socket to us as its descriptor 3. */
  readonly channel: boolean
  readonly onOutput: (chunk: OutputChunk) => void
}

/** How a process ended. */
export interface Exit {
  readonly code: number | null
  readonly signal: string | null
}

/** A process that was started, with everything that we hold of it. */
export interface Launched {
  readonly root: ProcessIdentity
  /** The value of its environment mark. */
  readonly mark: string
  readonly stdout: StreamCapture
  readonly stderr: StreamCapture
  readonly channel: Duplex | undefined
  /** Resolves when the process itself has ended, whoever still holds its pipes. */
  readonly exited: Promise<Exit>
}

/** Loads what a launch needs, 0.1 s of modules, while the caller has other things to wait for. */
export function warmLauncher(): void {
  void import('execa')
}

/** Starts the first process of a job: own session, listed environment, no descriptors but what is named. */
export async function launch(spec: LaunchSpec): Promise<Launched> {
  const mark = randomUUID()
  const [file, ...args] = spec.argv
  const options: Options = {
    cwd: spec.cwd,
    env: jobEnvironment(mark, spec.env),
    extendEnv: false,
    detached: true,
    stdio: [
      spec.stdin === undefined ? 'ignore' : 'pipe',
      'pipe',
      'pipe',
      ...(spec.channel ? ['pipe' as const] : []),
    ],
    ...(spec.stdin === undefined ? {} : { input: spec.stdin }),
    buffer: false,
    reject: false,
    encoding: 'buffer',
  }
  const { execa } = await import('execa')
  shieldDescriptors()
  const subprocess = execa(file, args, options)
  const child = subprocess.nodeChildProcess
  // execa waits for the pipes too; a child that holds them must not hold us.
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code: number | null, signal: string | null) => resolve({ code, signal }))
  })
  const { pid, stdout, stderr } = child
  const channel: unknown = child.stdio[3]
  if (pid === undefined || stdout === null || stderr === null) {
    throw toStartError(await subprocess, spec)
  }
  const onOutput = guarded(spec.onOutput)
  return {
    root: { pid, startTime: readStat(pid)?.startTime ?? 0 },
    mark,
    stdout: new StreamCapture(stdout, (bytes) => onOutput({ stream: 'stdout', bytes })),
    stderr: new StreamCapture(stderr, (bytes) => onOutput({ stream: 'stderr', bytes })),
    channel: isDuplex(channel) ? channel : undefined,
    exited,
  }
}

/** Flags by which packages find one another's sources; a debugger's port must not be inherited. */
export function nodeFlags(): readonly string[] {
  return process.execArgv.filter((flag) => flag.startsWith('--conditions='))
}

/** A listener that throws is told of and not called again: it must not end the supervisor, nor the job. */
function guarded(onOutput: LaunchSpec['onOutput']): LaunchSpec['onOutput'] {
  let isBroken = false
  return (chunk) => {
    if (isBroken) return
    try {
      onOutput(chunk)
    } catch (error) {
      isBroken = true
      process.emitWarning(`onOutput threw and is not called again: ${String(error)}`, 'RuntimoWarning')
    }
  }
}

function isDuplex(stream: unknown): stream is Duplex {
  return typeof stream === 'object' && stream !== null && 'write' in stream && 'read' in stream
}

function toStartError(
  result: { readonly originalMessage?: string | undefined },
  spec: LaunchSpec,
): RuntimoError {
  const message = result.originalMessage ?? 'the process could not be started'
  return new RuntimoError('RT_START_FAILED', message, { argv0: spec.argv[0], cwd: spec.cwd })
}
