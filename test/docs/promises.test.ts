import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { hasTitle, pages, read, root, rowsOf, testsOf } from './pages.ts'

test('every test that a page names is in its file', () => {
  const named = pages.flatMap((page) => testsOf(page))
  const missing = named.filter(
    ({ path, title }) => !existsSync(join(root, path)) || !hasTitle(read(path), title),
  )
  expect(named.length).toBeGreaterThan(80)
  expect(missing).toEqual([])
})

test('a name that no test has would be found', () => {
  const source = read('test/docs/promises.test.ts')
  expect(hasTitle(source, 'a name that no test has would be found')).toBe(true)
  expect(hasTitle(source, ['a name that no test', 'has'].join(' '))).toBe(false)
})

test('each promise of SPECIFICATION.md is held by a test, or pending, or measured', () => {
  const rows = rowsOf('SPECIFICATION.md').filter(([first]) => first !== 'promise' && first !== 'what')
  expect(rows.length).toBeGreaterThan(50)
  expect(rows.filter((row) => !isHeld(row))).toEqual([])
})

function isHeld(row: readonly string[]): boolean {
  return (
    /\.test\.ts\) "|\*\*pending\*\*/u.test(row.join()) || /^(?:MEASURED:|(?:not )?met\b)/u.test(row[2] ?? '')
  )
}

/** Of the list of hostile cases: those that have to do with the boundary. */
const cases = [
  ...ids('K', [1, 2, 3, 5, 7, 8, 11, 12, 13, 14, 15]),
  ...ids('R', [1, 2, 3, 4, 6, 8, 9, 10, 12, 13, 14, 15, 16, 18, 21]),
  ...ids('F', [5, 7, 9, 10, 14, 15, 17, 18, 20, 21, 22, 23]),
  ...ids('T', [3, 4, 5, 6]),
  ...ids('N', [1, 3, 4, 10, 11]),
  ...ids('E', [1, 2, 3, 4, 5, 6, 7]),
  ...ids('J', [1, 3, 6, 7, 8, 9, 10]),
  ...ids('A', [11, 12]),
]

function ids(letter: string, numbers: readonly number[]): string[] {
  return numbers.map((number) => `${letter}${String(number).padStart(2, '0')}`)
}

test('docs/security.md says of each hostile case what each level does, and shows it', () => {
  const rows = rowsOf('docs/security.md').filter((row) => row.length === 5)
  const rowOf = (id: string): string[] | undefined =>
    rows.find(([first = '']) => new RegExp(`\\b${id}\\b`, 'u').test(first))
  expect(cases.filter((id) => rowOf(id) === undefined)).toEqual([])
  const vague = rows.filter(([first = '']) => !heads.has(first)).filter((row) => !isAnswered(row))
  expect(vague).toEqual([])
})

const heads = new Set(['control', 'case'])

function isAnswered([, thread = '', process = '', sandbox = '', how = '']: readonly string[]): boolean {
  const isAnswer = /^(?:stops|narrows|does not|pending|as |has no)/u
  return how !== '' && [thread, process, sandbox].every((cell) => isAnswer.test(cell))
}
