import { gln, PREFIX } from './identities.mjs'

/** Identifiers of the example prefix as GS1 Digital Links. */
export const gs1 = (path) => `https://id.gs1.org/${path}`
export const place = (reference) => gs1(`414/${gln(reference)}`)
export const party = (reference) => gs1(`417/${gln(reference)}`)
export const asset = (name) => gs1(`8004/${PREFIX}-${name}`)

/** Whose key signs what the demo's consortium decides. */
export const ADMINISTRATOR = 'consortium'
const ZONE = 'Asia/Shanghai'

/** What an administrator signs to begin with: organisations, their places and products, and then the gateways' own requests. */
export function operations({ members, products }, enrolmentRequests) {
  const organisations = members.map(({ org, party, name }) => ({ op: 'enrol-organisation', org, party, name }))
  const places = members.map(({ org, station, name, stationName, address, site }) => ({
    op: 'register-place',
    org,
    place: station,
    name: stationName ?? name,
    address,
    ...(site && { latE7: site.latE7, lonE7: site.lonE7 }),
    zone: ZONE,
  }))
  return [...organisations, ...places, ...products, ...enrolmentRequests]
}

/** A gateway's configuration. `ports` are the simulator's addresses; `everyMs` is how often the thermometer is asked. */
export function gatewayConfig(member, { mqttUrl, ledgerKey, ports, everyMs }) {
  const { id, org, station, roles, site, limits, start, observe, actions, tests = () => ({}) } = member
  const more = tests(ports)
  const uri = asset(`GW-${id.toUpperCase()}`)
  return {
    gateway: { org, id, uri, station, roles, zone: ZONE },
    data: './data',
    uplink: { url: mqttUrl, ledgerKey },
    place: { source: 'gnss', device: 'gnss', ...(site && { site }) },
    clock: { source: 'gnss', device: 'gnss' },
    devices: [
      {
        id: 'thermo',
        driver: 'modbus-th',
        port: ports[`${id}.thermo`],
        baudRate: 9600,
        profile: 'xy-md02',
        unit: 1,
        every: `${everyMs}ms`,
        timeout: '200ms',
      },
      { id: 'scanner', driver: 'scanner', port: ports[`${id}.scanner`], baudRate: 9600, aim: 'required' },
      { id: 'gnss', driver: 'nmea', port: ports[`${id}.gnss`], baudRate: 38_400, hdopMax: 5 },
      ...(more.devices ?? []),
    ],
    stations: [
      {
        id: 'dock',
        scanner: 'scanner',
        thermometer: 'thermo',
        holds: station,
        ...(limits && { limits }),
        start,
        ...(observe && { observe }),
        actions,
      },
    ],
    ...(more.tests && { tests: more.tests }),
  }
}
