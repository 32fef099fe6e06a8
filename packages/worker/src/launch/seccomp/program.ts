import { type Answer, returnValues } from './answer.ts'
import type { Argument } from './condition.ts'

/**
 * Only these of classic BPF: a kernel from 5.11 on notices that such a program allows a number whatever the
 * arguments, and then never runs it for that number.
 */
const opcodes = { load: 0x20, jump: 0x05, equal: 0x15, atLeast: 0x35, someBit: 0x45, answer: 0x06 }

type Test = 'equal' | 'atLeast' | 'someBit'

/** A place in a program, counted from its end, which is known first. */
export type Place = number

/** struct seccomp_data: int nr, u32 arch, u64 instruction_pointer, u64 args[6]; little endian. */
const offsets = { number: 0, architecture: 4, arguments: 16 }

/** Of a conditional jump: one byte for each branch. */
const farthest = 255
/** A return is written again rather than jumped to from further away than this. */
const near = 200

type Instruction = readonly [code: number, yes: number, no: number, k: number]
export const instructionBytes = 8

/** A program of classic BPF, written from its end to its beginning, since jumps only go forward. */
export class Program {
  readonly #reversed: Instruction[] = []
  readonly #answers = new Map<Answer, Place>()

  answer(answer: Answer): Place {
    const written = this.#answers.get(answer)
    if (written !== undefined && this.#distance(written) <= near) return written
    const place = this.#write([opcodes.answer, 0, 0, returnValues[answer]])
    this.#answers.set(answer, place)
    return place
  }

  loadNumber(next: Place): Place {
    return this.#load(offsets.number, next)
  }

  loadArchitecture(next: Place): Place {
    return this.#load(offsets.architecture, next)
  }

  loadArgument(argument: Argument, half: 'low' | 'high', next: Place): Place {
    return this.#load(offsets.arguments + 8 * argument + (half === 'high' ? 4 : 0), next)
  }

  /** Of what was loaded last. */
  branch(test: Test, k: number, yes: Place, no: Place): Place {
    const nearYes = this.#near(yes, farthest - 1) // one less: the line below may write one more
    const nearNo = this.#near(no, farthest)
    return this.#write([opcodes[test], this.#distance(nearYes), this.#distance(nearNo), k])
  }

  toBytes(): Buffer {
    const bytes = Buffer.alloc(instructionBytes * this.#reversed.length)
    for (const [i, [code, yes, no, k]] of this.#reversed.toReversed().entries()) {
      bytes.writeUInt16LE(code, instructionBytes * i)
      bytes.writeUInt8(yes, instructionBytes * i + 2)
      bytes.writeUInt8(no, instructionBytes * i + 3)
      bytes.writeUInt32LE(k, instructionBytes * i + 4)
    }
    return bytes
  }

  #load(offset: number, next: Place): Place {
    this.#near(next, 0)
    return this.#write([opcodes.load, 0, 0, offset])
  }

  /** The place itself, or a jump to it. */
  #near(place: Place, limit: number): Place {
    const distance = this.#distance(place)
    return distance <= limit ? place : this.#write([opcodes.jump, 0, 0, distance])
  }

  /** Instructions between the one that is written next and the place. */
  #distance(place: Place): number {
    return this.#reversed.length - place
  }

  #write(instruction: Instruction): Place {
    return this.#reversed.push(instruction)
  }
}
