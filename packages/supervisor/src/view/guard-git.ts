import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import type { Cover } from './cover.ts'
import { forbiddenInGit, makeableInGit, trustedInGit } from './trusted-files.ts'

/** Keeps a job from leaving something in a repository at `root` that git runs when its owner comes back. */
export function guardGit(cover: Cover, root: string): void {
  const git = join(root, '.git')
  if (isFile(git)) return cover.freeze(git, 'file') // of a linked worktree: names the real one
  const directory = isDirectory(git) ? git : isBare(root) ? root : undefined
  if (directory === undefined) return
  for (const name of trustedInGit) cover.freeze(join(directory, name), 'file')
  for (const name of makeableInGit) cover.freeze(join(directory, name), 'makeable')
  for (const name of forbiddenInGit) cover.forbid(join(directory, name))
}

/** As git finds one without a worktree. */
function isBare(root: string): boolean {
  return isFile(join(root, 'HEAD')) && isDirectory(join(root, 'objects')) && isDirectory(join(root, 'refs'))
}

function isFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true
}

function isDirectory(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}
