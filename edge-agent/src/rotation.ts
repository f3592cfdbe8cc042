import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  decodeBatch,
  type EndedChain,
  equal,
  parseBatchEvent,
  type RotateKey,
  toBase64Url,
  toHex,
  ZERO_HASH,
} from '@tristamp/protocol'
import type { AgentConfig, KeyConfig } from './config-types.ts'
import { AgentError } from './error.ts'
import { decodeEventRecord, type NewEvent, putEvents } from './event-record.ts'
import { initHeadFile, replaceFile, syncFolder } from './head-file.ts'
import { loginHash, makeKeyFile, makeLoginFile, newSeed, readLoginFile } from './key-file.ts'
import { type KeyStore, meetKey, openKey } from './key-store.ts'
import { openSigner } from './open-signer.ts'
import { decodeLink, type Head, numberKey, putHead, readHead } from './outbox-head.ts'
import { mayBeRecorded } from './outbox-loss.ts'
import { paths } from './paths.ts'
import { openOutbox } from './repair.ts'
import { Signer } from './signer.ts'
import { Store, type Write } from './store.ts'

/** Where what comes next lies until it counts. */
function nextPaths(data: string): { key: string; publicKey: string; login: string; request: string; begun: string } {
  return {
    key: join(data, 'key-next.pem'),
    publicKey: join(data, 'public-key-next'),
    login: join(data, 'login-next'),
    request: join(data, 'rotation-request.json'),
    begun: join(data, 'rotation-begun'),
  }
}

/** What is asked for, and the file with it. */
export interface Rotation {
  request: RotateKey
  requestFile: string
}

/**
 * Makes the key and the login that come next, and what administrators have to sign. Doing it again changes nothing and says the same again.
 * A key that is kept elsewhere is the one under `nextKey`. @throws AgentError KEY_*, DATA_DENIED
 */
export async function prepareRotation(config: AgentConfig): Promise<Rotation> {
  const files = nextPaths(config.data)
  const { kid } = openSigner(config)
  const { nextKey } = config
  if (nextKey.type === 'file') {
    if (!existsSync(files.key)) makeKeyFile(files.key, newSeed())
  } else if (!existsSync(files.publicKey)) await meetKey(nextKey, files.publicKey)
  if (!existsSync(files.login)) makeLoginFile(files.login)
  const request: RotateKey = {
    op: 'rotate-key',
    key: toBase64Url(kid),
    newKey: toBase64Url(nextKeyOf(config)!.publicKey),
    login: loginHash(readLoginFile(files.login)),
  }
  replaceFile(files.request, `${JSON.stringify(request, null, 2)}\n`, true)
  return { request, requestFile: files.request }
}

/** The key that comes next, if there is one. */
export function nextKeyOf({ nextKey, data }: { nextKey: KeyConfig; data: string }): KeyStore | undefined {
  const files = nextPaths(data)
  const file = nextKey.type === 'file' ? files.key : files.publicKey
  return existsSync(file) ? openKey(nextKey, file) : undefined
}

/** Logins to try in turn: while a rotation is on its way, nobody tells which one counts. */
export function loginsOf(data: string): string[] {
  const { login } = nextPaths(data)
  return [readLoginFile(paths(data).login), ...(existsSync(login) ? [readLoginFile(login)] : [])]
}

/**
 * Goes over to the next key, if the ledger has told that it counts: what the old key has not brought into the ledger is given back, to be signed
 * by the new one, in a chain of its own from 0. May be cut off anywhere and begun again. @returns whether it went over
 * @throws AgentError OUTBOX_*, DISK_FULL
 */
export async function finishRotation(config: AgentConfig): Promise<boolean> {
  const { data, enrolled, gateway, key } = config
  const files = nextPaths(data)
  const next = nextKeyOf(config)
  if (next === undefined || enrolled.enrolment === undefined) return false
  const { kid } = new Signer(next, gateway)
  if (!equal(enrolled.enrolment.kid, kid)) return false
  const old = openSigner(config)
  const { outbox } = paths(data)
  if (!existsSync(files.begun)) {
    // Whatever is damaged is repaired first, under the key that it belongs to.
    const { store } = await openOutbox(outbox, data, old)
    await store.close()
    writeFileSync(files.begun, '', { mode: 0o600 })
    syncFolder(data)
  }
  const ended = enrolled.enrolment.ended?.find((chain) => equal(chain.kid, old.kid))
  const store = await Store.open(outbox)
  try {
    await rechain(store, data, kid, ended)
  } finally {
    await store.close()
  }
  if (existsSync(files.login)) renameSync(files.login, paths(data).login)
  // The key comes last: as long as it has its old name, all this is done again.
  if (key.type === 'file') renameSync(files.key, paths(data).key)
  else renameSync(files.publicKey, paths(data).publicKey)
  for (const path of [files.begun, files.request]) rmSync(path, { force: true })
  syncFolder(data)
  return true
}

/** From the last batch down, each in one write, so that the chain is whole after every one of them. */
async function rechain(store: Store, data: string, kid: Uint8Array, ended: EndedChain | undefined): Promise<void> {
  const damaged = (why: string): AgentError => new AgentError('OUTBOX_DAMAGED', { path: data, why })
  const found = await readHead(store, damaged)
  if (!found) throw damaged('it has no head')
  let head: Head = found
  if (head.kid !== toHex(kid)) {
    const recorded = Math.max(head.acked, ended?.next ?? head.acked)
    while (head.seq > head.acked) head = await takeBack(store, head, head.seq - 1 < recorded, damaged)
    await takeSurvivors(store, head, recorded)
    const firstEvent = await firstOf(store, head.firstEvent)
    head = {
      kid: toHex(kid),
      seq: 0,
      prev: ZERO_HASH,
      acked: 0,
      ackedPrev: ZERO_HASH,
      firstEvent,
      ackedEvent: firstEvent,
    }
    await store.commit([putHead(head)])
  }
  let events = head.firstEvent
  for await (const _ of store.keys('event')) events++
  initHeadFile(data, { kid: head.kid, seq: 0, prev: toHex(ZERO_HASH), events, signed: head.firstEvent, ends: [] })
}

/** The last batch: recorded ones go, the others give their events back under the numbers that these had. */
async function takeBack(
  store: Store,
  head: Head,
  isRecorded: boolean,
  damaged: (why: string) => AgentError,
): Promise<Head> {
  const seq = head.seq - 1
  const [payload, own, before] = [
    await store.get('batch', numberKey(seq)),
    await linkOf(store, seq),
    seq > head.acked ? await linkOf(store, seq - 1) : undefined,
  ]
  if (!payload || !own) throw damaged(`batch ${seq} is missing`)
  const from = before?.end ?? head.ackedEvent
  const { events } = decodeBatch(payload)
  // A declared loss was never accepted: what was lost under the old key no key can declare any more.
  const back = isRecorded ? [] : events.filter(({ event }) => !isGap(event))
  // What a repair had put back into the chain has no numbers of its own any more.
  const first = own.end - from === back.length ? from : await endOf(store, head.firstEvent)
  const writes: Write[] = [
    { type: 'del', space: 'batch', key: numberKey(seq) },
    { type: 'del', space: 'link', key: numberKey(seq) },
    ...putEvents(first, back),
  ]
  const next: Head = { ...head, seq, prev: own.prev, ...(back.length > 0 && first === from && { firstEvent: from }) }
  await store.commit([...writes, putHead(next)])
  return next
}

function isGap(event: Uint8Array): boolean {
  try {
    const parsed = parseBatchEvent(event)
    return parsed.type === 'TristampReport' && parsed.report.kind === 'gap'
  } catch {
    // What the ledger would not read is for it to refuse.
    return false
  }
}

/** The number after the last accepted event. */
async function endOf(store: Store, otherwise: number): Promise<number> {
  let end = otherwise
  for await (const key of store.keys('event')) end = Number(key) + 1
  return end
}

async function linkOf(store: Store, seq: number): Promise<ReturnType<typeof decodeLink>> {
  const bytes = await store.get('link', numberKey(seq))
  return bytes && decodeLink(bytes)
}

/** What a repair had put aside until the ledger's word: now that is known. */
async function takeSurvivors(store: Store, head: Head, recorded: number): Promise<void> {
  const { lost } = head
  let number = await endOf(store, head.firstEvent)
  const give = async (events: readonly NewEvent[], done: Write): Promise<void> => {
    await store.commit([...putEvents(number, events), done])
    number += events.length
  }
  for await (const [key, payload] of store.entries('orphan')) {
    const events = Number(key) < recorded ? [] : decodeBatch(payload).events
    await give(events, { type: 'del', space: 'orphan', key })
  }
  for await (const [key, record] of store.entries('doubt')) {
    const event = lost && !mayBeRecorded(lost, recorded, Number(key)) ? decodeEventRecord(key, record) : undefined
    await give(event ? [event] : [], { type: 'del', space: 'doubt', key })
  }
}

async function firstOf(store: Store, otherwise: number): Promise<number> {
  for await (const key of store.keys('event')) return Number(key)
  return otherwise
}
