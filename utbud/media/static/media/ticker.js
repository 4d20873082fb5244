// A clock that browsers do not slow down when the page lies behind another (a worker's timers go on as they are).
setInterval(() => postMessage(0), 1000 / 30);
