import { globSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ChunkingContext, type OutputChunk, type OutputOptions, type Plugin, rolldown } from 'rolldown'

type PackageName = 'capabilities' | 'worker' | 'supervisor'

/** One graph of modules; a thread has its own, so that it loads nothing of the others. */
interface Bundle {
  readonly of: PackageName
  /** Modules of `src`, which become files of `dist`. */
  readonly entries: readonly string[]
  /** What the first needs at once is one file, without what the second, which must be small, needs as well. */
  readonly together?: readonly [string, string]
}

const bundles: readonly Bundle[] = [
  { of: 'capabilities', entries: ['index'] },
  { of: 'worker', entries: ['index'] },
  { of: 'worker', entries: ['child', 'thread', 'thread-host'] },
  {
    of: 'supervisor',
    entries: ['index', 'cli/main'],
    together: ['cli/run', 'cli/main'],
  },
  { of: 'supervisor', entries: ['attribution/fork-events/thread'] },
  { of: 'supervisor', entries: ['control-groups/writer/thread'] },
]

/** What the files that are published load beside each other and Node. */
export const loaded: readonly string[] = ['koffi', '@node-rs/crc32', 'piscina']

/** Ours are left apart, for an error must be of one class everywhere; `loaded` has binaries, or looks for its own files. */
const external = [/^@runtimo\//u, ...loaded]

/**
 * Makes of the sources the few files that are published: to look for, read and compile hundreds of them was a third of
 * each start of the command line. The types beside them are tsc's.
 * @param distOf where the files of a package go
 */
export async function bundle(distOf: (name: PackageName) => string): Promise<void> {
  for (const [name, own] of Map.groupBy(bundles, ({ of }) => of)) {
    const dist = distOf(name)
    for (const old of globSync('**/*.{js,js.map}', { cwd: dist })) rmSync(join(dist, old))
    const written: OutputChunk[] = []
    for (const one of own) written.push(...(await write(one, dist)))
    const names = written.map(({ fileName }) => fileName)
    const twice = names.filter((fileName, index) => names.indexOf(fileName) !== index)
    if (twice.length > 0) throw new Error(`${name}: two files are named ${twice.join(', ')}`)
    writeFileSync(join(dist, 'licenses.txt'), licensesOf(written))
  }
}

async function write({ of, entries, together }: Bundle, dir: string): Promise<readonly OutputChunk[]> {
  const src = join(packageOf(of), 'src')
  const input = Object.fromEntries(entries.map((entry) => [entry, join(src, `${entry}.ts`)]))
  const [large, small] = (together ?? []).map((entry) => join(src, `${entry}.ts`))
  const name = (id: string, graph: ChunkingContext): string | null =>
    needs(large, graph).has(id) && !needs(small, graph).has(id) ? 'run' : null
  await using graph = await rolldown({
    input,
    platform: 'node',
    external,
    preserveEntrySignatures: 'allow-extension',
    plugins: [addresses(src)],
  })
  const output: OutputOptions = {
    dir,
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
    comments: false,
  }
  const { output: files } = await graph.write({
    ...output,
    codeSplitting: { groups: [{ name, debugName: 'run' }], includeDependenciesRecursively: false },
  })
  return files.filter((file) => file.type === 'chunk')
}

/** A module and all that is loaded with it. */
function needs(entry: string | undefined, graph: ChunkingContext): ReadonlySet<string> {
  const found = new Set(entry === undefined ? [] : [entry])
  for (const id of found) for (const other of graph.getModuleInfo(id)?.importedIds ?? []) found.add(other)
  return found
}

/** A module that looks for something beside itself goes on from where it would be without us. */
function addresses(src: string): Plugin {
  const from = 'dist:'
  return {
    name: 'addresses',
    transform(code, id) {
      if (!id.startsWith(src) || !code.includes('import.meta.url')) return undefined
      const place = relative(src, id).replace(/\.ts$/u, '.js')
      return code.replaceAll('import.meta.url', `new URL("${from}${place}", import.meta.url).href`)
    },
    renderChunk(code, { fileName }) {
      const up = '../'.repeat(fileName.split('/').length - 1)
      return code.replaceAll(`new URL("${from}`, `new URL("./${up}`)
    },
  }
}

/** Of the packages that are in the files. */
function licensesOf(chunks: readonly OutputChunk[]): string {
  const folders = chunks.flatMap(({ moduleIds }) =>
    moduleIds.map((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/u.exec(id)?.[0]),
  )
  return [...new Set(folders)]
    .filter((folder) => folder !== undefined)
    .toSorted()
    .map((folder) => {
      const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
      const file = readdirSync(folder).find((entry) => /^licen[cs]e/iu.test(entry))
      if (file === undefined) throw new Error(`${name} has no license`)
      return `${name} ${version}\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`
    })
    .join('\n---\n\n')
}

export function packageOf(name: PackageName): string {
  return fileURLToPath(new URL(`../packages/${name}`, import.meta.url))
}

if (import.meta.main) await bundle((name) => join(packageOf(name), 'dist'))
