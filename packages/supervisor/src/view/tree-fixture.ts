import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** For tests: a folder with files (`path: content`), directories (`path/: ''`) and links (`path: { to }`). */
export class TempTree implements Disposable {
  readonly path: string = realpathSync(mkdtempSync(join(tmpdir(), 'runtimo-view-')))

  constructor(content: Readonly<Record<string, string | { readonly to: string }>> = {}) {
    for (const [name, value] of Object.entries(content)) {
      const path = this.at(name)
      mkdirSync(name.endsWith('/') ? path : dirname(path), { recursive: true })
      if (typeof value === 'object') symlinkSync(value.to, path)
      else if (!name.endsWith('/')) writeFileSync(path, value)
    }
  }

  at(name: string): string {
    return join(this.path, name).replace(/\/$/u, '')
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}
