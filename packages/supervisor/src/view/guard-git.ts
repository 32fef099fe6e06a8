import { join } from 'node:path'
import type { Cover } from './cover.ts'
import { forbiddenInGit, makeableInGit, trustedInGit } from './trusted-files.ts'
import { type Type, typeAt } from './type-at.ts'

/** Keeps a job from leaving something in a repository at `root` that git runs when its owner comes back. */
export function guardGit(cover: Cover, root: string): void {
  const git = join(root, '.git')
  if (typeAt(git) === 'file') return cover.freeze(git, 'file') // of a linked worktree: names the real one
  const directory = typeAt(git) === 'directory' ? git : isBare(root) ? root : undefined
  if (directory === undefined) return
  for (const name of trustedInGit) cover.freeze(join(directory, name), 'file')
  for (const name of makeableInGit) cover.freeze(join(directory, name), 'makeable')
  for (const name of forbiddenInGit) cover.forbid(join(directory, name))
}

/** As git finds one without a worktree. */
function isBare(root: string): boolean {
  const type = (name: string): Type => typeAt(join(root, name))
  return type('HEAD') === 'file' && type('objects') === 'directory' && type('refs') === 'directory'
}
