import type { Arch } from '../policy.ts'
import { type Answer, returnValues } from './answer.ts'

/** What a filter is shown of a call. Arguments that are missing are 0. */
export interface Call {
  readonly number: number
  readonly architecture: number
  readonly args: readonly bigint[]
}

export interface Outcome {
  readonly answer: Answer
  readonly steps: number
  /** Whether an argument was looked at on the way. */
  readonly readArguments: boolean
}

export const audit: Readonly<Record<Arch | 'i386' | 'arm', number>> = {
  x64: 0xc000003e,
  arm64: 0xc00000b7,
  i386: 0x40000003,
  arm: 0x40000028,
}

const firstArgument = 16

/** Classic BPF as seccomp(2) runs it: of the instructions that we use, and of nothing else. */
export function interpret(program: Buffer, call: Call): Outcome {
  const data = seccompData(call)
  let accumulator = 0
  let readArguments = false
  for (let at = 0, steps = 1; at < program.length; at += 8, steps++) {
    const code = program.readUInt16LE(at)
    const k = program.readUInt32LE(at + 4)
    const skip = (holds: boolean): number => 8 * program.readUInt8(at + (holds ? 2 : 3))
    if (code === 0x20) {
      accumulator = data.readUInt32LE(k)
      readArguments ||= k >= firstArgument
    } else if (code === 0x05) at += 8 * k
    else if (code === 0x15) at += skip(accumulator === k)
    else if (code === 0x35) at += skip(accumulator >= k)
    else if (code === 0x45) at += skip((accumulator & k) !== 0)
    else if (code === 0x06) return { answer: answerOf(k), steps, readArguments }
    else throw new TypeError(`instruction ${code.toString(16)} at ${at / 8}`)
  }
  throw new TypeError('the program ended without an answer')
}

function seccompData({ number, architecture, args }: Call): Buffer {
  const data = Buffer.alloc(64)
  data.writeUInt32LE(number, 0)
  data.writeUInt32LE(architecture, 4)
  for (const [i, arg] of args.entries()) data.writeBigUInt64LE(BigInt.asUintN(64, arg), firstArgument + 8 * i)
  return data
}

function answerOf(value: number): Answer {
  // The record has these keys and no others, which Object.keys() does not say.
  for (const answer of Object.keys(returnValues) as Answer[])
    if (returnValues[answer] === value) return answer
  throw new TypeError(`answer ${value.toString(16)}`)
}
