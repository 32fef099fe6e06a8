import { expect, test } from 'vitest'
import { noSample as nothing, type SampledUsage, usageOf } from './job-usage.ts'

const base = { processes: 3, wallMs: 100, outputBytes: 7 }
const sampled: SampledUsage = {
  userMs: 10,
  systemMs: 20,
  maxRssBytes: 1000,
  memoryPeakBytes: 1500,
  readBytes: 1,
  writtenBytes: 2,
}
const launcher = {
  userMs: 30,
  systemMs: 40,
  maxRssBytes: 2000,
  voluntarySwitches: 5,
  involuntarySwitches: 6,
  readBytes: 10,
  writtenBytes: 20,
  readChars: undefined,
  writtenChars: undefined,
  tasks: undefined,
}
const leaf = {
  cpuMs: 75,
  userMs: 33,
  systemMs: 42,
  memoryPeakBytes: 9000,
  pidsEvents: 4,
  readBytes: 5,
  writtenBytes: 6,
}

test('each number is taken from whoever knows it best', () => {
  expect(usageOf({ ...base, leaf, launcher, sampled })).toEqual({
    ...base,
    cpuMs: 75,
    userMs: 33,
    systemMs: 42,
    maxRssBytes: 2000,
    memoryPeakBytes: 9000,
    pidsEvents: 4,
    contextSwitches: 11,
    readBytes: 10,
    writtenBytes: 20,
    sources: { cpu: 'leaf', maxRss: 'launcher', memoryPeak: 'leaf', read: 'launcher', written: 'launcher' },
  })
})

test('without a control group the launcher tells, and the peak of the whole job is as sampled', () => {
  expect(usageOf({ ...base, launcher, sampled })).toMatchObject({
    cpuMs: 70,
    memoryPeakBytes: 1500,
    pidsEvents: null,
    sources: { cpu: 'launcher', memoryPeak: 'sampled' },
  })
})

test('of two lower bounds the larger counts: daemons are in the samples, not in what the launcher waited for', () => {
  const busy = { ...sampled, userMs: 500, maxRssBytes: 5000, writtenBytes: 999 }
  expect(usageOf({ ...base, launcher, sampled: busy })).toMatchObject({
    cpuMs: 520,
    maxRssBytes: 5000,
    writtenBytes: 999,
    sources: { cpu: 'sampled', maxRss: 'sampled', read: 'launcher', written: 'sampled' },
  })
})

test('what nobody can tell is null, not zero', () => {
  expect(usageOf({ ...base, sampled: nothing })).toMatchObject({
    maxRssBytes: null,
    memoryPeakBytes: null,
    contextSwitches: null,
    readBytes: null,
    sources: { cpu: 'sampled', maxRss: null, memoryPeak: null, read: null, written: null },
  })
})

test('a group without a split of its CPU time leaves it to the others', () => {
  expect(usageOf({ ...base, leaf: { cpuMs: 75 }, launcher, sampled })).toMatchObject({
    cpuMs: 75,
    userMs: 30,
    systemMs: 40,
  })
})

test('bytes come from the group only when nobody else tells', () => {
  expect(usageOf({ ...base, leaf, sampled: nothing })).toMatchObject({
    readBytes: 5,
    writtenBytes: 6,
    sources: { read: 'leaf', written: 'leaf' },
  })
})

test('CPU time is told in whole microseconds, and no part of it is below nothing', () => {
  const divided = { ...leaf, cpuMs: 0.0840509399636143, userMs: 0.0840509399636143, systemMs: -8.88e-16 }
  expect(usageOf({ ...base, leaf: divided, launcher, sampled })).toMatchObject({
    cpuMs: 0.084,
    userMs: 0.084,
    systemMs: 0,
  })
})
