import { readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Place } from '../paths/place.ts'
import { commitDraft } from './commit-draft.ts'
import { type Draft, openNamed, openNameless } from './draft.ts'
import { handBack, overwrite } from './exchange.ts'
import { identityAt, identityOf } from './identity.ts'
import { givenDirectory, givenPlace } from './place-fixture.ts'

const temporary = '.runtimo-test-0'

const contentAt = (path: string): string => (identityAt(path) === 'absent' ? '' : readFileSync(path, 'utf8'))

/** Every way must do the same: each is the only one on some file system. */
const ways = [
  { way: 'without a name', open: openNameless, commit: commitDraft },
  { way: 'under a temporary name', open: openNamed, commit: commitDraft },
  { way: 'by a rename, where names cannot be exchanged', open: openNamed, commit: overwrite },
]

describe.each(ways)('a file written $way', ({ open, commit }) => {
  async function drafted(place: Place): Promise<Draft> {
    const draft = await open(place, temporary, 0o600)
    await draft.file.writeFile('new')
    return draft
  }

  test('is not seen before it is put in its place, and leaves nothing when it is not', async () => {
    const directory = givenDirectory()
    const place = givenPlace(directory)
    {
      await using draft = await drafted(place)
      expect([await identityOf(place), draft.temporary]).toEqual(['absent', temporary])
    }
    expect(readdirSync(directory)).toEqual([])
  })

  test('comes to where nothing was, and replaces what was expected', async () => {
    const directory = givenDirectory()
    const place = givenPlace(directory)
    for (let round = 0; round < 2; round++) {
      const expected = await identityOf(place)
      await using draft = await drafted(place)
      await commit(place, draft, expected)
    }
    expect(readFileSync(place.path, 'utf8')).toBe('new')
    expect(readdirSync(directory)).toEqual(['file'])
  })

  test.each([
    ['something is there that was not', '', 'theirs'],
    ['it was replaced', 'old', 'theirs'],
    ['it was written to, and is as long as before', 'old', 'odd'],
    ['it was removed', 'old', ''],
  ])('is refused when %s: what others did stays', async (_title, old, theirs) => {
    const directory = givenDirectory()
    const place = givenPlace(directory)
    if (old !== '') writeFileSync(place.path, old)
    const expected = await identityOf(place)
    {
      await using draft = await drafted(place)
      if (theirs === '') rmSync(place.path)
      else writeFileSync(place.path, theirs)
      await expect(commit(place, draft, expected)).rejects.toMatchObject({ code: 'RT_FILE_CHANGED' })
    }
    expect(readdirSync(directory)).toEqual(theirs === '' ? [] : ['file'])
    expect(contentAt(place.path)).toBe(theirs)
  })

  test('never goes through a link that came to its place', async () => {
    const directory = givenDirectory()
    const place = givenPlace(directory)
    writeFileSync(join(directory, 'other'), 'other')
    symlinkSync('other', place.path)
    {
      await using draft = await drafted(place)
      await expect(commit(place, draft, 'absent')).rejects.toMatchObject({ code: 'RT_FILE_CHANGED' })
    }
    expect(readFileSync(join(directory, 'other'), 'utf8')).toBe('other')
  })
})

/** As it is after the exchange: the draft is in place, and what was found has the draft's name. */
async function exchanged(): Promise<{ place: Place; draft: Draft; back: () => void }> {
  const place = givenPlace(givenDirectory())
  const draft = await openNamed(place, temporary, 0o600)
  onTestFinished(() => draft[Symbol.asyncDispose]())
  await draft.file.writeFile('ours')
  const ours = identityAt(draft.at)
  renameSync(draft.at, place.at)
  writeFileSync(draft.at, 'found')
  return { place, draft, back: () => handBack(place, draft, ours, identityAt(draft.at)) }
}

describe('when others were faster than the look before the exchange', () => {
  test('what was found goes back', async () => {
    const { place, draft, back } = await exchanged()
    back()
    expect([contentAt(place.at), contentAt(draft.at)]).toEqual(['found', 'ours'])
  })

  test('what came after that stays', async () => {
    const { place, draft, back } = await exchanged()
    writeFileSync(`${place.at}.new`, 'newest')
    renameSync(`${place.at}.new`, place.at)
    back()
    expect([contentAt(place.at), contentAt(draft.at)]).toEqual(['newest', 'found'])
  })

  test('a removal stays', async () => {
    const { place, draft, back } = await exchanged()
    rmSync(place.at)
    back()
    expect([contentAt(place.at), contentAt(draft.at)]).toEqual(['', 'found'])
  })
})
