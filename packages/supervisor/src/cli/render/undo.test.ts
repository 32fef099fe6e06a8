import { styleText } from 'node:util'
import { expect, test } from 'vitest'
import { renderConflicts, renderDiff, renderRestored } from './undo.ts'

type Style = Parameters<Parameters<typeof renderDiff>[1]>[0]
const named = (style: Style, text: string): string => `<${style}>${text}`
const real = (style: Style, text: string): string => styleText(style, text, { validateStream: false })

test('what goes is red, what comes is green, and a name is neither', () => {
  const diff = '--- /f\n+++ /f\n@@ -1 +1 @@\n same\n-old\n+new\n'
  expect(renderDiff(diff, named)).toBe(
    '<bold>--- /f\n<bold>+++ /f\n<dim>@@ -1 +1 @@\n same\n<red>-old\n<green>+new\n',
  )
})

test('a file cannot steer the terminal by its diff, nor end a colour', () => {
  const shown = renderDiff('+a\u001b[0m\u001b]0;title\u0007\r\u202E\n', real)
  expect(shown).toBe(
    `${styleText('green', String.raw`+a\x1b[0m\x1b]0;title\x07\x0d\u202e`, { validateStream: false })}\n`,
  )
})

test('names of paths and reasons are shown on one line each, whatever they are', () => {
  const data = {
    undone: [{ job_id: 'J', paths: [{ path: '/a\n\u001b[2Jb', restored: 'content' }, 'no object'] }, null],
    left: [{ path: '/c', reason: 'not\nempty' }],
  }
  const [head, ...rows] = renderRestored(data).trimEnd().split('\n')
  expect(head).toMatch(/^JOB +RESTORED +PATH$/u)
  expect(rows).toEqual([
    expect.stringMatching(/^J +content +\/a\\n\\x1b\[2Jb$/u),
    expect.stringMatching(/^- +left: not\\nempty +\/c$/u),
  ])
  const conflicts = [{ path: '/a', expected: 'e', found: 'f', can_force: false }]
  expect(renderConflicts(conflicts)).toMatch(/\ne +f +no +\/a\n$/u)
})

test('nothing is printed where nothing is told', () => {
  expect([renderRestored({}), renderRestored({ undone: 'x' }), renderConflicts(undefined)]).toEqual([
    '',
    '',
    '',
  ])
})
