import { expect, test } from 'vitest'
import { toldByEnd } from './job-end.ts'

const watched = { fileSizeBytes: 4096, cpuTimeMs: 1000, descriptors: 10 }
const peaks = { cpuMs: 900, descriptors: 0 }
const full = { ...peaks, descriptors: 10 }

test.each([
  { code: null, signal: 'SIGXFSZ' },
  { code: 153, signal: null },
])('a file that grew too large is told by $signal$code', (end) => {
  expect(toldByEnd(watched, end, peaks)).toEqual({ limit: 'file_size', allowed: 4096, peak: 4096 })
})

test.each([
  { code: null, signal: 'SIGXCPU' },
  { code: 152, signal: null },
])('CPU time is told by $signal$code', (end) => {
  expect(toldByEnd(watched, end, peaks)).toEqual({ limit: 'cpu_time', allowed: 1000, peak: 1000 })
})

test('the same exit code without such a ceiling is just an exit code', () => {
  expect(toldByEnd({}, { code: 153, signal: null }, peaks)).toBeUndefined()
  expect(toldByEnd({}, { code: 152, signal: null }, peaks)).toBeUndefined()
})

test('a job that used all of its descriptors and failed ran out of them', () => {
  expect(toldByEnd(watched, { code: 1, signal: null }, full)).toMatchObject({ limit: 'descriptors' })
  expect(toldByEnd(watched, { code: 0, signal: null, hasFailed: true }, full)).toMatchObject({ peak: 10 })
})

test('a job that used all of its descriptors and did well is let be, as is one that failed with fewer', () => {
  expect(toldByEnd(watched, { code: 0, signal: null }, full)).toBeUndefined()
  expect(toldByEnd(watched, { code: 1, signal: null }, { ...full, descriptors: 9 })).toBeUndefined()
})

test('more processes at once than the ceiling are told by the account of them, though no look met them', () => {
  const end = { code: 0, signal: null }
  const told = { limit: 'processes', allowed: 20, peak: 21 }
  expect(toldByEnd({ processes: 20 }, { ...end, processes: 21 }, peaks)).toEqual(told)
  expect(toldByEnd({ processes: 20 }, { ...end, processes: 20 }, peaks)).toBeUndefined()
})

test('our own kill tells of no ceiling', () => {
  expect(toldByEnd(watched, { code: null, signal: 'SIGKILL' }, peaks)).toBeUndefined()
})
