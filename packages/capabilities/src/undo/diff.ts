import { constants } from 'node:fs'
import { open as openFile } from 'node:fs/promises'
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff'
import type { BlobStore } from '../backups/blob-store.ts'
import type { FileState } from '../backups/state.ts'
import type { Opener } from './look.ts'
import type { Plan, Restoration } from './plan.ts'

const maxFileBytes = 1_048_576
const maxTotalLength = 8_388_608
/** Beyond it the search takes seconds, and nobody reads what it finds. */
const maxEdits = 4000

/** A unified diff of each path, from what is there to what would be. */
export async function diffOf({ restorations }: Plan, open: Opener, store: BlobStore): Promise<string> {
  const parts: string[] = []
  let length = 0
  for (const restoration of restorations) {
    const part = length > maxTotalLength ? differs(restoration) : await describe(restoration, open, store)
    length += part.length
    parts.push(part)
  }
  return parts.join('')
}

async function describe(restoration: Restoration, open: Opener, store: BlobStore): Promise<string> {
  const { path, current, target } = restoration
  if (current.kind === 'directory' || target.kind === 'directory') {
    return `${current.kind === 'directory' ? 'remove' : 'make'} directory ${path}\n`
  }
  const mode = modeOf(restoration)
  const from = await textOf(current, () => readNow(path, open))
  const to = await textOf(target, () => readKept(target, store))
  if (from === undefined || to === undefined) return mode + differs(restoration)
  if (from === to && current.kind === target.kind)
    return mode === '' ? `attributes of ${path} differ\n` : mode
  const [oldName, newName] = [nameOf(path, current), nameOf(path, target)]
  const patch = createTwoFilesPatch(oldName, newName, from, to, '', '', {
    context: 3,
    maxEditLength: maxEdits,
    headerOptions: FILE_HEADERS_ONLY,
  })
  return mode + (patch ?? differs(restoration))
}

function modeOf({ path, current, target }: Restoration): string {
  if (current.kind !== 'file' || target.kind !== 'file' || current.mode === target.mode) return ''
  return `mode of ${path}: ${current.mode.toString(8)} to ${target.mode.toString(8)}\n`
}

function nameOf(path: string, state: FileState): string {
  return state.kind === 'absent' ? '/dev/null' : path
}

function differs({ path, current, target }: Restoration): string {
  return `binary files ${nameOf(path, current)} and ${nameOf(path, target)} differ\n`
}

/** Undefined when it is no text, or too long to be compared. */
async function textOf(state: FileState, read: () => Promise<Buffer>): Promise<string | undefined> {
  if (state.kind === 'absent') return ''
  if (state.kind === 'link') return `link to ${state.target}\n`
  if (state.kind !== 'file' || state.size > maxFileBytes) return undefined
  const bytes = await read()
  if (bytes.includes(0)) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

async function readNow(path: string, open: Opener): Promise<Buffer> {
  using place = open(path)
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
  await using file = await openFile(place.at, flags)
  return await file.readFile()
}

async function readKept(state: FileState, store: BlobStore): Promise<Buffer> {
  await using file = await store.open(state.kind === 'file' ? state.sha256 : '')
  return await file.readFile()
}
