import { type Argument, Call, type Target } from './call.ts'
import { Flags } from './flags.ts'
import { type Place, scratch } from './memory.ts'
import { recordBytes } from './player.ts'
import type { Arch } from './policy.ts'
import { Region } from './region.ts'
import { type Syscall, syscallNumber } from './syscalls.ts'
import { Pointer, Structure, Word, words, writeWord } from './word.ts'

/** Arguments that a record has room for. */
const argumentCount = 6

/** What a record is, for a report of its failure. */
export interface Description {
  readonly call: Syscall
  readonly purpose: string
  readonly text: string
}

/** A table of system calls under construction: readable calls in, an image for the player and a listing out. */
export class Tape {
  readonly arch: Arch
  readonly #place: Place
  readonly #calls: Call[] = []
  readonly #data: Region
  readonly #elsewhere = new Map<string, number>()
  #labels: string[] = []

  constructor(place: Place, arch: Arch) {
    this.#place = place
    this.#data = new Region(place.data)
    this.arch = arch
  }

  get calls(): readonly Call[] {
    return this.#calls
  }

  /** Appends a record. */
  call(name: Syscall, ...args: readonly Argument[]): Call {
    const call = new Call(name, args, this.#labels)
    this.#labels = []
    this.#calls.push(call)
    if (this.#calls.length * recordBytes > this.#place.records.size) {
      throw new RangeError(`a tape has more than ${this.#calls.length - 1} records`)
    }
    return call
  }

  /** Names the next record, as a target. */
  label(name: string): void {
    this.#labels.push(name)
  }

  /** Names a record of another tape, as a target. */
  labelElsewhere(name: string, address: number): void {
    this.#elsewhere.set(name, address)
  }

  /** Memory that calls write to. */
  variable(name: string, initial: Buffer = words(0)): Word {
    return this.#data.variable(name, initial)
  }

  /** The address of a string or structure that the tape carries. */
  addressOf(value: string | Structure): number {
    return this.#data.constant(value)
  }

  /** A NULL-terminated array of strings, as execve() wants it. */
  strings(values: readonly string[]): Structure {
    const addresses = values.map((value) => this.addressOf(value))
    return new Structure(JSON.stringify(values), words(...addresses, 0))
  }

  /** Parts of memory to be written one after the other, for writev(). */
  vector(...parts: readonly (readonly [from: Word | Structure, length: number])[]): Structure {
    const text = parts.map(
      ([from, length]) => `${from instanceof Word ? `&${from.name}` : from.text}:${length}`,
    )
    const ends = parts.flatMap(([from, length]) => [
      from instanceof Word ? from.address : this.addressOf(from),
      length,
    ])
    return new Structure(`[${text.join(', ')}]`, words(...ends))
  }

  /** The records, then the data: what lies at the two addresses of the tape's place. */
  segments(): readonly [records: Buffer, data: Buffer] {
    const addresses = this.#addresses()
    const records = Buffer.alloc(this.#calls.length * recordBytes)
    for (const [index, call] of this.#calls.entries()) this.#writeRecord(records, call, index, addresses)
    return [records, this.#data.bytes]
  }

  /** For the player's loader: where the two segments go, what it must receive, where it goes on; then they. */
  image(): Buffer {
    const [records, data] = this.segments()
    const { records: first, data: second } = this.#place
    const header = words(
      first.address,
      records.length,
      second.address,
      data.length,
      records.length + data.length,
      first.address,
    )
    return Buffer.concat([header, records, data])
  }

  /** What the record at an address is; undefined when it is none of this tape. */
  describe(address: number): Description | undefined {
    const call = this.#calls[(address - this.#place.records.address) / recordBytes]
    return call && { call: call.name, purpose: call.purpose, text: call.text }
  }

  /** The whole tape, like the output of strace. */
  toString(): string {
    return this.#calls.map((call) => `${call.toString()}\n`).join('')
  }

  #addresses(): Map<string, number> {
    const addresses = new Map(this.#elsewhere)
    for (const [index, { labels }] of this.#calls.entries()) {
      for (const label of labels) {
        if (addresses.has(label)) throw new TypeError(`two places are called ${label}`)
        addresses.set(label, this.#addressAt(index))
      }
    }
    return addresses
  }

  #addressAt(index: number): number {
    return this.#place.records.address + index * recordBytes
  }

  #writeRecord(records: Buffer, call: Call, index: number, addresses: ReadonlyMap<string, number>): void {
    const number = syscallNumber(call.name, this.arch)
    if (number < 0) throw new TypeError(`${call.name} does not exist on ${this.arch}`)
    const next = (target: Target): number => {
      const address = target === undefined ? this.#addressAt(index + 1) : addresses.get(target)
      if (address === undefined) throw new TypeError(`no place is called ${target}`)
      return address
    }
    let at = index * recordBytes
    const write = (value: number): void => {
      writeWord(records, at, value)
      at += 8
    }
    write(number)
    for (let i = 0; i < argumentCount; i++) write(this.#argument(call.args[i] ?? 0))
    write((call.result ?? scratch).address)
    write(call.expected)
    write(next(call.whenExpected))
    write(next(call.whenOther))
    write(next(call.whenError))
  }

  /** The address of a word that holds the argument. */
  #argument(arg: Argument): number {
    if (arg instanceof Word) return arg.address
    return this.#data.constant(this.#value(arg))
  }

  #value(arg: Exclude<Argument, Word>): number {
    if (arg instanceof Flags) return arg.value
    if (arg instanceof Pointer) return arg.address
    if (typeof arg === 'string' || arg instanceof Structure) return this.addressOf(arg)
    return arg
  }
}
