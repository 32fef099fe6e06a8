import { type Errno, errnoName, failure, Flags } from './flags.ts'
import type { Syscall } from './syscalls.ts'
import { Pointer, Structure, Word } from './word.ts'

/** Numbers and flags; words (what they hold); addresses; strings and structures, passed by address. */
export type Argument = number | Flags | Word | Pointer | Structure | string

/** A label; undefined is the record that follows. */
export type Target = string | undefined

/** Every tape has a place of this name: it reports LAST and ends the process. */
export const failed = 'failed'

/** A record of a tape: one system call, what it is for, and where to go with its result. */
export class Call {
  readonly name: Syscall
  readonly args: readonly Argument[]
  /** Names of this record, as targets. */
  readonly labels: readonly string[]
  purpose = ''
  result: Word | undefined
  expected = 0
  whenExpected: Target
  whenOther: Target
  whenError: Target = failed

  constructor(name: Syscall, args: readonly Argument[], labels: readonly string[] = []) {
    this.name = name
    this.args = args
    this.labels = labels
  }

  /** A sentence for whoever reads a failure. */
  for(purpose: string): this {
    this.purpose = purpose
    return this
  }

  into(word: Word): this {
    this.result = word
    return this
  }

  /** Any other result is a failure. */
  must(result: number | Errno): this {
    this.expected = toResult(result)
    this.whenOther = failed
    return this
  }

  /** With this result go there, or on; it is no failure then. */
  when(result: number | Errno, target?: string): this {
    this.expected = toResult(result)
    this.whenExpected = target
    return this
  }

  /** With any other result that is no error. */
  else(target: string): this {
    this.whenOther = target
    return this
  }

  onError(target: string): this {
    this.whenError = target
    return this
  }

  /** Goes on whatever the result. */
  orNot(): this {
    this.whenError = undefined
    return this
  }

  /** As strace prints it. */
  get text(): string {
    const args = this.args.map((arg) => argumentText(arg)).join(', ')
    return `${this.name}(${args})${this.result === undefined ? '' : ` -> ${this.result.name}`}`
  }

  /** As `text`, with the branches and the purpose. */
  toString(): string {
    const labels = this.labels.map((label) => `${label}:\n`).join('')
    const branches = this.#branches().join(', ')
    const purpose = this.purpose === '' ? '' : `   # ${this.purpose}`
    return `${labels}  ${this.text}${branches === '' ? '' : `   [${branches}]`}${purpose}`
  }

  #branches(): string[] {
    const { whenExpected, whenOther, whenError } = this
    const expected = errnoName(this.expected) ?? String(this.expected)
    const branches: string[] = []
    if (whenOther === failed) branches.push(`must be ${expected}`)
    else if (whenExpected !== undefined) branches.push(`${expected}: ${whenExpected}`)
    else if (this.expected !== 0) branches.push(`or ${expected}`)
    if (whenOther !== undefined && whenOther !== failed) branches.push(`other: ${whenOther}`)
    if (whenError === undefined) branches.push('or not')
    else if (whenError !== failed) branches.push(`error: ${whenError}`)
    return branches
  }
}

function toResult(result: number | Errno): number {
  return typeof result === 'number' ? result : failure(result)
}

function argumentText(arg: Argument): string {
  if (arg instanceof Word) return arg.name
  if (arg instanceof Flags || arg instanceof Pointer || arg instanceof Structure) return arg.text
  return typeof arg === 'string' ? JSON.stringify(arg) : String(arg)
}
