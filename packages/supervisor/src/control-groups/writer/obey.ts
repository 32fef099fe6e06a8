import fs from 'node:fs'
import { hasCode } from '../../linux/errno.ts'
import { writeControl } from '../control-file.ts'
import type { Order } from './tree-writer.ts'

/** Carries out an order in this very thread; returns the groups that could not be removed. */
export function obey(order: Order): readonly string[] {
  if (order.verb === 'remove') return order.directories.filter((directory) => !isRemoved(directory))
  if (order.verb === 'make') makeAll(order.directories)
  else writeControl(order.directory, order.file, order.text)
  return []
}

function makeAll(directories: readonly string[]): void {
  for (const [made, directory] of directories.entries()) {
    try {
      fs.mkdirSync(directory)
    } catch (error) {
      for (const other of directories.slice(0, made)) isRemoved(other)
      throw error
    }
  }
}

/** The files of a group go with it, but the groups below have to be removed first. */
function isRemoved(directory: string): boolean {
  if (isGone(directory)) return true
  const below = fs.readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  for (const { name } of below) isRemoved(`${directory}/${name}`)
  return below.length > 0 && isGone(directory)
}

function isGone(directory: string): boolean {
  try {
    fs.rmdirSync(directory)
    return true
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENODEV')) return true
    if (hasCode(error, 'EBUSY', 'ENOTEMPTY')) return false
    throw error
  }
}
