import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { bootTape, launcherExecutable } from './executable.ts'

test.each(['x64', 'arm64'] as const)('the launcher of %s is small and always the same', (arch) => {
  const file = launcherExecutable(arch)
  expect(file.length).toBeLessThan(2048)
  expect(createHash('sha256').update(file).digest()).toEqual(
    createHash('sha256').update(launcherExecutable(arch)).digest(),
  )
})

test('it has code that is not writable and data that is not executable, and nothing else', () => {
  const file = launcherExecutable('x64')
  const [headers, count] = [64, file.readUInt16LE(56)]
  const segments = Array.from({ length: count }, (_, i) => ({
    type: file.readUInt32LE(headers + 56 * i),
    flags: file.readUInt32LE(headers + 56 * i + 4),
  }))
  const [load, stack, executable, writable, readable] = [1, 0x6474e551, 1, 2, 4]
  expect(segments).toEqual([
    { type: load, flags: readable | executable },
    { type: load, flags: readable | writable },
    { type: stack, flags: readable | writable },
  ])
})

test('its own tape receives another one and plays it', async () => {
  await expect(bootTape('x64').toString()).toMatchFileSnapshot('printed/boot.txt')
})
