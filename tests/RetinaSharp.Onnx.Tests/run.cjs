// run.cjs NODE_MODULES MODEL.onnx BATCHES: runs a model on every batch of a file (number, height and width of its images as
// 32-bit integers, then their pixels), and prints for each a line of JSON: {name: {"dims": [...], "data": [...]}}.
const { join } = require('node:path');
const { readFileSync } = require('node:fs');
const [modules, model, batches] = process.argv.slice(2);
const ort = require(join(modules, 'onnxruntime-node'));

async function main() {
  // One thread: threads that wait for each other would slow down the tests beside this one.
  const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1 });
  const file = readFileSync(batches);
  for (let place = 0; place < file.length;) {
    const [count, height, width] = [0, 4, 8].map(offset => file.readInt32LE(place + offset));
    const start = place + 12;
    place = start + count * height * width * 3;
    const images = new ort.Tensor('uint8', new Uint8Array(file.subarray(start, place)), [count, height, width, 3]);
    const outputs = await session.run({ images });
    const line = {};
    for (const [name, { dims, data }] of Object.entries(outputs))
      line[name] = { dims, data: Array.from(data, Number) };
    process.stdout.write(JSON.stringify(line) + '\n');
  }
}

main().catch(error => {
  console.error(error);
  process.exitCode = 1;
});
