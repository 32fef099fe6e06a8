import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Arch } from './policy.ts'
import { playerAssembly, playerCode } from './player.ts'

const first = 0x600218
const last = 0x600200
const machines: Readonly<Record<Arch, string>> = { x64: 'i386:x86-64', arm64: 'aarch64' }

const isAbsent = spawnSync('objdump', ['--version']).error !== undefined
if (isAbsent && process.env['CI'] !== undefined) throw new Error('objdump (package binutils) is missing')

/** The instructions, with targets of jumps as offsets; undefined when there is no such disassembler. */
function disassemble(arch: Arch): string[] | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'runtimo-test-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const file = join(directory, 'code')
  writeFileSync(file, playerCode(arch, first, last))
  const args = [
    '-D',
    '-b',
    'binary',
    '-m',
    machines[arch],
    '-M',
    arch === 'x64' ? 'intel' : 'no-aliases',
    file,
  ]
  const tools = arch === 'x64' ? ['objdump'] : ['aarch64-linux-gnu-objdump', 'objdump']
  const texts = tools.map((tool) => spawnSync(tool, args, { encoding: 'utf8' }))
  const found = texts.find(({ status }) => status === 0)
  return found?.stdout.split('\n').flatMap((line) => /^\s+[0-9a-f]+:\t[^\t]+\t(.+)$/u.exec(line)?.[1] ?? [])
}

/** As the disassembler writes it: no comments, one space, places of labels as offsets. */
function listing(arch: Arch): string[] {
  const lines = playerAssembly(arch, first, last).map((line) => line.replace(/;.*$/u, ''))
  const code = playerCode(arch, first, last)
  const label = (name: string): string => {
    const before = lines.findIndex((line) => line.startsWith(`${name}:`))
    return `0x${offsetOf(arch, code, before).toString(16)}`
  }
  return lines.map((line) =>
    tidy(line.replace(/^\w+:/u, '').replace(/\b(play|go)\b/u, (name) => label(name))),
  )
}

const lengths: Partial<Record<Arch, readonly number[]>> = {
  x64: [5, 4, 4, 4, 4, 4, 4, 3, 3, 3, 3, 3, 3, 3, 2, 4, 3, 8, 8, 4, 4, 2, 4, 6, 2, 4, 3, 2],
}

function offsetOf(arch: Arch, code: Buffer, line: number): number {
  const all = lengths[arch] ?? Array.from({ length: code.length / 4 }, () => 4)
  return all.slice(0, line).reduce((sum, length) => sum + length, 0)
}

function tidy(text: string): string {
  return text
    .replaceAll(/QWORD PTR |\s*(?:\/\/|#).*$/gu, '')
    .replaceAll(/\s+/gu, ' ')
    .trim()
}

describe('the player', () => {
  test.skipIf(isAbsent)('of x64 is what its listing says (needs objdump)', () => {
    expect(disassemble('x64')?.map(tidy)).toEqual(listing('x64'))
  })

  test('of arm64 is 28 instructions; test/launch/arm64.test.ts runs them', () => {
    expect(playerCode('arm64', first, last)).toHaveLength(28 * 4)
    expect(playerAssembly('arm64', first, last)).toHaveLength(28)
  })

  test('of x64 has 106 bytes', () => {
    expect(playerCode('x64', first, last)).toHaveLength(106)
  })
})
