/* base: what every other folder stands on, and what knows nothing of journeys.
 *
 * Status and errors, borrowed text, growing bytes, arenas, dictionaries, sets of dense numbers,
 * files and compression, time, JSON and XML, hashing, random numbers that can be repeated.
 * The door to each third-party library (xxhash, simdjson, utf8proc, expat, zlib, zstd) is one
 * source file of src/base.
 */
#ifndef TROD_BASE_H
#define TROD_BASE_H

#include "trod/base/status.h"
#include "trod/base/str.h"
#include "trod/base/memory.h"
#include "trod/base/table.h"
#include "trod/base/time.h"
#include "trod/base/file.h"
#include "trod/base/json.h"
#include "trod/base/xml.h"
#include "trod/base/hash.h"
#include "trod/base/bytes.h"
#include "trod/base/run.h"
#include "trod/base/squeeze.h"

#endif
