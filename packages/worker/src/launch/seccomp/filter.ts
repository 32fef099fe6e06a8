import type { Arch, LaunchPolicy } from '../policy.ts'
import { compileSearch } from './compile.ts'
import { Program } from './program.ts'
import { numberRanges } from './ranges.ts'

/** Of the kernel's audit: which system call table a call goes to. */
const AUDIT_ARCH = { x64: 0xc000003e, arm64: 0xc00000b7 }

/**
 * The system call filter, as classic BPF. It says what the filter of level `process` says unless it is told that
 * the job has an ipc namespace of its own, as at level `sandbox`.
 */
export function seccompFilter(arch: Arch, level: LaunchPolicy['level'] = 'process'): Buffer {
  const program = new Program()
  const kill = program.answer('kill')
  const search = program.loadNumber(compileSearch(program, numberRanges(arch, level)))
  program.loadArchitecture(program.branch('equal', AUDIT_ARCH[arch], search, kill))
  return program.toBytes()
}
