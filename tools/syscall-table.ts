import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Name to [x64, arm64]; -1: the architecture lacks it. */
export type SyscallTable = Readonly<Record<string, readonly [x64: number, arm64: number]>>

export const headers = {
  x64: '/usr/include/x86_64-linux-gnu/asm/unistd_64.h',
  /** The table of arm64, and of every younger architecture. */
  generic: '/usr/include/asm-generic/unistd.h',
}

/** In the generic table between these: calls of 32 bit architectures for times of 64 bits. */
const time64 = { first: 403, last: 423 }

/** Not system calls: the count, the first number for an architecture's own, a variant that arm64 does not use. */
const notOfArm64 = new Set(['syscalls', 'arch_specific_syscall', 'sync_file_range2'])

/** As the headers of package linux-libc-dev say; sorted by name. */
export function syscallTable(x64Header: string, genericHeader: string): SyscallTable {
  const x64 = numbersOfX64(x64Header)
  const arm64 = numbersOfArm64(genericHeader)
  const names = [...new Set([...x64.keys(), ...arm64.keys()])].toSorted()
  return Object.fromEntries(names.map((name) => [name, [x64.get(name) ?? -1, arm64.get(name) ?? -1]]))
}

export function readSyscallTable(): SyscallTable {
  return syscallTable(readFileSync(headers.x64, 'utf8'), readFileSync(headers.generic, 'utf8'))
}

/** Name and number. */
const numbered = /^#define __NR_(\w+)\s+(\d+)/gm

function numbersOfX64(header: string): Map<string, number> {
  return new Map(definitions(header, numbered).map(([name, n]) => [name, Number(n)]))
}

function numbersOfArm64(header: string): Map<string, number> {
  const numbers = new Map<string, number>()
  for (const [name, number] of definitions(header, numbered)) {
    const n = Number(number)
    if ((n < time64.first || n > time64.last) && !notOfArm64.has(name)) numbers.set(name, n)
  }
  // Some have one name where pointers have 64 bits and another elsewhere: the first is the one of 64 bits.
  const unnamed = new Map(definitions(header, /^#define __NR3264_(\w+)\s+(\d+)/gm))
  for (const [name, alias] of definitions(header, /^#define __NR_(\w+)\s+__NR3264_(\w+)/gm)) {
    const number = unnamed.get(alias)
    if (number !== undefined) numbers.set(name, Number(number))
    unnamed.delete(alias)
  }
  return numbers
}

function definitions(header: string, pattern: RegExp): [string, string][] {
  return Array.from(header.matchAll(pattern), ([, name = '', value = '']) => [name, value])
}

const width = 110

/** Several to a line, each line indented by two: nobody reads 360 lines of numbers. */
export function fill(entries: readonly string[]): string {
  const lines: string[] = []
  let line = ' '
  for (const entry of entries) {
    if (line.length + 1 + entry.length > width) {
      lines.push(line)
      line = ' '
    }
    line += ` ${entry}`
  }
  return [...lines, line].join('\n')
}

export function printSyscallTable(table: SyscallTable): string {
  return fill(Object.entries(table).map(([name, [x64, arm64]]) => `${name}: [${x64}, ${arm64}],`))
}

/** `node tools/syscall-table.ts` writes the table of this machine's headers into the launcher. */
if (import.meta.main) {
  const path = fileURLToPath(new URL('../packages/worker/src/launch/syscalls.ts', import.meta.url))
  const table = printSyscallTable(readSyscallTable())
  const source = readFileSync(path, 'utf8')
  writeFileSync(path, source.replace(/(?<=SYSCALLS = \{\n)[^}]*(?=\n\} as const)/, table))
}
