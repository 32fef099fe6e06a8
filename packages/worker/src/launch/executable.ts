import { failureCode, tapeFd } from './descriptors.ts'
import { dataAddress, elfFile } from './elf.ts'
import { flags } from './flags.ts'
import { bootPlace, last, memoryEnd } from './memory.ts'
import { expectOffset, playerCode, recordBytes } from './player.ts'
import type { Arch } from './policy.ts'
import { reportFailure } from './sections/failure.ts'
import { Tape } from './tape.ts'
import { Word, words } from './word.ts'

const headerBytes = 48

/** The executable that plays tapes. It is the same for every policy and every job. */
export function launcherExecutable(arch: Arch): Buffer {
  const [records, data] = bootTape(arch).segments()
  const memory = Buffer.alloc(bootPlace.data.address + data.length - dataAddress)
  records.copy(memory, bootPlace.records.address - dataAddress)
  data.copy(memory, bootPlace.data.address - dataAddress)
  const code = playerCode(arch, bootPlace.records.address, last.address)
  return elfFile(arch, code, memory, memoryEnd - dataAddress)
}

/**
 * Receives a tape and plays it. How long a tape is, its header says: the player cannot compare a result with a
 * word, so the header is received into the second record itself, as what it expects and where it goes on.
 */
export function bootTape(arch: Arch): Tape {
  const tape = new Tape(bootPlace, arch)
  const body = tape.variable('body', words(0, 0, 0, 0))
  const second = new Word(bootPlace.records.address + recordBytes + expectOffset, 'second.expected')
  const header = message(tape, 'header', tape.addressOf(tape.vector([body, 32], [second, 16])))
  tape
    .call('recvmsg', tapeFd, header.pointer, flags('MSG_WAITALL'))
    .for('receive the header of a tape')
    .when(headerBytes, 'play')
    .else('closed')
  tape.label('play')
  tape
    .call('recvmsg', tapeFd, message(tape, 'tape', body.address).pointer, flags('MSG_WAITALL'))
    .for('receive the whole of a tape')
    .must(0)
  tape.label('closed')
  tape.call('exit_group', failureCode).for('no more tapes: the launcher is not needed')
  reportFailure(tape)
  return tape
}

/** struct msghdr with nothing but two parts; the kernel writes to it. */
function message(tape: Tape, name: string, vector: number): Word {
  return tape.variable(name, words(0, 0, vector, 2, 0, 0, 0))
}
