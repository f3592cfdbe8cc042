import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeRoute, MAX_ROUTE_POINTS } from '@tristamp/protocol'
import { describe, expect, it } from 'vitest'
import { RouteRecorder } from './route.ts'

const T = Date.UTC(2026, 10, 22, 8)

/** A fix `s` seconds on, so many metres to the north, about. */
function fix(s: number, metres: number): Parameters<RouteRecorder['take']>[0] {
  const latE7 = 302_400_000 + Math.round(metres * 90)
  return { kind: 'fix', atMs: s * 1000, utcMs: T + s * 1000, latE7, lonE7: 1_094_800_000, accuracyM: 5, satellites: 9 }
}
const told = (bytes: Uint8Array | undefined): number[] => (bytes ? decodeRoute(bytes).map(({ s }) => s - T / 1000) : [])

describe('RouteRecorder', () => {
  it('keeps a point every five seconds or twenty metres', () => {
    const route = new RouteRecorder()
    for (let s = 0; s < 20; s++) route.take(fix(s, 0))
    expect(route.length).toBe(4)
    for (let s = 20; s < 40; s++) route.take(fix(s, 25 * (s - 19)))
    expect(route.length).toBe(24)
  })

  it('tells the way between two times: a stop, the turns, nothing between even driving', () => {
    const route = new RouteRecorder()
    for (let s = 0; s <= 600; s += 5) route.take(fix(s, 20 * s))
    for (let s = 605; s <= 1200; s += 5) route.take(fix(s, 12_000))
    for (let s = 1205; s <= 1800; s += 5) route.take(fix(s, 12_000 + 20 * (s - 1200)))
    expect(told(route.between(T, T + 1_800_000))).toEqual([0, 600, 1200, 1800])
    expect(told(route.between(T + 300_000, T + 900_000))).toEqual([300, 600, 900])
  })

  it('has nothing to tell of what stood still, or of no time', () => {
    const route = new RouteRecorder()
    for (let s = 0; s <= 600; s += 5) route.take(fix(s, (s % 10) * 2))
    expect(route.between(T, T + 600_000)).toBeUndefined()
    expect(route.between(T + 600_001, T + 700_000)).toBeUndefined()
  })

  it('stays bounded, and becomes coarser instead of shorter', () => {
    const route = new RouteRecorder()
    // Round and round a yard: nothing of it can be left out.
    for (let i = 0; i < 3 * MAX_ROUTE_POINTS; i++) route.take(fix(i * 10, 30 + 300 * Math.sin(i)))
    expect(route.length).toBeLessThanOrEqual(MAX_ROUTE_POINTS)
    const way = told(route.between(T, T + 1e12))
    expect(way.length).toBeLessThanOrEqual(512)
    expect(way[0]).toBe(0)
  })

  it('takes no impossible date, and takes back a future that was none', () => {
    const route = new RouteRecorder()
    route.take({ ...fix(0, 0), utcMs: T - 1024 * 7 * 86_400_000 })
    expect(route.length).toBe(0)
    route.take(fix(0, 0))
    route.take(fix(9000, 500))
    route.take(fix(100, 200))
    route.take(fix(200, 400))
    expect(told(route.between(T, T + 1e9))).toEqual([0, 200])
  })

  it('goes on after a restart, and without a file that is odd', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'tristamp-route-')), 'route.bin')
    const route = new RouteRecorder(file)
    for (let s = 0; s <= 100; s += 5) route.take(fix(s, 20 * s))
    route.tick(0)
    expect(told(new RouteRecorder(file).between(T, T + 1e9))).toEqual([0, 100])
    writeFileSync(file, 'odd')
    expect(new RouteRecorder(file).length).toBe(0)
  })
})
