import { expect, test } from 'vitest'
import { fixtureTree } from '../telemetry/fixture-tree.ts'
import { startChild } from './child-fixture.ts'
import { readEnvironmentMark } from './environment-mark.ts'

const MARK = 'RUNTIMO_JOB'

function markIn(environment: string): string | undefined {
  using tree = fixtureTree({ '/proc/7/environ': environment })
  return readEnvironmentMark(7, MARK, tree.root)
}

test('reads the mark of a real process', async () => {
  await using child = await startChild('sleep', ['5'], { env: { ...process.env, [MARK]: 'job=1' } })
  expect(readEnvironmentMark(child.pid, MARK)).toBe('job=1')
  expect(readEnvironmentMark(child.pid, 'RUNTIMO_JO')).toBeUndefined()
})

test('a process that is gone has no mark', async () => {
  const child = await startChild('sleep', ['5'], { env: { ...process.env, [MARK]: 'job' } })
  await child.end()
  expect(readEnvironmentMark(child.pid, MARK)).toBeUndefined()
})

test('what cannot be read has no mark', () => {
  using tree = fixtureTree({ '/proc/7/environ/a-directory': '' })
  expect(readEnvironmentMark(7, MARK, tree.root)).toBeUndefined()
})

test.each([
  { environment: `${MARK}=first\0A=1\0`, mark: 'first' },
  { environment: `A=1\0${MARK}=\0B=2\0`, mark: '' },
  { environment: `${MARK}=first\0${MARK}=second\0`, mark: 'first' },
  { environment: `A=1\0${MARK}=unended`, mark: 'unended' },
  { environment: `A=1\0X${MARK}=no\0`, mark: undefined },
  { environment: `A=${MARK}=no\0`, mark: undefined },
  { environment: `A=\n${MARK}=no\0`, mark: undefined },
  { environment: `${MARK}\0`, mark: undefined },
  { environment: '', mark: undefined },
])('only the name at the start of an entry counts: $environment', ({ environment, mark }) => {
  expect(markIn(environment)).toBe(mark)
})

test('a large environment is read whole, up to a mebibyte', () => {
  const large = `A=${'a'.repeat(900_000)}\0`
  expect(markIn(`${large}${MARK}=yes\0`)).toBe('yes')
  expect(markIn(`${large}B=${'b'.repeat(200_000)}\0${MARK}=yes\0`)).toBeUndefined()
  expect(markIn(`${large}${MARK}=${'c'.repeat(200_000)}\0`)).toBeUndefined()
})

test.each(['', 'A=1', 'A\0B'])('%j is no name', (name) => {
  expect(readEnvironmentMark(process.pid, name)).toBeUndefined()
})
