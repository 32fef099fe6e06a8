import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { filterPage, filterPagePath } from '../../../../../tools/filter-page.ts'

test('docs/filter.md lists every difference with its reason', () => {
  const page = readFileSync(filterPagePath, 'utf8')
  expect(page).toBe(filterPage(page))
})

test('a page without a place for a list is refused', () => {
  expect(() => filterPage('# The system call filter\n')).toThrow('no place for differences')
})
