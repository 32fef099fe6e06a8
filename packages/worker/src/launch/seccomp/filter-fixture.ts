import type { Arch, LaunchPolicy } from '../policy.ts'
import { isSyscall, type Syscall, SYSCALLS, syscallNumber } from '../syscalls.ts'
import { seccompFilter } from './filter.ts'
import { audit, interpret, type Outcome } from './interpreter-fixture.ts'

export type Level = LaunchPolicy['level']

export const arches: readonly Arch[] = ['x64', 'arm64']
export const levels: readonly Level[] = ['process', 'sandbox']

const programs = {
  x64: { process: seccompFilter('x64', 'process'), sandbox: seccompFilter('x64', 'sandbox') },
  arm64: { process: seccompFilter('arm64', 'process'), sandbox: seccompFilter('arm64', 'sandbox') },
}

/** What our filter says to a call of its own architecture. */
export function run(arch: Arch, level: Level, call: number | Syscall, args: readonly bigint[] = []): Outcome {
  const number = typeof call === 'number' ? call : syscallNumber(call, arch)
  return interpret(programs[arch][level], { number, architecture: audit[arch], args })
}

export function namesOn(arch: Arch): Syscall[] {
  return Object.keys(SYSCALLS)
    .filter((name) => isSyscall(name))
    .filter((name) => syscallNumber(name, arch) >= 0)
}
