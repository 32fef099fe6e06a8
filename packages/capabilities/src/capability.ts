import type { Json } from './json/json.ts'
import type { Manifest } from './manifest.ts'

/** What a capability is told about its job. */
export interface Context {
  readonly jobId: string
  /** True: say what would be done, and change nothing. */
  readonly dryRun: boolean
  /** Absolute; relative paths in arguments are taken from here. */
  readonly workingDir: string
}

/** What the file capabilities may touch, and where they keep what they replace. Built-in ones only get it. */
export interface FileAccess {
  /** Directories below which files may be read and written; absolute. The job's working directory is one. */
  readonly roots: readonly string[]
  /** Out of reach, though inside of a root; absolute. */
  readonly deny: readonly string[]
  /**
   * Runtimo's own state: log, backups, sessions, configuration. Never read or written; absolute. A last name that
   * ends in `*` stands for all that begin so.
   */
  readonly state: readonly string[]
  /** The directory of the backups; absolute. */
  readonly backups: string
  readonly tenant: string
  readonly sessionId: string | null
}

/** What a job gives back. */
export interface Output {
  readonly success: boolean
  readonly data: Json
  readonly message?: string
}

/**
 * JavaScript that runs in a worker. What `execute` returns becomes the output's data, or the output
 * itself when it is an object with `success`, `data` and `message`.
 */
export interface FunctionCapability<Args = unknown> {
  readonly manifest: Manifest
  execute(args: Args, context: Context, access?: FileAccess): unknown
}

/** A program to start. */
export interface CommandPlan {
  readonly argv: readonly [string, ...string[]]
  readonly cwd: string
  /** Additions to the small fixed environment of jobs. */
  readonly env: Readonly<Record<string, string>>
  readonly stdin?: string
  /** Deadline of its own, in milliseconds. */
  readonly timeoutMs?: number
}

/** One stream of a command: the first bytes, and how many there really were. */
export interface CapturedStream {
  readonly bytes: Uint8Array
  readonly totalBytes: number
}

export interface CommandResult {
  /** Null when a signal ended it. */
  readonly exitCode: number | null
  readonly signal: string | null
  readonly stdout: CapturedStream
  readonly stderr: CapturedStream
}

/**
 * A program that the supervisor starts in a boundary of its own. Both functions are pure: `plan` turns
 * arguments into a command, `parse` turns what became of it into an output.
 */
export interface CommandCapability<Args = unknown> {
  readonly manifest: Manifest
  plan(args: Args, context: Context): CommandPlan
  parse(result: CommandResult): Output
}

export type Capability = FunctionCapability | CommandCapability

/** Adds types, and nothing else: a plain object of the same shape is as good. */
export function defineCapability<Args>(capability: FunctionCapability<Args>): FunctionCapability<Args>
export function defineCapability<Args>(capability: CommandCapability<Args>): CommandCapability<Args>
export function defineCapability<T>(capability: T): T {
  return capability
}
