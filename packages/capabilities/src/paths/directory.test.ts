import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Directory } from './directory.ts'
import { namesOf } from './name.ts'
import { lead, plant } from './tree-fixture.ts'
import { walk } from './walk.ts'

test('who goes up arrives where he came from, or is told that it moved', () => {
  const tree = plant('work/a/b/')
  using directory = Directory.openRoot()
  for (const name of [...namesOf(tree.work), 'a', 'b']) directory.enter(name)
  const { steps } = directory
  directory.leave()
  expect(directory.steps).toEqual(steps.slice(0, -1))
  directory.enter('b')
  renameSync(join(tree.work, 'a/b'), join(tree.top, 'outside/b'))
  expect(() => directory.leave()).toThrow(expect.objectContaining({ code: 'EAGAIN' }))
})

test('a walk from under which a directory was moved starts again', () => {
  const tree = plant('work/a/b/, work/file')
  let walks = 0
  const outcome = lead(tree, 'a/b/../../file', [
    (path, options) => {
      if (++walks > 1) return walk(path, options)
      throw Object.assign(new Error('moved'), { code: 'EAGAIN' })
    },
  ])
  expect(outcome).toMatchObject({ path: 'work/file' })
  expect(walks).toBe(2)
})
