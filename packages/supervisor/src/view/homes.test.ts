import { expect, test } from 'vitest'
import { readHomes } from './homes.ts'
import { TempTree } from './tree-fixture.ts'

test('home directories are those that exist, and it is known where somebody logs in', () => {
  using tree = new TempTree({ 'alice/': '', 'www/': '', 'both/': '', link: { to: 'alice' } })
  using passwd = new TempTree({
    passwd: [
      `alice:x:1:1::${tree.at('link')}:/bin/bash`,
      `www:x:2:2::${tree.at('www')}:/usr/sbin/nologin`,
      `a:x:3:3::${tree.at('both')}:/bin/false`,
      `b:x:3:3::${tree.at('both')}:/bin/sh`,
      `c:x:4:4::${tree.at('missing')}:/bin/sh`,
      'root:x:0:0::/:/bin/sh',
      'broken',
      '',
    ].join('\n'),
  })
  expect(readHomes(passwd.at('passwd'), tree.at('www/none'))).toEqual([
    { path: tree.at('alice'), isLogin: true },
    { path: tree.at('www'), isLogin: false },
    { path: tree.at('both'), isLogin: true },
  ])
})
