// duckdb: DuckDB at the other end of a pipe. A line of JSON in, a line of JSON out.
//
//     node duckdb.mjs FOLDER DATABASE        FOLDER holds node_modules/@duckdb/node-api
//
//     {"sql": "SELECT …", "rows": true}      -> {"seconds": 0.123, "rows": [[…], …]}
//     {"sql": "SELECT … $1", "each": [17, …]} -> {"each": [0.0021, …], "n_rows": 12345}
//     an error                               -> {"error": "…"}
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const [folder, database] = process.argv.slice(2);
const require = createRequire(folder + "/");
const { DuckDBInstance, version } = require("@duckdb/node-api");

const plain = (value) => (typeof value === "bigint" ? Number(value) : value);
const say = (answer) => process.stdout.write(JSON.stringify(answer) + "\n");

const instance = await DuckDBInstance.create(database);
const connection = await instance.connect();
say({ version: version() });

async function answer({ sql, rows, each }) {
    if (each) {
        const statement = await connection.prepare(sql);
        const took = [];
        let n = 0;
        for (const id of each) {
            const began = process.hrtime.bigint();
            statement.bindBigInt(1, BigInt(id));
            const result = await statement.run();
            n += (await result.getRows()).length;
            took.push(Number(process.hrtime.bigint() - began) / 1e9);
        }
        return { each: took, n_rows: n };
    }
    const began = process.hrtime.bigint();
    const result = await connection.run(sql);
    const found = await result.getRows();
    const seconds = Number(process.hrtime.bigint() - began) / 1e9;
    return { seconds, rows: rows ? found.map((row) => row.map(plain)) : [] };
}

for await (const line of createInterface({ input: process.stdin })) {
    try {
        say(await answer(JSON.parse(line)));
    } catch (error) {
        say({ error: String(error.message ?? error).slice(0, 500) });
    }
}
connection.closeSync();
instance.closeSync();
