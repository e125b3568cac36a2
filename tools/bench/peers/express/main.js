// The mini-program API of Maque as an Express service would have it: express, pg with a pool, jsonwebtoken,
// an LRU in each process, a process for each core. The settings come from the environment and are those
// of the Gin peer (../gin/main.go).
import cluster from 'node:cluster';
import { availableParallelism, cpus } from 'node:os';

const cores = availableParallelism ? availableParallelism() : cpus().length;
const processes = Number(process.env.PROCESSES ?? cores);

if (cluster.isPrimary) {
  process.env.DATABASE_CONNECTIONS = String(
    Math.max(1, Math.floor(Number(process.env.DATABASE_CONNECTIONS ?? 20) / processes)));
  for (let i = 0; i < processes; ++i) cluster.fork();
  cluster.on('exit', (worker) => {
    if (!worker.exitedAfterDisconnect) process.exit(1);
  });
  process.on('SIGTERM', () => {
    for (const worker of Object.values(cluster.workers)) worker.process.kill('SIGKILL');
    process.exit(0);
  });
  const { carryInvalidations } = await import('./cache.js');
  carryInvalidations(cluster);
} else {
  const { serve } = await import('./server.js');
  await serve();
}
