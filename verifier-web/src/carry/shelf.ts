import type { CarriedParcel } from './parcel.ts'

/** Where parcels lie between the gateway and the ledger. */
export interface Shelf {
  /** Whether what is put here is still here when the page is opened again. */
  lasting: boolean
  all(): Promise<CarriedParcel[]>
  /** Resolves when it is kept. @throws DOMException QuotaExceededError, when the device has no room */
  put(parcel: CarriedParcel): Promise<void>
  remove(id: string): Promise<void>
}

const NAME = 'tristamp-carry'
const STORE = 'parcels'

/** The shelf in this browser; one that lasts as long as the page where it keeps nothing. */
export async function openShelf(): Promise<Shelf> {
  try {
    const database = await opened()
    return {
      lasting: true,
      all: () => done(store(database, 'readonly').getAll()),
      put: (parcel) => kept(database, (own) => own.put(parcel)),
      remove: (id) => kept(database, (own) => own.delete(id)),
    }
  } catch {
    return memoryShelf()
  }
}

export function memoryShelf(): Shelf {
  const parcels = new Map<string, CarriedParcel>()
  return {
    lasting: false,
    all: () => Promise.resolve([...parcels.values()]),
    put(parcel) {
      parcels.set(parcel.id, parcel)
      return Promise.resolve()
    },
    remove(id) {
      parcels.delete(id)
      return Promise.resolve()
    },
  }
}

function opened(): Promise<IDBDatabase> {
  const request = indexedDB.open(NAME, 1)
  request.onupgradeneeded = () => {
    request.result.createObjectStore(STORE, { keyPath: 'id' })
  }
  return done(request)
}

function store(database: IDBDatabase, mode: IDBTransactionMode): IDBObjectStore {
  return database.transaction(STORE, mode).objectStore(STORE)
}

/** On the disk, not only on its way there: someone walks away with it. */
function kept(database: IDBDatabase, write: (own: IDBObjectStore) => void): Promise<void> {
  const transaction = database.transaction(STORE, 'readwrite', { durability: 'strict' })
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error ?? new DOMException('', 'AbortError'))
    write(transaction.objectStore(STORE))
  })
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new DOMException('', 'UnknownError'))
  })
}
