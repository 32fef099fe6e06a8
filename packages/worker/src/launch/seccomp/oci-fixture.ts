import type { Syscall } from '../syscalls.ts'
import type { Answer } from './answer.ts'
import { holds } from './reference-fixture.ts'
import { ociAllowed, ociRefusals } from './oci-default.ts'

/** Address families that the profile lists. */
const families = new Set([
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16, 17, 18, 21, 22, 24, 26, 27, 28, 29, 30, 31, 32, 33,
  35, 36, 39, 41, 42, 43, 44, 45,
])

/** What the OCI default profile answers to a process without capabilities. */
export function ociAnswer(name: Syscall, args: readonly bigint[]): Answer {
  if (!ociAllowed.includes(name) && !ociRefusals.some(({ names }) => names.includes(name))) return 'EPERM'
  const first = Number(BigInt.asUintN(32, args[0] ?? 0n))
  if (name === 'socket') return families.has(first) ? 'allow' : 'EPERM'
  for (const { names, when, answer } of ociRefusals) {
    if (names.includes(name) && (when === undefined || holds(when, args))) return answer
  }
  return 'allow'
}
