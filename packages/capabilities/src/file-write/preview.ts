import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { access as mayAccess } from 'node:fs/promises'
import { captureState } from '../backups/capture.ts'
import type { Context, FileAccess, Output } from '../capability.ts'
import { feed } from '../files/hash-file.ts'
import { defaultBounds } from '../paths/default-bounds.ts'
import { toFileError } from '../paths/file-error.ts'
import { openPlace } from '../paths/open-place.ts'
import type { Place } from '../paths/place.ts'
import type { Args } from './args.ts'
import { findMissing } from './missing.ts'
import { toOutput } from './output.ts'
import { findTarget } from './target.ts'
import { attributesFor, type Before, demandExpected, openOld, startOf } from './wanted.ts'

/** What FileWrite would do, and the refusals that it would meet, as far as they can be seen without a change. */
export async function preview(
  args: Args,
  content: Buffer,
  { workingDir, ...context }: Context,
  access?: FileAccess,
): Promise<Output> {
  const bounds = access ?? defaultBounds({ workingDir, ...context })
  const options = { access: bounds, workingDir, purpose: 'write' } as const
  const missing = args.create_parents === true ? findMissing(args.path, options) : undefined
  if (missing !== undefined) {
    const before = { kind: 'absent' } as const
    demandExpected(missing.path, before, args.expect_sha256)
    return await describe(args, content, { before, ...missing })
  }
  using place = openPlace(args.path, options)
  try {
    return await previewAt(place, args, content)
  } catch (error) {
    throw toFileError(error, place.path)
  }
}

async function previewAt(place: Place, args: Args, content: Buffer): Promise<Output> {
  await findTarget(place)
  await mayAccess(`/proc/self/fd/${place.directory}`, constants.W_OK)
  const before = await captureState(place)
  demandExpected(place.path, before, args.expect_sha256)
  return await describe(args, content, { path: place.path, before, place, directories: [] })
}

interface Seen {
  readonly path: string
  readonly before: Before
  /** Undefined when nothing is there. */
  readonly place?: Place
  readonly directories: readonly string[]
}

async function describe(args: Args, content: Buffer, seen: Seen): Promise<Output> {
  const { path, before, place, directories } = seen
  const start = startOf(path, before, args, content.length)
  const hash = createHash('sha256')
  if (start > 0 && place !== undefined) {
    await using old = await openOld(place)
    await feed(hash, old)
  }
  const sha256 = hash.update(content).digest('hex')
  const { mode } = attributesFor(before, args.mode)
  const bytes = content.length
  const written = { path, before, bytes, size: start + bytes, sha256, mode, createdDirectories: directories }
  return toOutput(args, written, false)
}
