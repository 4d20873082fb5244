// Reads a feed from standard input and writes what partytime made of it, as JSON.
const { parseFeed } = require("podcast-partytime");
const found = parseFeed(require("fs").readFileSync(0, "utf8"), { allowMissingGuid: false });
process.stdout.write(JSON.stringify(found));
