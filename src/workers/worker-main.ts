import { errorText } from '../cli/error-text.js';
import { tuneHeap } from '../heap.js';
import { loadSettingsFile, readSettings } from '../settings.js';
import { openChannel } from './channel.js';
import { runWorker } from './run-worker.js';

/** The program of a worker. Its supervisor gives it its number, and the settings in the environment. */
const channel = openChannel(process);
tuneHeap();
try {
  loadSettingsFile(process.env);
  await runWorker(readSettings(process.env), Number(process.argv[2]), channel);
} catch (error) {
  await channel.say({ kind: 'failure', message: errorText(error) });
  process.exitCode = 1;
} finally {
  channel.close();
}
