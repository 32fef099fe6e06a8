import { statusFd } from '../descriptors.ts'
import { flags } from '../flags.ts'
import { ioBytes, rusageBytes, tasksBytes, usageFrame } from '../frames.ts'
import type { Tape } from '../tape.ts'
import { Structure, type Word, words } from '../word.ts'
import { openIfThere } from './file.ts'

/** The launcher's own counters, which take in those of whom it waited for. */
export function openIo(tape: Tape): Word {
  return openIfThere(tape, 'io', '/proc/self/io', 'count input and output, where the kernel does')
}

/** When everybody was waited for. `io`: the descriptor; `tasks`: the text of ns_last_pid, or zeros. */
export function reportUsage(tape: Tape, io: number, tasks: Word): void {
  const rusage = tape.variable('rusage', Buffer.alloc(rusageBytes))
  const text = tape.variable('io text', Buffer.alloc(ioBytes))
  tape.call('getrusage', flags('RUSAGE_CHILDREN'), rusage.pointer)
  tape.call('pread64', io, text.pointer, ioBytes - 1, 0).orNot()
  const frame = tape.vector(
    [new Structure('USAGE', words(usageFrame)), 8],
    [rusage, rusageBytes],
    [text, ioBytes],
    [tasks, tasksBytes],
  )
  tape.call('writev', statusFd, frame, 4).orNot()
}
