import { emptyState, toBase64Url } from '@tristamp/protocol'
import { describe, expect, test } from 'vitest'
import { TestGateway } from './_harness.ts'
import { logIn, loginHash, publishes, subscribes } from './access.ts'

const gateway = new TestGateway('org', 'one')
const sender = { org: 'org', gateway: 'one' }

function stateWith(status: 'active' | 'revoked' | 'suspended'): ReturnType<typeof emptyState> {
  const state = emptyState()
  const { org, gateway: name, uri, station, kid, publicKey, password } = gateway
  const login = toBase64Url(loginHash(password))
  state.keys.set('a', {
    kid,
    publicKey,
    kind: 'gateway',
    org,
    gateway: name,
    uri,
    station,
    roles: [],
    status,
    nextSeq: 0,
    prev: kid,
    login,
  })
  return state
}

describe('access', () => {
  test('a gateway logs in with its name and password, while its key is active', () => {
    const password = Buffer.from(gateway.password)
    expect(logIn(stateWith('active'), 'org/one', password)).toMatchObject(sender)
    expect(logIn(stateWith('revoked'), 'org/one', password)).toBeUndefined()
    expect(logIn(stateWith('suspended'), 'org/one', password)).toBeUndefined()
    for (const name of ['', 'org', 'org/', '/one', 'org/one/', 'org/two', 'ORG/one']) {
      expect(logIn(stateWith('active'), name, password)).toBeUndefined()
    }
    for (const wrong of ['', 'x', gateway.password.slice(1), `${gateway.password} `]) {
      expect(logIn(stateWith('active'), 'org/one', Buffer.from(wrong))).toBeUndefined()
    }
  })

  test('topics are matched whole', () => {
    expect(publishes(sender, 'tristamp/v1/org/one/batch')).toBe('batch')
    expect(publishes(sender, 'tristamp/v1/org/one/status')).toBe('status')
    for (const topic of [
      'tristamp/v1/org/one/ack',
      'tristamp/v1/org/one/batch/',
      '/tristamp/v1/org/one/batch',
      'tristamp/v1/org/onebatch',
      'tristamp/v1/org/one/batch\n',
    ]) {
      expect(publishes(sender, topic), topic).toBeUndefined()
    }
    expect(subscribes(sender, 'tristamp/v1/notices/#')).toBe(true)
    expect(subscribes(sender, 'tristamp/v1/org/one/enrolment')).toBe(true)
    expect(subscribes(sender, 'tristamp/v1/org/two/enrolment')).toBe(false)
    expect(publishes(sender, 'tristamp/v1/org/one/enrolment')).toBeUndefined()
    expect(subscribes(sender, 'tristamp/v1/notices/a/b')).toBe(false)
  })
})
