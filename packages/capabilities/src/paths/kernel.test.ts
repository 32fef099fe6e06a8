import { existsSync, realpathSync, statSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { errnoOf } from '../linux/errno.ts'
import { lead, plant, type Tree, ways } from './tree-fixture.ts'

const names = ['a', 'b', 'c', 'f']
const path = fc
  .tuple(
    fc.constantFrom('', '', '', 'TOP/', 'TOP/work/', 'TOP/outside/', '/'),
    fc.array(fc.constantFrom(...names, ...names, '..', '.', ''), { minLength: 1, maxLength: 6 }),
    fc.constantFrom('', '', '', '/', '/.'),
  )
  .map(([start, parts, end]) => `${start}${parts.join('/')}${end}` || '.')

/** Some of the names of every directory are links that lead anywhere. */
const links = fc.dictionary(
  fc
    .tuple(fc.constantFrom('work', 'work/a', 'work/a/b', 'outside', 'work/b'), fc.constantFrom(...names))
    .map((parts) => parts.join('/')),
  path,
  { maxKeys: 8 },
)

function plantWith(targets: Readonly<Record<string, string>>): Tree {
  const plain = ['work/a/b/c/', 'work/a/f', 'work/a/b/f', 'work/b/c/', 'work/f', 'outside/a/b/', 'outside/f']
  const isLinked = (entry: string): boolean =>
    Object.keys(targets).some((link) => `${entry}/`.startsWith(`${link}/`))
  const isBelowLink = (link: string): boolean =>
    Object.keys(targets).some((other) => other !== link && link.startsWith(`${other}/`))
  const entries = [
    ...plain.filter((entry) => !isLinked(entry)),
    ...Object.entries(targets).flatMap(([link, target]) =>
      isBelowLink(link) ? [] : [`${link} -> ${target}`],
    ),
  ]
  return plant(entries.join(', '))
}

/** What the kernel makes of a path: where it leads, or why it does not. */
function ask(tree: Tree, given: string): string {
  const text = given.replaceAll('TOP', tree.top)
  const absolute = text.startsWith('/') ? text : `${tree.work}/${text}`
  try {
    statSync(absolute) // realpath(3) of some libraries forgives a slash after a file
    return realpathSync.native(absolute)
  } catch (error) {
    return errnoOf(error)
  }
}

function expected(tree: Tree, given: string): RegExp {
  const answer = ask(tree, given)
  const isInside = answer === tree.work || answer.startsWith(`${tree.work}/`)
  if (answer.startsWith('/') && !isInside) return /^RT_FILE_OUTSIDE$/u
  if (isInside && statSync(answer).isDirectory()) return /^RT_FILE_NOT_REGULAR$/u
  if (isInside) return new RegExp(`^${answer.slice(tree.top.length + 1)}$`, 'u')
  if (answer === 'ELOOP') return /^(?:RT_FILE_IO|RT_FILE_OUTSIDE)$/u
  // Not there: found as a name that nothing has, or refused; where it was is not known to the kernel.
  return /^(?:RT_FILE_NOT_FOUND|RT_FILE_OUTSIDE|RT_FILE_NOT_REGULAR|work\/.*)$/u
}

describe.each(ways)('%s', (_way, resolvers) => {
  test('every path through every tree of links leads where the kernel goes, or is refused with cause', () => {
    fc.assert(
      fc.property(links, fc.array(path, { minLength: 10, maxLength: 30 }), (targets, paths) => {
        const tree = plantWith(targets)
        for (const given of paths) {
          const outcome = lead(tree, given, resolvers, { purpose: 'read' })
          const said = 'code' in outcome ? outcome.code : outcome.path
          expect([given, said]).toEqual([given, expect.stringMatching(expected(tree, given))])
          const isFree = said.startsWith('work/') && !ask(tree, given).startsWith('/')
          expect([given, isFree && existsSync(`${tree.top}/${said}`)]).toEqual([given, false])
        }
      }),
      { numRuns: 100 },
    )
  })
})
