import { launcherExecutable } from '@runtimo/worker'
import { arch } from '../../isolation/arch.ts'
import { sealFile, type SealedFile } from '../../linux/sealed-file.ts'
import { type Check, has, lacks } from '../check.ts'
import { sysctl } from '../explain/diagnosis.ts'
import type { Machine } from '../machine.ts'

const subject = { ability: 'launcher', field: 'level', neededFor: 'process' } as const

export interface LauncherProbe {
  readonly check: Check
  /** Undefined: it can be run from nowhere. */
  readonly file: SealedFile | undefined
}

/** Looks for a place to run the launcher from, by running it. */
export function probeLauncher(machine: Machine): LauncherProbe {
  try {
    const file = sealFile('runtimo-launcher', launcherExecutable(arch()))
    const { kind, folder = '' } = file
    return {
      file,
      check: has(subject, kind === 'memory' ? 'runs from memory' : `runs as ${kind} in ${folder}`),
    }
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error)
    const check = lacks(subject, 'cannot be run from anywhere', [{ cause, cure: cureOf(machine) }])
    return { file: undefined, check }
  }
}

function cureOf({ knob }: Machine): string {
  const folder =
    '`export TMPDIR=DIR`, where DIR is a folder of ours on a file system that is mounted without noexec'
  const isForbidden = (knob('vm/memfd_noexec') ?? 0) > 1
  return isForbidden ? `${folder}; or ${sysctl('vm.memfd_noexec', 1)}` : folder
}
