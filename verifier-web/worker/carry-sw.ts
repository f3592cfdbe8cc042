// The page of a phone that carries records from where there is no network. The parcels it keeps itself.
import { keepShell } from './shell.ts'

keepShell({ prefix: 'tristamp-carry-', address: '/carry', addresses: /^\/carry$/ })
