/** Values by their place in the file, as environment variables and flags give them: text, not yet checked. */
export type Overrides = { [path: string]: string | readonly string[] | undefined }

/** Environment variable → place in the file. The table that --help and the operator's guide show. */
export const VARIABLES = {
  TRISTAMP_DATA: 'data',
  TRISTAMP_HTTP_HOST: 'http.host',
  TRISTAMP_HTTP_PORT: 'http.port',
  TRISTAMP_PUBLIC_URL: 'http.publicUrl',
  TRISTAMP_PAGES: 'http.pages',
  TRISTAMP_MQTT_HOST: 'mqtt.host',
  TRISTAMP_MQTT_PORT: 'mqtt.port',
  TRISTAMP_MQTT_BROKER: 'mqtt.broker.url',
  TRISTAMP_MQTT_USERNAME: 'mqtt.broker.username',
  TRISTAMP_MQTT_PASSWORD_FILE: 'mqtt.broker.passwordFile',
  TRISTAMP_HTTP_TLS_CERT: 'http.tls.cert',
  TRISTAMP_HTTP_TLS_KEY: 'http.tls.key',
  TRISTAMP_MQTT_TLS_CERT: 'mqtt.tls.cert',
  TRISTAMP_MQTT_TLS_KEY: 'mqtt.tls.key',
  TRISTAMP_PLAIN: 'plain',
} as const

/** The one reader of the environment. */
export function readEnvironment(env: { [name: string]: string | undefined }): Overrides {
  return Object.fromEntries(Object.entries(VARIABLES).map(([name, path]) => [path, env[name]]))
}

/** What stands at a place of the file. */
export function lookUp(values: { [key: string]: unknown }, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (at, key) => (typeof at === 'object' && at !== null ? (at as { [k: string]: unknown })[key] : undefined),
      values,
    )
}

/** Puts something there. */
export function put(values: { [key: string]: unknown }, path: string, value: unknown): void {
  const keys = path.split('.')
  const last = keys.pop()!
  let at = values
  for (const key of keys) {
    if (typeof at[key] !== 'object' || at[key] === null) at[key] = {}
    at = at[key] as { [key: string]: unknown }
  }
  at[last] = value
}

/** What the file would hold there: a number, a truth, or the text as it is, for the check to name. */
export function typed(path: string, value: string | readonly string[]): unknown {
  if (typeof value !== 'string') return value
  if (path === 'plain' && /^(?:true|false)$/.test(value)) return value === 'true'
  return /port$/i.test(path) && /^\d{1,9}$/.test(value) ? Number(value) : value
}
