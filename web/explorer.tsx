import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import './explorer.css';
import { createRoot } from 'react-dom/client';
import { ExplorerPage } from './explorer-page.tsx';
import { readSettings } from './page-settings.ts';

const container = document.getElementById('explorer');
if (!container) throw new Error('The page has no #explorer element.');

const settings = readSettings(document);
document.title = settings.title;
createRoot(container).render(<ExplorerPage settings={settings} />);
