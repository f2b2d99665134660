/// <reference types="vite/client" />
declare const __BUILD__: string;
declare const __LANGUAGES__: string[];
