// The admin pages `dynamodb-admin`, started as a user would and driven through its own HTTP interface. Started by run.sh.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { openSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

const START_TENTHS_MAX = 200;

// A port that was free a moment ago.
const port = await new Promise((resolve) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});
const require = createRequire(import.meta.url);
const program = require.resolve("dynamodb-admin/dist/dynamodb-admin.js");
const options = ["--dynamo-endpoint", process.env.URL, "--host", "127.0.0.1", "--port", String(port)];
const log = openSync(`${process.env.WORK}/admin.log`, "w");
const admin = spawn(process.execPath, [program, ...options], { stdio: ["ignore", log, log] });
const ended = new Promise((resolve) => admin.once("exit", resolve));

async function ask(path, method = "GET", body) {
  return fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers: { "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
}

async function page(path) {
  const answer = await ask(path);
  const text = await answer.text();
  assert.equal(answer.status, 200, `${path}: ${text}`);
  return text;
}

async function started() {
  for (let tenth = 0; tenth < START_TENTHS_MAX; tenth += 1) {
    assert.equal(admin.exitCode, null, "dynamodb-admin has ended");
    const answer = await ask("/").catch(() => undefined);
    if (answer) return;
    await pause(100);
  }
  assert.fail("dynamodb-admin does not start");
}

async function items(query) {
  const answer = await ask(`/tables/films/items?${new URLSearchParams(query)}`);
  const found = await answer.json();
  assert.equal(answer.status, 200, JSON.stringify(found));
  return found;
}

async function use() {
  assert.deepEqual(await (await ask("/api/tables")).json(), []);
  const TableDefinition = {
    TableName: "films",
    HashAttributeName: "director",
    HashAttributeType: "S",
    RangeAttributeName: "year",
    RangeAttributeType: "N",
    ReadCapacityUnits: 3,
    WriteCapacityUnits: 3,
  };
  const index = {
    IndexName: "by_genre",
    IndexType: "global",
    HashAttributeName: "genre",
    HashAttributeType: "S",
    ReadCapacityUnits: 3,
    WriteCapacityUnits: 3,
  };
  const created = await ask("/create-table", "POST", { TableDefinition, SecondaryIndexes: [index] });
  assert.equal(created.status, 204);
  const again = await ask("/create-table", "POST", { TableDefinition });
  assert.equal(again.status, 500);
  assert.match((await again.json()).message, /Table already exists: films/);
  assert.match(await page("/"), /href='\/tables\/films'/);
  assert.match(await page("/tables/films"), /by_genre/);
  assert.match(await page("/tables/films/add-item"), /director/);

  for (let year = 1990; year < 2020; year += 1) {
    const film = { director: "Varda", year, genre: year % 2 ? "essay" : "drama", nested: { list: [1, "two"] } };
    const added = await ask("/tables/films/add-item", "PUT", film);
    assert.deepEqual(await added.json(), { director: "Varda", year });
  }
  assert.match(await page("/tables/films/items/Varda,2000"), /drama/);
  const changed = { director: "Varda", year: 2000, genre: "film &lt; life", note: "Cléo" };
  await ask("/tables/films/items/Varda,2000", "PUT", changed);
  assert.match(await page("/tables/films/items/Varda,2000"), /Cléo/);

  const first = await items({ pageSize: 25 });
  assert.equal(first.Items.length, 25);
  assert.deepEqual(first.uniqueKeys.slice(0, 2), ["director", "year"]);
  const second = await items({ pageSize: 25, startKey: decodeURIComponent(first.nextKey), pageNum: 2 });
  assert.equal(second.Items.length, 5);
  const director = { type: "S", operator: "=", value: "Varda" };
  const late = { type: "N", operator: ">", value: "2016" };
  const queried = await items({ operationType: "query", filters: JSON.stringify({ director, year: late }) });
  assert.deepEqual(queried.Items.map((film) => film.year), [2017, 2018, 2019]);
  const essay = { genre: { type: "S", operator: "=", value: "essay" } };
  const byGenre = { operationType: "query", queryableSelection: "by_genre", filters: JSON.stringify(essay) };
  assert.equal((await items(byGenre)).Items.length, 15);
  const begins = { genre: { type: "S", operator: "begins_with", value: "film" } };
  assert.equal((await items({ filters: JSON.stringify(begins) })).Items.length, 1);

  assert.match(await page("/tables/films/meta"), /ReadCapacityUnits/);
  assert.match(await page("/tables/films/ttl"), /DISABLED/);
  assert.equal((await ask("/tables/films/items/Varda,2000", "DELETE")).status, 204);
  assert.equal((await ask("/tables/films/items/Varda,2000")).status, 404);
  assert.equal((await ask("/tables/films/all", "DELETE")).status, 200);
  assert.deepEqual((await items({})).Items, []);
  await ask("/create-table", "POST", { TableDefinition: { ...TableDefinition, TableName: "gone" } });
  assert.equal((await ask("/tables/gone", "DELETE")).status, 204);
  const tables = await (await ask("/api/tables")).json();
  assert.deepEqual(tables.map((table) => table.TableName), ["films"]);
}

try {
  await started();
  await use();
} finally {
  admin.kill();
  await ended;
}
console.log(`dynamodb-admin: ${require("dynamodb-admin/package.json").version}`);
