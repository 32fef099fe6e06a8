import type { Arch } from './policy.ts'

/**
 * The player of tapes: the only machine code of a launcher. It walks a table of records, each of twelve words:
 *
 *   +0  number of the system call     +8 … +48  addresses of its six arguments
 *   +56 address for the result        +64 the expected result
 *   +72 next record when the result is the expected one, +80 when it is another, +88 when it is an error
 *
 * An argument is always the address of a word, so a result that one record stores is an argument of any later
 * one. The expected result is compared first: an error that is expected is no error. Where the player is, and the
 * last result, also go to LAST, so that a tape can say which record failed and how. No stack, no arithmetic, no
 * other branch than this three-way one: the program is the table.
 */
export const recordBytes = 96
export const expectOffset = 64

type Line = readonly [code: string, assembly: string]

/** Offsets are from the current record; `first` and `last` are addresses below 2^31. */
const listings: Readonly<Record<Arch, (first: number, last: number) => readonly Line[]>> = {
  x64: (first, last) => [
    [`bb${le32(first)}`, `      mov  ebx,${hex(first)}`],
    ['488b7b08', 'play: mov  rdi,[rbx+0x8]'],
    ['488b7310', '      mov  rsi,[rbx+0x10]'],
    ['488b5318', '      mov  rdx,[rbx+0x18]'],
    ['4c8b5320', '      mov  r10,[rbx+0x20]'],
    ['4c8b4328', '      mov  r8,[rbx+0x28]'],
    ['4c8b4b30', '      mov  r9,[rbx+0x30]'],
    ['488b3f', '      mov  rdi,[rdi]'],
    ['488b36', '      mov  rsi,[rsi]'],
    ['488b12', '      mov  rdx,[rdx]'],
    ['4d8b12', '      mov  r10,[r10]'],
    ['4d8b00', '      mov  r8,[r8]'],
    ['4d8b09', '      mov  r9,[r9]'],
    ['488b03', '      mov  rax,[rbx]'],
    ['0f05', '      syscall               ; changes rax, rcx and r11 only'],
    ['488b4b38', '      mov  rcx,[rbx+0x38]'],
    ['488901', '      mov  [rcx],rax'],
    [`48891c25${le32(last)}`, `      mov  ds:${hex(last)},rbx`],
    [`48890425${le32(last + 8)}`, `      mov  ds:${hex(last + 8)},rax`],
    ['488d4b48', '      lea  rcx,[rbx+0x48]   ; expected'],
    ['483b4340', '      cmp  rax,[rbx+0x40]'],
    ['7410', '      je   go'],
    ['4883c108', '      add  rcx,0x8          ; another'],
    ['483d00f0ffff', '      cmp  rax,0xfffffffffffff000'],
    ['7604', '      jbe  go'],
    ['4883c108', '      add  rcx,0x8          ; an error: -4095 … -1'],
    ['488b19', 'go:   mov  rbx,[rcx]'],
    ['eb9b', '      jmp  play'],
  ],
  arm64: (first, last) => [
    [movz(19, first), `      mov  x19, #${hex(first & 0xffff)}`],
    [movk(19, first), `      movk x19, #${hex(first >>> 16)}, lsl #16`],
    [movz(20, last), `      mov  x20, #${hex(last & 0xffff)}`],
    [movk(20, last), `      movk x20, #${hex(last >>> 16)}, lsl #16`],
    ['680240a9', 'play: ldp  x8, x0, [x19]'],
    ['610a41a9', '      ldp  x1, x2, [x19, #16]'],
    ['631242a9', '      ldp  x3, x4, [x19, #32]'],
    ['651a40f9', '      ldr  x5, [x19, #48]'],
    ['000040f9', '      ldr  x0, [x0]'],
    ['210040f9', '      ldr  x1, [x1]'],
    ['420040f9', '      ldr  x2, [x2]'],
    ['630040f9', '      ldr  x3, [x3]'],
    ['840040f9', '      ldr  x4, [x4]'],
    ['a50040f9', '      ldr  x5, [x5]'],
    ['010000d4', '      svc  #0x0             ; changes x0 only'],
    ['691e40f9', '      ldr  x9, [x19, #56]'],
    ['200100f9', '      str  x0, [x9]'],
    ['930200a9', '      stp  x19, x0, [x20]'],
    ['6a220191', '      add  x10, x19, #0x48  ; expected'],
    ['692240f9', '      ldr  x9, [x19, #64]'],
    ['1f0009eb', '      cmp  x0, x9'],
    ['a0000054', '      b.eq go'],
    ['4a210091', '      add  x10, x10, #0x8   ; another'],
    ['1ffc3fb1', '      cmn  x0, #0xfff'],
    ['43000054', '      b.cc go'],
    ['4a210091', '      add  x10, x10, #0x8   ; an error: -4095 … -1'],
    ['530140f9', 'go:   ldr  x19, [x10]'],
    ['e9ffff17', '      b    play'],
  ],
}

export function playerCode(arch: Arch, first: number, last: number): Buffer {
  const code = listings[arch](first, last).map(([bytes]) => bytes)
  return Buffer.from(code.join(''), 'hex')
}

/** The assembly, one instruction a line, for a disassembler to agree with. */
export function playerAssembly(arch: Arch, first: number, last: number): string[] {
  return listings[arch](first, last).map(([, assembly]) => assembly)
}

function hex(value: number): string {
  return `0x${value.toString(16)}`
}

function le32(value: number): string {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes.toString('hex')
}

function movz(register: number, address: number): string {
  return le32((0xd2800000 | ((address & 0xffff) << 5) | register) >>> 0)
}

function movk(register: number, address: number): string {
  return le32((0xf2a00000 | ((address >>> 16) << 5) | register) >>> 0)
}
